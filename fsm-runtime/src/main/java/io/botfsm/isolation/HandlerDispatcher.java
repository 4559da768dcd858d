package io.botfsm.isolation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings handlers whose turn has come to their executors, so that none of them runs inside of another's end, however
 * the executors run them. Thread-safe.
 */
final class HandlerDispatcher {
    /** What one thread has to do. */
    private static final class Loop {
        private final Deque<QueuedHandler<?>> handlers = new ArrayDeque<>(2);
        private final boolean lent;
        private boolean passing;

        /** @param lent whether the thread is the executor's, which may run what the executor has no other thread for */
        private Loop(boolean lent) {
            this.lent = lent;
        }
    }

    private final IsolationThreads own;
    private final Executor executor;
    private final Consumer<QueuedHandler<?>> serve;
    private final BiConsumer<QueuedHandler<?>, Throwable> rejected;

    /** Of this isolation: a handler of one may submit to another. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<Loop> loops = new ThreadLocal<>();

    /**
     * A dispatcher.
     *
     * @param executor whose threads are lent to handlers
     * @param serve is called with each, on its executor
     * @param rejected is called with what an executor does not run, and what that threw
     */
    HandlerDispatcher(
            IsolationThreads own,
            Executor executor,
            Consumer<QueuedHandler<?>> serve,
            BiConsumer<QueuedHandler<?>, Throwable> rejected) {
        this.own = own;
        this.executor = executor;
        this.serve = serve;
        this.rejected = rejected;
    }

    /** On the executor, or here if that is what it does. */
    void start(QueuedHandler<?> first) {
        try {
            first.executor().execute(() -> run(first));
        } catch (Throwable e) { // such as one for a thread that could not be started
            rejected.accept(first, e);
        }
    }

    /**
     * On the executor, but not inside of this call: it may be on a thread that others wait for, or deep inside of
     * another.
     */
    void passTo(QueuedHandler<?> next) {
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
            rejected.accept(next, refusal);
        }
        if (mine == null) {
            loop.handlers.forEach(this::runOnOwnThread);
        }
    }

    private void runOnOwnThread(QueuedHandler<?> queued) {
        try {
            own.handlers().execute(() -> run(queued));
        } catch (Throwable e) { // such as no memory for a thread
            rejected.accept(queued, e);
        }
    }

    private void run(QueuedHandler<?> handler) {
        Loop outer = loops.get();
        if (outer != null && outer.passing) {
            outer.handlers.add(handler);
            return;
        }
        Loop loop = new Loop(handler.executor() == executor);
        loops.set(loop);
        try {
            for (QueuedHandler<?> next = handler; next != null; next = loop.handlers.poll()) {
                serve.accept(next);
            }
        } finally {
            if (outer == null) {
                loops.remove();
            } else {
                loops.set(outer);
            }
        }
    }
}
