package io.botfsm.lock;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An event that happens at most once. Callbacks are notified of it, even if they are added afterwards. Thread-safe. */
final class OneShotEvent<T> {
    private static final Logger LOGGER = LoggerFactory.getLogger(OneShotEvent.class.getPackageName());

    private final Executor callbacks;
    private final Object monitor = new Object();
    private final List<Consumer<? super T>> waiting = new ArrayList<>();
    private @Nullable T fired;

    OneShotEvent(Executor callbacks) {
        this.callbacks = callbacks;
    }

    void whenFired(Consumer<? super T> callback) {
        T value;
        synchronized (monitor) {
            value = fired;
            if (value == null) {
                waiting.add(callback);
                return;
            }
        }
        call(callback, value);
    }

    /** Triggers the event; no effect if it has happened before. */
    void fire(T value) {
        List<Consumer<? super T>> called;
        synchronized (monitor) {
            if (fired != null) {
                return;
            }
            fired = value;
            called = List.copyOf(waiting);
            waiting.clear();
        }
        called.forEach(callback -> call(callback, value));
    }

    private void call(Consumer<? super T> callback, T value) {
        Runnable guarded = () -> {
            try {
                callback.accept(value);
            } catch (Throwable e) { // an error of a callback must not end the thread of another one
                reportFailure(e);
            }
        };
        try {
            callbacks.execute(guarded);
        } catch (Throwable e) { // such as no memory for a thread: runs on this one rather than never
            guarded.run();
        }
    }

    private static void reportFailure(Throwable failure) {
        try {
            LOGGER.error("A callback of a lock failed", failure);
        } catch (Throwable e) {
            // An error of an appender must not affect the next callback.
        }
    }
}
