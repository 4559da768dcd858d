package io.botfsm.transition;

import io.botfsm.internal.guard.BestEffort;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queue of state changes for listeners, and the single task that delivers them. Thread-safe. */
final class Notifications {
    private static final Logger LOGGER = LoggerFactory.getLogger(Notifications.class.getPackageName());
    private static final int IDLE_SECONDS = 10;
    private static final Duration LINGER = Duration.ofMillis(1);

    private final List<? extends TransitionListener> listeners;
    private final Executor executor;
    private final int most;
    private final Duration linger;
    private final Queue<Transition> waiting = new ArrayDeque<>();
    private @Nullable Delivery delivery;
    private long discarded;

    private Notifications(List<? extends TransitionListener> listeners, Executor executor, int most, Duration linger) {
        this.listeners = List.copyOf(listeners);
        this.executor = executor;
        this.most = most;
        this.linger = linger;
    }

    /**
     * Delivers on a dedicated thread, which briefly waits for more changes before it becomes idle: waking a thread for
     * every change of a busy bot would cost more than the delivery.
     *
     * @param most how many may wait
     */
    static Notifications onOwnThread(List<? extends TransitionListener> listeners, int most) {
        return new Notifications(listeners, ownThread(), most, LINGER);
    }

    /**
     * Delivers on threads of an executor.
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

    /** Appends to the queue, unless it is full. */
    void add(Transition transition) {
        synchronized (waiting) {
            if (waiting.size() < most) {
                waiting.add(transition);
            } else {
                discarded++;
            }
        }
    }

    /** Starts the delivery of what is queued, unless it is under way. */
    void deliverLater() {
        Delivery next;
        synchronized (waiting) {
            if (delivery != null || waiting.isEmpty()) {
                return;
            }
            next = new Delivery();
            delivery = next;
        }
        BestEffort.run(() -> executor.execute(next)).ifPresent(refusal -> {
            if (next.cancel()) {
                LOGGER.warn(
                        "The executor for transition listeners rejected a delivery. The queued transitions are dropped;"
                                + " the next one starts another delivery",
                        refusal);
            }
        });
    }

    /** One run through the queue. An executor may run it even after rejecting it, so it starts at most once. */
    private final class Delivery implements Runnable {
        private boolean over;

        /** Cancels the delivery and discards what is queued, unless the delivery has begun. */
        boolean cancel() {
            synchronized (waiting) {
                if (over) {
                    return false;
                }
                over = true;
                delivery = null;
                discarded += waiting.size();
                waiting.clear();
                return true;
            }
        }

        private boolean begin() {
            synchronized (waiting) {
                boolean first = !over;
                over = true;
                return first;
            }
        }

        @Override
        public void run() {
            if (!begin()) {
                return;
            }
            try {
                deliverAll();
            } catch (RuntimeException | Error e) {
                end(); // the next change starts another delivery
                throw e;
            }
        }
    }

    private void deliverAll() {
        do {
            for (Batch next = next(); next != null; next = next()) {
                for (TransitionListener listener : listeners) {
                    deliver(listener, next);
                }
            }
            LockSupport.parkNanos(linger.toNanos());
        } while (isMore());
    }

    private boolean isMore() {
        synchronized (waiting) {
            if (waiting.isEmpty()) {
                delivery = null;
            }
            return delivery != null;
        }
    }

    private void end() {
        synchronized (waiting) {
            delivery = null;
        }
    }

    private static void deliver(TransitionListener listener, Batch next) {
        BestEffort.run(() -> notify(listener, next))
                .ifPresent(failure -> BestEffort.run(() -> LOGGER.warn(
                        "{}: a transition listener failed", next.transition().key(), failure)));
    }

    private static void notify(TransitionListener listener, Batch next) {
        if (next.discarded() > 0) {
            listener.onDiscarded(next.discarded());
        }
        listener.onTransition(next.transition());
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

    /** The next change, and how many were dropped since the last. */
    private record Batch(long discarded, Transition transition) {}
}
