package io.botfsm.micrometer;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.FsmContext;
import io.botfsm.Handled;
import io.botfsm.Turn;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Conversations whose events are timed. Thread-safe. */
final class MeasuredFsm implements Fsm {
    private final Fsm fsm;
    private final HandleTimers timers;

    MeasuredFsm(Fsm fsm, HandleTimers timers) {
        this.fsm = fsm;
        this.timers = timers;
    }

    @Override
    public FsmContext context(StorageKey key) {
        return fsm.context(key);
    }

    @Override
    public Conversation conversation(StorageKey key, Snapshot snapshot) {
        return fsm.conversation(key, snapshot);
    }

    @Override
    public Set<String> stateNames() {
        return fsm.stateNames();
    }

    @Override
    public StateStorage storage() {
        return fsm.storage();
    }

    @Override
    public Fsm fencedBy(long token) {
        return new MeasuredFsm(fsm.fencedBy(token), timers);
    }

    @Override
    public <R extends @Nullable Object> Handled<R> handle(
            StorageKey key, EventId eventId, Function<? super Turn, ? extends R> handler) {
        return timed(() -> fsm.handle(key, eventId, handler));
    }

    @Override
    public <R extends @Nullable Object> Handled<R> handle(StorageKey key, Function<? super Turn, ? extends R> handler) {
        return timed(() -> fsm.handle(key, handler));
    }

    @Override
    public <R extends @Nullable Object> CompletionStage<Handled<R>> handleAsync(
            StorageKey key, EventId eventId, Function<? super Turn, ? extends R> handler) {
        return timedStage(() -> fsm.handleAsync(key, eventId, handler));
    }

    @Override
    public <R extends @Nullable Object> CompletionStage<Handled<R>> handleAsync(
            StorageKey key, Function<? super Turn, ? extends R> handler) {
        return timedStage(() -> fsm.handleAsync(key, handler));
    }

    private <R extends @Nullable Object> Handled<R> timed(Supplier<Handled<R>> call) {
        long begun = timers.now();
        try {
            Handled<R> handled = call.get();
            timers.end(begun, handled, null);
            return handled;
        } catch (RuntimeException | Error e) {
            timers.end(begun, null, e);
            throw e;
        }
    }

    private <R extends @Nullable Object> CompletionStage<Handled<R>> timedStage(
            Supplier<CompletionStage<Handled<R>>> call) {
        long begun = timers.now();
        return call.get().whenComplete((handled, failure) -> timers.end(begun, handled, failure));
    }
}
