package io.botfsm.isolation;

import io.botfsm.isolation.EventIsolation.Handler;
import io.botfsm.lock.internal.LeaseWait;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.StorageKey;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One handler, from its arrival to its end. Thread-safe. */
final class QueuedHandler<T extends @Nullable Object> {
    private enum State {
        WAITING,
        RUNNING,
        OVER
    }

    /** Causes may form a circle. */
    private static final int MOST_CAUSES = 20;

    private final StorageKey key;
    private final Handler<T> handler;
    private final Executor executor;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private volatile @Nullable ConversationPermit permit;
    private volatile @Nullable LeaseWait wait;
    private volatile boolean impatient;
    private final AtomicBoolean passed = new AtomicBoolean();

    QueuedHandler(StorageKey key, Handler<T> handler, Executor executor) {
        this.key = key;
        this.handler = handler;
        this.executor = executor;
    }

    StorageKey key() {
        return key;
    }

    Executor executor() {
        return executor;
    }

    CompletableFuture<T> result() {
        return result;
    }

    boolean isOver() {
        return state.get() == State.OVER;
    }

    /** The handler will never begin. No effect if it has. */
    boolean giveUp(Throwable why) {
        if (!state.compareAndSet(State.WAITING, State.OVER)) {
            return false;
        }
        result.completeExceptionally(why);
        return true;
    }

    /** The handler begins, unless it was given up. */
    boolean begin() {
        return state.compareAndSet(State.WAITING, State.RUNNING);
    }

    /** Runs the handler that has begun, and tells nobody yet. */
    Runnable handle(ConversationLease lease) {
        try {
            T value = handler.handle(lease);
            return () -> end(() -> result.complete(value));
        } catch (Throwable e) { // whatever it is, the next handler has nothing to do with it
            fencing(e).ifPresent(fenced -> lease.fenced(fenced.highest()));
            return () -> end(() -> result.completeExceptionally(e));
        }
    }

    /**
     * The refusal of a write by a higher fencing token, if that is what a handler failed of; handlers wrap failures.
     */
    private static Optional<FencedException> fencing(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(MOST_CAUSES)
                .filter(FencedException.class::isInstance)
                .map(FencedException.class::cast)
                .findFirst();
    }

    private void end(Runnable tell) {
        state.set(State.OVER);
        tell.run();
    }

    /** What the handler returned or threw, as it was. */
    T outcome() throws Exception {
        Throwable failure =
                result.<@Nullable Throwable>handle((value, thrown) -> thrown).join();
        if (failure instanceof Exception e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return result.join();
    }

    /** It leaves its queue to the next; true once. */
    boolean passes() {
        return passed.compareAndSet(false, true);
    }

    // What it takes across processes.

    /** Takes over what the turn before has left. */
    void take(ConversationPermit left) {
        permit = left;
    }

    @Nullable
    ConversationPermit permit() {
        return permit;
    }

    /** Its patience with other processes is over before it has begun to wait. */
    void inheritPatience(QueuedHandler<?> before) {
        impatient = before.impatient;
    }

    void losePatience() {
        impatient = true;
    }

    boolean isImpatient() {
        return impatient;
    }

    @Nullable
    LeaseWait leaseWait() {
        return wait;
    }

    void leaseWait(LeaseWait begun) {
        wait = begun;
    }

    /** Looks again, if it waits for another process. */
    void wake() {
        LeaseWait waiting = wait;
        if (waiting != null) {
            waiting.wake();
        }
    }

    void endWait() {
        LeaseWait waiting = wait;
        if (waiting != null) {
            waiting.end();
        }
    }
}
