package io.botfsm.isolation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Dispatches handlers whose turn has come to their executors, so that no handler runs inside the completion of another,
 * however the executors run them. Thread-safe.
 */
final class HandlerDispatcher {
    /** The pending work of one thread. */
    private static final class Loop {
        private final Deque<QueuedHandler<?>> handlers = new ArrayDeque<>(2);
        private final boolean onExecutor;
        private boolean passing;

        /**
         * @param onExecutor whether the thread belongs to the executor, and so may run handlers for which the executor
         *     has no other thread
         */
        private Loop(boolean onExecutor) {
            this.onExecutor = onExecutor;
        }
    }

    private final IsolationThreads own;
    private final Executor executor;
    private final Consumer<QueuedHandler<?>> serve;
    private final BiConsumer<QueuedHandler<?>, Throwable> rejected;

    /** Per isolation, since a handler of one isolation may submit to another. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<Loop> loops = new ThreadLocal<>();

    /**
     * Creates a dispatcher.
     *
     * @param executor the executor whose threads run handlers
     * @param serve is called with each handler, on its executor
     * @param rejected is called with a handler that an executor rejects, and the exception it threw
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

    /** Starts a handler on the executor, or on this thread if the executor runs tasks there. */
    void start(QueuedHandler<?> first) {
        try {
            first.executor().execute(() -> run(first));
        } catch (Throwable e) { // such as an error because no thread could be started
            rejected.accept(first, e);
        }
    }

    /**
     * Passes the turn to a handler on the executor, but not inside this call, which may be on a thread that others wait
     * for, or deep in the stack of another handler.
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
        if (refusal != null && loop.onExecutor) {
            loop.handlers.add(next); // its submission was accepted, and this thread can run it
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
