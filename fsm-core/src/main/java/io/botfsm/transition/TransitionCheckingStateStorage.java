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
 * Holds the changes of state to {@link TransitionRules}: one that they do not declare is warned of after it was stored,
 * or refused before anything is written, with a {@link TransitionRefusedException}.
 *
 * <p>Warning costs no round trip. Neither does refusing where a write says which state it expects, as all those of
 * {@link io.botfsm.Fsm#handle} do, of {@code update} and {@code transition}; any other write of a state is preceded by
 * a read then, and is stored only if the state is still the one that was checked. What only
 * {@linkplain Mutation#carriesOver carries over} a conversation is not checked.
 *
 * <p>Thread-safe. Warns on the thread that completes the write, often the driver's: use an appender that does not
 * block.
 */
public final class TransitionCheckingStateStorage extends ForwardingStateStorage {
    /** What becomes of a change that no rule declares. */
    public enum Undeclared {
        /** It is stored, and warned of in the log. */
        WARN,
        /** It is refused, and nothing is written. */
        REFUSE
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(TransitionCheckingStateStorage.class.getPackageName());
    private static final int MOST_ATTEMPTS = 100;

    private final TransitionRules rules;
    private final Undeclared undeclared;

    /**
     * Warns of what is not declared.
     *
     * @param storage where the conversations are kept; closed with this one
     * @param rules what is declared
     */
    public TransitionCheckingStateStorage(StateStorage storage, TransitionRules rules) {
        this(storage, rules, Undeclared.WARN);
    }

    /**
     * Warns of what is not declared, or refuses it.
     *
     * @param storage where the conversations are kept; closed with this one
     * @param rules what is declared
     * @param undeclared what becomes of the rest
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
        long begun = System.nanoTime();
        return storage().read(key).thenCompose(current -> checked(key, mutation, current, 1, begun));
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

    /** Writes where the state is still the one that was checked; otherwise checks the one that is there now. */
    private CompletionStage<Outcome> checked(
            StorageKey key, Mutation mutation, Snapshot current, int attempt, long begun) {
        if (!isRefusedAnyway(mutation, current) && !rules.declare(current.state(), mutation.state())) {
            return refused(key, current.state(), mutation);
        }
        return storage().write(key, withState(mutation, current.state())).thenCompose(outcome -> {
            if (!(outcome instanceof Conflict conflict) || isRefusedAnyway(mutation, conflict.current())) {
                return CompletableFuture.completedStage(outcome);
            }
            if (attempt == MOST_ATTEMPTS) {
                Duration taken = Duration.ofNanos(System.nanoTime() - begun);
                return CompletableFuture.failedStage(new ContentionException(key, attempt, taken));
            }
            return checked(key, mutation, conflict.current(), attempt + 1, begun);
        });
    }

    private static Mutation withState(Mutation mutation, Optional<String> state) {
        Mutation.Builder more = mutation.toBuilder();
        return (state.isPresent() ? more.expectState(state.get()) : more.expectNoState()).build();
    }

    /** By a condition of its own, whose outcome says more than a rule. */
    private static boolean isRefusedAnyway(Mutation mutation, Snapshot current) {
        return mutation.eventId().filter(current.events()::contains).isPresent()
                || mutation.expectedVersion().stream().anyMatch(version -> version != current.version());
    }

    private static CompletionStage<Outcome> refused(StorageKey key, Optional<String> from, Mutation mutation) {
        return CompletableFuture.failedStage(new TransitionRefusedException(key, from, mutation.state()));
    }
}
