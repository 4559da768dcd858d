package io.botfsm.lock;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifies listeners of events, one after another, never on the thread on which an event happened. Thread-safe. */
final class LockEvents {
    private static final Logger LOGGER = LoggerFactory.getLogger(LockEvents.class.getPackageName());

    private final List<LockListener> listeners;
    private final Executor callbacks;
    private final Queue<LockEvent> waiting = new ArrayDeque<>();
    private boolean delivering;

    /**
     * Creates a notifier that logs events and notifies other listeners.
     *
     * @param listeners the other listeners
     */
    LockEvents(List<LockListener> listeners, Executor callbacks) {
        this.listeners = List.copyOf(listeners);
        this.callbacks = callbacks;
    }

    void publish(LockEvent event) {
        if (listeners.isEmpty() && !LoggingListener.INSTANCE.logs(event)) {
            return;
        }
        synchronized (waiting) {
            waiting.add(event);
            if (delivering) {
                return;
            }
            delivering = true;
        }
        try {
            callbacks.execute(this::deliverAll);
        } catch (Throwable e) { // such as no memory for a thread: the lock must go on; the next event delivers this one
            stopDelivering();
        }
    }

    private void stopDelivering() {
        synchronized (waiting) {
            delivering = false;
        }
    }

    private void deliverAll() {
        for (LockEvent event = next(); event != null; event = next()) {
            deliver(LoggingListener.INSTANCE, event);
            for (LockListener listener : listeners) {
                deliver(listener, event);
            }
        }
    }

    private @Nullable LockEvent next() {
        synchronized (waiting) {
            LockEvent event = waiting.poll();
            delivering = event != null;
            return event;
        }
    }

    private static void deliver(LockListener listener, LockEvent event) {
        try {
            listener.on(event);
        } catch (Throwable e) { // an error of a listener or log appender must not affect others
            reportFailure(e);
        }
    }

    private static void reportFailure(Throwable failure) {
        try {
            LOGGER.error("A listener of a lock failed", failure);
        } catch (Throwable e) {
            // The events that follow are delivered anyway.
        }
    }
}
