package io.botfsm.storage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A working storage of one conversation that completes writes at once, or when the test says so. */
public final class OneConversation implements StateStorage {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    public StoredConversation stored = StoredConversation.none();
    public Optional<FsmException> failure = Optional.empty();
    public Set<Capability> capabilities = EnumSet.allOf(Capability.class);
    public Instant now = Instant.EPOCH.plusSeconds(1);
    public int reads;
    public int writes;
    public Runnable afterNextRead = () -> {};
    private long clock;
    private boolean holding;
    private final List<Runnable> answers = new ArrayList<>();

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        reads++;
        Snapshot snapshot = stored.snapshot(now);
        Runnable after = afterNextRead;
        afterNextRead = () -> {};
        after.run();
        return CompletableFuture.completedFuture(snapshot);
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        writes++;
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        if (failure.isPresent()) {
            FsmException why = failure.get();
            deliver(() -> answer.completeExceptionally(why));
        } else {
            Outcome outcome = apply(mutation);
            deliver(() -> answer.complete(outcome));
        }
        return answer;
    }

    public Outcome apply(Mutation mutation) {
        StoredConversation.Step step = stored.apply(
                mutation, WriteContext.at(KEY, now).firstVersion(clock += 1_000).build());
        stored = step.next();
        return step.outcome();
    }

    private void deliver(Runnable answer) {
        if (holding) {
            answers.add(answer);
        } else {
            answer.run();
        }
    }

    /** From now on, writes are still stored at once, but complete only with {@link #answer}. */
    public void holdAnswers() {
        holding = true;
    }

    /** Completes one of the held writes, which are counted from 0 in the order in which they began. */
    public void answer(int index) {
        answers.get(index).run();
    }

    @Override
    public Set<Capability> capabilities() {
        return capabilities;
    }

    @Override
    public void close() {}
}
