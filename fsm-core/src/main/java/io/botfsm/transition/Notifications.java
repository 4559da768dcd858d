package io.botfsm.transition;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What listeners are still to be told, and the one task that tells them. Thread-safe. */
final class Notifications {
    private static final Logger LOGGER = LoggerFactory.getLogger(NotifyingStateStorage.class);
    private static final int IDLE_SECONDS = 10;
    private static final Duration LINGER = Duration.ofMillis(1);

    private final List<? extends TransitionListener> listeners;
    private final Executor executor;
    private final int most;
    private final Duration linger;
    private final Queue<Transition> waiting = new ArrayDeque<>();
    private boolean telling;
    private long discarded;

    private Notifications(List<? extends TransitionListener> listeners, Executor executor, int most, Duration linger) {
        this.listeners = List.copyOf(listeners);
        this.executor = executor;
        this.most = most;
        this.linger = linger;
    }

    /**
     * Tells on a thread of its own. That waits a moment for more before it rests: to wake it for every change of a busy bot would
     * cost more than to tell it.
     *
     * @param most how many may wait
     */
    static Notifications onOwnThread(List<? extends TransitionListener> listeners, int most) {
        return new Notifications(listeners, ownThread(), most, LINGER);
    }

    /**
     * Tells on threads of somebody else.
     *
     * @param most how many may wait
     */
    static Notifications on(Executor executor, List<? extends TransitionListener> listeners, int most) {
        return new Notifications(listeners, executor, most, Duration.ZERO);
    }

    private static Executor ownThread() {
        ThreadPoolExecutor thread =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread named = new Thread(task, "botfsm-transitions");
                    named.setDaemon(true);
                    return named;
                });
        thread.allowCoreThreadTimeOut(true);
        return thread;
    }

    /** Lets it wait, after those before it. */
    void add(Transition transition) {
        synchronized (waiting) {
            if (waiting.size() < most) {
                waiting.add(transition);
            } else {
                discarded++;
            }
        }
    }

    /** Sees to it that what waits is told. */
    void tellLater() {
        synchronized (waiting) {
            if (telling || waiting.isEmpty()) {
                return;
            }
            telling = true;
        }
        try {
            executor.execute(this::tellAll);
        } catch (RejectedExecutionException e) {
            LOGGER.warn("the executor for transition listeners takes no more work");
            synchronized (waiting) {
                telling = false;
                discarded += waiting.size();
                waiting.clear();
            }
        }
    }

    private void tellAll() {
        do {
            for (Batch next = next(); next != null; next = next()) {
                for (TransitionListener listener : listeners) {
                    tell(listener, next);
                }
            }
            LockSupport.parkNanos(linger.toNanos());
        } while (isMore());
    }

    private boolean isMore() {
        synchronized (waiting) {
            telling = !waiting.isEmpty();
            return telling;
        }
    }

    private static void tell(TransitionListener listener, Batch next) {
        try {
            if (next.discarded() > 0) {
                listener.onDiscarded(next.discarded());
            }
            listener.onTransition(next.transition());
        } catch (RuntimeException | Error e) {
            LOGGER.warn("{}: a transition listener failed", next.transition().key(), e);
        }
    }

    private @Nullable Batch next() {
        synchronized (waiting) {
            Transition next = waiting.poll();
            if (next == null) {
                return null;
            }
            Batch batch = new Batch(discarded, next);
            discarded = 0;
            return batch;
        }
    }

    /** What is told next, and how many were left out since the last. */
    private record Batch(long discarded, Transition transition) {}
}
