package io.botfsm.isolation;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A queue for each conversation that has handlers. The first of a queue is the only one that runs, or is on its way to a thread;
 * when it is over, it passes on to the next. Thread-safe.
 */
final class QueuedIsolation implements EventIsolation {
    private final Admission admission;
    private final IsolationThreads own;
    private final Executor executor;
    private final int perConversation;
    private final int inTotal;
    private final Duration submitTimeout;
    private final Optional<Duration> handlerTimeout;

    private final ConversationQueues<QueuedHandler<?>> queues = new ConversationQueues<>();
    private final HandlerPermits permits;
    /** Of this isolation: a handler of one may submit to another. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<StorageKey> handling = new ThreadLocal<>();

    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<Loop> loops = new ThreadLocal<>();

    private volatile boolean closed;

    QueuedIsolation(
            Admission admission,
            IsolationThreads own,
            Executor executor,
            int perConversation,
            int inTotal,
            Duration submitTimeout,
            Optional<Duration> handlerTimeout) {
        this.admission = admission;
        this.own = own;
        this.executor = executor;
        this.perConversation = perConversation;
        this.inTotal = inTotal;
        this.submitTimeout = submitTimeout;
        this.handlerTimeout = handlerTimeout;
        this.permits = new HandlerPermits(inTotal);
    }

    // Coming.

    @Override
    public <T extends @Nullable Object> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
        requireNonNull(key, "key");
        requireNonNull(handler, "handler");
        QueuedHandler<T> turn = new QueuedHandler<>(key, handler, executor);
        enter(turn, handling.get() == null ? submitTimeout : Duration.ZERO);
        return turn.result().minimalCompletionStage();
    }

    @Override
    public <T extends @Nullable Object> T call(StorageKey key, Handler<T> handler) throws Exception {
        requireNonNull(key, "key");
        requireNonNull(handler, "handler");
        StorageKey within = handling.get();
        if (within != null) {
            throw new IllegalStateException(
                    String.format(Locale.ROOT, "%s: called within a handler (%s); submit there", key, within));
        }
        CallingThread caller = new CallingThread();
        QueuedHandler<T> turn = new QueuedHandler<>(key, handler, caller);
        enter(turn, submitTimeout);
        var unused = turn.result().whenComplete((value, failure) -> caller.execute(() -> {}));
        try {
            caller.runUntil(turn::isOver);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            giveUp(turn, new InterruptedCallException(key, false, e));
        } finally {
            caller.leave();
        }
        return turn.outcome();
    }

    private void enter(QueuedHandler<?> turn, Duration wait) {
        StorageKey key = turn.key();
        try {
            if (queues.isFull(key, perConversation)) {
                turn.giveUp(new BacklogFullException(key, perConversation, true));
            } else if (!permits.take(wait)) {
                turn.giveUp(new BacklogFullException(key, inTotal, false));
            } else {
                queue(turn);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            turn.giveUp(new InterruptedCallException(key, false, e));
        } catch (IsolationClosedException e) {
            turn.giveUp(e);
        }
    }

    private void queue(QueuedHandler<?> turn) {
        switch (queues.arrive(turn.key(), turn, perConversation)) {
            case FIRST -> start(turn);
            case BEHIND -> {
                // whoever is before it passes on to it
            }
            case NONE -> {
                permits.giveBack();
                turn.giveUp(new BacklogFullException(turn.key(), perConversation, true));
            }
        }
        if (closed) {
            giveUp(turn, new IsolationClosedException());
        }
    }

    // Going.

    /** No effect on a handler that has begun. */
    private void giveUp(QueuedHandler<?> turn, FsmException why) {
        if (!turn.giveUp(why)) {
            return;
        }
        if (queues.giveUp(turn.key(), turn)) {
            permits.giveBack();
        } else {
            turn.wake(); // it is the first: it is on its way to a thread, or is now, and passes on from there
        }
    }

    @Override
    public boolean drain(Duration timeout) throws InterruptedException {
        requireNonNull(timeout, "timeout");
        permits.close();
        return permits.awaitEmpty(timeout);
    }

    @Override
    public void close() {
        permits.close();
        closed = true;
        queues.all().forEach(turn -> giveUp(turn, new IsolationClosedException()));
    }

    /** How many conversations something is kept for. */
    int conversations() {
        return queues.conversations();
    }

    /** How many handlers wait or run. */
    int handlers() {
        return permits.taken();
    }

    // Running.

