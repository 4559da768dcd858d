package io.botfsm.lifecycle;

import io.botfsm.lock.store.LeaseClock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Reacts to signals: the first one asks a run to stop, a second one ends the process at once. Thread-safe. */
final class SignalAnswer {
    /**
     * The time in which a repeated signal is ignored, since some senders, such as timeout(1), signal a process and then
     * its whole group.
     */
    private static final long ECHO_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int STATUS_OF_SIGNALS = 128;

    private final Consumer<String> stop;
    private final IntConsumer halt;
    private final LeaseClock clock;
    private final AtomicReference<@Nullable Long> first = new AtomicReference<>();

    /**
     * Creates a reaction.
     *
     * @param stop receives the name of the first signal
     * @param halt ends the process with an exit status
     */
    SignalAnswer(Consumer<String> stop, IntConsumer halt, LeaseClock clock) {
        this.stop = stop;
        this.halt = halt;
        this.clock = clock;
    }

    void received(String name, int number) {
        long now = clock.nanoTime();
        Long before = first.compareAndExchange(null, now);
        if (before == null) {
            stop.accept(name);
        } else if (now - before > ECHO_NANOS) {
            halt.accept(STATUS_OF_SIGNALS + number);
        }
    }
}
