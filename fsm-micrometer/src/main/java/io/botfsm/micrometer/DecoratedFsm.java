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
import org.jspecify.annotations.Nullable;

/** Conversations of another {@code Fsm}; its subclasses do something around each event. Thread-safe. */
abstract class DecoratedFsm implements Fsm {
    private final Fsm fsm;

    DecoratedFsm(Fsm fsm) {
        this.fsm = fsm;
    }

    /** Returns the same decorator around another {@code Fsm}. */
    abstract Fsm around(Fsm other);

    /** @param event handles the event with the handler that it is given */
    abstract <R extends @Nullable Object> Handled<R> around(
            Function<? super Turn, ? extends R> handler,
            Function<Function<? super Turn, ? extends R>, Handled<R>> event);

    /** @param event handles the event with the handler that it is given */
    abstract <R extends @Nullable Object> CompletionStage<Handled<R>> aroundAsync(
            StorageKey key,
            Function<? super Turn, ? extends R> handler,
            Function<Function<? super Turn, ? extends R>, CompletionStage<Handled<R>>> event);

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
        return around(fsm.fencedBy(token));
    }

    @Override
    public <R extends @Nullable Object> Handled<R> handle(
            StorageKey key, EventId eventId, Function<? super Turn, ? extends R> handler) {
        return this.<R>around(handler, decorated -> fsm.handle(key, eventId, decorated));
    }

    @Override
    public <R extends @Nullable Object> Handled<R> handle(StorageKey key, Function<? super Turn, ? extends R> handler) {
        return this.<R>around(handler, decorated -> fsm.handle(key, decorated));
    }

    @Override
    public <R extends @Nullable Object> CompletionStage<Handled<R>> handleAsync(
            StorageKey key, EventId eventId, Function<? super Turn, ? extends R> handler) {
        return this.<R>aroundAsync(key, handler, decorated -> fsm.handleAsync(key, eventId, decorated));
    }

    @Override
    public <R extends @Nullable Object> CompletionStage<Handled<R>> handleAsync(
            StorageKey key, Function<? super Turn, ? extends R> handler) {
        return this.<R>aroundAsync(key, handler, decorated -> fsm.handleAsync(key, decorated));
    }
}
