package io.botfsm;

import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One turn under optimistic concurrency: a handler, with the event and the fence of its write. It is evaluated on one
 * snapshot after another until a write succeeds. Does no I/O itself; {@link StorageCalls} reads and writes.
 */
final class TurnTransaction<R extends @Nullable Object> {
    private final StorageKey key;
    private final TypeMapping types;
    private final InstantSource clock;
    private final Fence fence;
    private final Optional<EventId> eventId;
    private final Function<? super Turn, ? extends R> handler;

    TurnTransaction(
            StorageKey key,
            TypeMapping types,
            InstantSource clock,
            Fence fence,
            Optional<EventId> eventId,
            Function<? super Turn, ? extends R> handler) {
        this.key = key;
        this.types = types;
        this.clock = clock;
        this.fence = fence;
        this.eventId = eventId;
        this.handler = handler;
    }

    /** The result of running the handler, or of finding that it need not run. */
    sealed interface Evaluation<R extends @Nullable Object> {
        /** Nothing has to be written. */
        record Settled<R extends @Nullable Object>(Handled<R> handled) implements Evaluation<R> {}

        /** A write that has to be stored before the event counts as handled. */
        record Pending<R extends @Nullable Object>(Mutation write, Function<Applied, Handled<R>> ifApplied)
                implements Evaluation<R> {}
    }

    StorageKey key() {
        return key;
    }

    /** Returns the handler's class name, for logs; that of a lambda begins with the class that defines it. */
    String handlerName() {
        return handler.getClass().getName();
    }

    /** Runs the handler on the current snapshot. */
    Evaluation<R> evaluate(Snapshot current) {
        if (eventId.filter(current.events()::contains).isPresent()) {
            return new Evaluation.Pending<>(confirmation(eventId.get()), this::neverApplied);
        }
        OpenTurn turn = new OpenTurn(key, types, clock, current);
        R result = run(turn);
        if (eventId.isEmpty() && !turn.isChanged()) {
            return new Evaluation.Settled<>(new Handled.Done<>(result, types.conversation(key, current)));
        }
        Mutation.Builder write = fence.on(turn.changes());
        if (eventId.isPresent()) {
            write = write.eventId(eventId.get());
        }
        Snapshot after = turn.snapshot();
        return new Evaluation.Pending<>(
                write.build(), applied -> new Handled.Done<>(result, types.conversation(key, stored(after, applied))));
    }

    /**
     * Returns a write by which the storage confirms the event, under the fence and as durably as any write. A read
     * alone may show data that is not yet durable, or that a promoted replica never received.
     */
    private Mutation confirmation(EventId event) {
        return fence.on(Mutation.builder().confirmEvent(event)).build();
    }

    private Handled<R> neverApplied(Applied applied) {
        throw new IllegalStateException(String.format(
                Locale.ROOT,
                "%s: the storage applied an event query, which must change nothing, as version %d",
                key,
                applied.version()));
    }

    private R run(OpenTurn turn) {
        try {
            return handler.apply(turn);
        } finally {
            turn.end();
        }
    }

    /** Returns the result for the outcome of the write. A conflict must be retried by the caller. */
    Handled<R> settle(Evaluation.Pending<R> evaluation, Outcome outcome) {
        if (outcome instanceof Applied applied) {
            return evaluation.ifApplied().apply(applied);
        }
        if (outcome instanceof Duplicate duplicate) {
            return repeated(duplicate.current());
        }
        if (outcome instanceof Fenced fenced) {
            throw fence.exceeded(key, fenced);
        }
        throw new IllegalStateException("a conflict must be retried, not settled: " + Conflict.class.cast(outcome));
    }

    /** Returns what a reader would see now. */
    private Snapshot stored(Snapshot changed, Applied applied) {
        if (applied.version() == 0) {
            return Snapshot.none();
        }
        boolean isEmpty = changed.state().isEmpty() && changed.data().isEmpty();
        return changed.toBuilder()
                .version(applied.version())
                .events(eventId.map(changed.events()::with).orElse(changed.events()))
                .since(applied.since())
                .touched(applied.at())
                .attributes(isEmpty ? Map.of() : changed.attributes())
                .deadline(isEmpty ? Optional.empty() : changed.deadline())
                .ended(false)
                .build();
    }

    private Handled<R> repeated(Snapshot current) {
        return new Handled.Repeated<>(types.conversation(key, current));
    }
}
