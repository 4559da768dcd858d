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

/** One handler, from its submission to its end. Thread-safe. */
final class QueuedHandler<T extends @Nullable Object> {
    private enum State {
        WAITING,
        RUNNING,
        OVER
    }

    /** The maximum number of causes to follow, since they may form a cycle. */
    private static final int MOST_CAUSES = 20;

    private final StorageKey key;
    private final Handler<T> handler;
    private final Executor executor;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private volatile @Nullable ConversationPermit permit;
    private volatile @Nullable LeaseWait wait;
    private volatile boolean waitedInVain;
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

    /** Cancels the handler, so that it never starts. No effect if it has started. */
    boolean giveUp(Throwable why) {
        if (!state.compareAndSet(State.WAITING, State.OVER)) {
            return false;
        }
        result.completeExceptionally(why);
        return true;
    }

    /** Marks the handler as started, unless it was cancelled. */
    boolean begin() {
        return state.compareAndSet(State.WAITING, State.RUNNING);
    }

    /** Runs the started handler. Returns the action that publishes its result. */
    Runnable handle(ConversationLease lease) {
        try {
            T value = handler.handle(lease);
            return () -> end(() -> result.complete(value));
        } catch (Throwable e) { // whatever it is, it must not affect the next handler
            fencing(e).ifPresent(fenced -> lease.fenced(fenced.highest()));
            return () -> end(() -> result.completeExceptionally(e));
        }
    }

    /**
     * Returns the refusal of a write by a higher fencing token, if that caused the handler's failure; handlers may wrap
     * exceptions.
     */
    private static Optional<FencedException> fencing(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(MOST_CAUSES)
                .filter(FencedException.class::isInstance)
                .map(FencedException.class::cast)
                .findFirst();
    }

    private void end(Runnable completion) {
        state.set(State.OVER);
        completion.run();
    }

    /** Returns what the handler returned, or throws what it threw. */
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

    /** Marks that the handler passes the turn on. Returns true only the first time. */
    boolean passes() {
        return passed.compareAndSet(false, true);
    }

    // For isolation across processes.

    /** Takes over the permit of the previous handler. */
    void take(ConversationPermit left) {
        permit = left;
    }

    @Nullable
    ConversationPermit permit() {
        return permit;
    }

    /** Inherits from the previous handler that waiting for other processes was in vain, if it was. */
    void inheritWaitedInVain(QueuedHandler<?> before) {
        waitedInVain = before.waitedInVain;
    }

    void markWaitedInVain() {
        waitedInVain = true;
    }

    boolean hasWaitedInVain() {
        return waitedInVain;
    }

    @Nullable
    LeaseWait leaseWait() {
        return wait;
    }

    void leaseWait(LeaseWait begun) {
        wait = begun;
    }

    /** Makes the handler try again at once, if it is waiting for another process. */
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