    /** What one thread has to do, so that no turn runs inside of another's end, however the executor runs them. */
    private static final class Loop {
        private final Deque<QueuedHandler<?>> handlers = new ArrayDeque<>(2);
        private final boolean lent;
        private boolean passing;

        /** @param lent whether the thread is the executor's, which may run what the executor has no other thread for */
        private Loop(boolean lent) {
            this.lent = lent;
        }
    }

    /** On the executor, or here if that is what it does. */
    private void start(QueuedHandler<?> turn) {
        try {
            turn.executor().execute(() -> run(turn));
        } catch (Throwable e) { // such as one for a thread that could not be started
            rejected(turn, e);
        }
    }

    private void rejected(QueuedHandler<?> turn, Throwable why) {
        if (turn.giveUp(new HandlerRejectedException(turn.key(), why)) || turn.isOver()) {
            passOn(turn, turn.permit());
        }
    }

    /** On the executor, but not inside of this call: it may be on a thread that others wait for, or deep inside of another. */
    private void passTo(QueuedHandler<?> next) {
        Loop mine = loops.get();
        Loop loop = mine == null ? new Loop(false) : mine;
        boolean outer = loop.passing;
        loop.passing = true;
        loops.set(loop);
        @Nullable Throwable refusal = null;
        try {
            next.executor().execute(() -> run(next));
        } catch (Throwable e) { // as above
            refusal = e;
        } finally {
            loop.passing = outer;
            if (mine == null) {
                loops.remove();
            }
        }
        if (refusal != null && loop.lent) {
            loop.handlers.add(next); // it was accepted, and there is a thread
        } else if (refusal != null) {
            rejected(next, refusal);
        }
        if (mine == null) {
            loop.handlers.forEach(turn -> own.handlers().execute(() -> run(turn)));
        }
    }

    private void run(QueuedHandler<?> turn) {
        Loop outer = loops.get();
        if (outer != null && outer.passing) {
            outer.handlers.add(turn);
            return;
        }
        Loop loop = new Loop(turn.executor() == executor);
        loops.set(loop);
        try {
            for (QueuedHandler<?> next = turn; next != null; next = loop.handlers.poll()) {
                serve(next);
            }
        } finally {
            if (outer == null) {
                loops.remove();
            } else {
                loops.set(outer);
            }
        }
    }

    private void serve(QueuedHandler<?> turn) {
        ConversationPermit permit = turn.permit();
        if (permit == null && !turn.isOver()) {
            try {
                permit = admission.admit(turn, () -> passTo(turn));
                if (permit == null) {
                    return;
                }
            } catch (FsmException e) {
                turn.giveUp(e);
            } catch (Throwable e) { // not isolated, so it does not run
                turn.giveUp(new IsolationUnavailableException(turn.key(), e));
            }
        }
        if (permit != null && turn.begin()) {
            handle(turn, permit);
        }
        passOn(turn, permit);
    }

    private void handle(QueuedHandler<?> turn, ConversationPermit permit) {
        HandlerLease lease = new HandlerLease(permit, own.callbacks());
        permit.serve(lease);
        StorageKey outer = handling.get();
        handling.set(turn.key());
        try {
            Runnable tell = HandlerTimeout.within(handlerTimeout, turn.key(), own, () -> turn.handle(lease));
            lease.end();
            tell.run();
        } finally {
            if (outer == null) {
                handling.remove();
            } else {
                handling.set(outer);
            }
        }
    }

    // Passing on.

    private void passOn(QueuedHandler<?> turn, @Nullable ConversationPermit permit) {
        if (!turn.passes()) {
            return; // an executor that refuses what it runs all the same
        }
        turn.endWait();
        if (permit == null) {
            leave(turn, Duration.ZERO);
            return;
        }
        Optional<QueuedHandler<?>> next = permit.mayServeAnother() ? queues.leaveToNext(turn.key()) : Optional.empty();
        if (next.isPresent()) {
            permits.giveBack();
            next.get().take(permit);
            passTo(next.get());
            return;
        }
        var unused = permit.release().whenComplete((done, failure) -> leave(turn, permit.pause()));
    }

    private void leave(QueuedHandler<?> turn, Duration pause) {
        Optional<QueuedHandler<?>> next = queues.leave(turn.key());
        permits.giveBack();
        next.ifPresent(present -> {
            present.inheritPatience(turn);
            if (pause.isZero()) {
                passTo(present);
            } else {
                own.schedule(pause, () -> passTo(present));
            }
        });
    }
}
