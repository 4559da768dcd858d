package io.botfsm.transition;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.guard.BestEffort;
import io.botfsm.internal.text.Text;
import io.botfsm.storage.ContentionException;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks changes of state against {@link TransitionRules}. An undeclared change is either logged as a warning after it
 * was stored, or refused with a {@link TransitionRefusedException} before anything is written.
 *
 * <p>Warning takes no additional round trip. Neither does refusing, for writes that have an expected state, which
 * includes all writes of {@link io.botfsm.Fsm#handle}, {@code update} and {@code transition}. With
 * {@link Undeclared#REFUSE}, any other write of a state is preceded by a read, and is stored only if the state is still
 * the one that was checked. A write that only {@linkplain Mutation#carriesOver transfers} a conversation is not
 * checked.
 *
 * <p>Thread-safe. Logs on the thread that completes the write, often a thread of the driver: use an appender that does
 * not block.
 */
public final class TransitionCheckingStateStorage extends ForwardingStateStorage {
    /** What happens to a change that no rule declares. */
    public enum Undeclared {
        /** The change is stored, and a warning is logged. */
        WARN,
        /** The change is refused, and nothing is written. */
        REFUSE
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(TransitionCheckingStateStorage.class.getPackageName());
    private static final int MOST_ATTEMPTS = 100;

    private final TransitionRules rules;
    private final Undeclared undeclared;

    /**
     * Creates a storage that warns of undeclared changes.
     *
     * @param storage where the conversations are kept; closed with this one
     * @param rules the declared changes
     */
    public TransitionCheckingStateStorage(StateStorage storage, TransitionRules rules) {
        this(storage, rules, Undeclared.WARN);
    }

    /**
     * Creates a storage that warns of undeclared changes, or refuses them.
     *
     * @param storage where the conversations are kept; closed with this one
     * @param rules the declared changes
     * @param undeclared what happens to undeclared changes
     */
    public TransitionCheckingStateStorage(StateStorage storage, TransitionRules rules, Undeclared undeclared) {
        super(storage);
        this.rules = requireNonNull(rules, "rules");
        this.undeclared = requireNonNull(undeclared, "undeclared");
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        requireNonNull(key, "key");
        requireNonNull(mutation, "mutation");
        if (mutation.carriesOver()) {
            return storage().write(key, mutation);
        }
        if (undeclared == Undeclared.WARN) {
            return storage().write(key, mutation).thenApply(outcome -> warned(key, outcome));
        }
        if (!mutation.changesState()) {
            return storage().write(key, mutation);
        }
        if (mutation.expectsState() || expectsNothingStored(mutation)) {
            return rules.declare(mutation.expectedState(), mutation.state())
                    ? storage().write(key, mutation)
                    : refused(key, mutation.expectedState(), mutation);
        }
        long start = System.nanoTime();
        return storage().read(key).thenCompose(current -> checked(key, mutation, current, 1, start));
    }

    private static boolean expectsNothingStored(Mutation mutation) {
        return mutation.expectedVersion().stream().anyMatch(version -> version == 0);
    }

    private Outcome warned(StorageKey key, Outcome outcome) {
        if (outcome instanceof Applied applied && !rules.declare(applied.previousState(), applied.state())) {
            BestEffort.run(() -> LOGGER.warn(
                    "{}: no rule leads from {} to {}",
                    key,
                    Text.field(applied.previousState(), "(none)"),
                    Text.field(applied.state(), "(none)")));
        }
        return outcome;
    }

    /** Writes if the state is still the one that was checked; otherwise checks the current state. */
    private CompletionStage<Outcome> checked(
            StorageKey key, Mutation mutation, Snapshot current, int attempt, long start) {
        if (!isRefusedAnyway(mutation, current) && !rules.declare(current.state(), mutation.state())) {
            return refused(key, current.state(), mutation);
        }
        return storage().write(key, withState(mutation, current.state())).thenCompose(outcome -> {
            if (!(outcome instanceof Conflict conflict) || isRefusedAnyway(mutation, conflict.current())) {
                return CompletableFuture.completedStage(outcome);
            }
            if (attempt == MOST_ATTEMPTS) {
                Duration taken = Duration.ofNanos(System.nanoTime() - start);
                return CompletableFuture.failedStage(new ContentionException(key, attempt, taken));
            }
            return checked(key, mutation, conflict.current(), attempt + 1, start);
        });
    }

    private static Mutation withState(Mutation mutation, Optional<String> state) {
        Mutation.Builder more = mutation.toBuilder();
        return (state.isPresent() ? more.expectState(state.get()) : more.expectNoState()).build();
    }

    /** Whether the write fails by one of its own conditions, whose outcome says more than a rule would. */
    private static boolean isRefusedAnyway(Mutation mutation, Snapshot current) {
        return mutation.eventId().filter(current.events()::contains).isPresent()
                || mutation.expectedVersion().stream().anyMatch(version -> version != current.version());
    }

    private static CompletionStage<Outcome> refused(StorageKey key, Optional<String> from, Mutation mutation) {
        return CompletableFuture.failedStage(new TransitionRefusedException(key, from, mutation.state()));
    }
}
