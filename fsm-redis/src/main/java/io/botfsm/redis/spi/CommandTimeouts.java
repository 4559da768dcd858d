package io.botfsm.redis.spi;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends commands after their timeout. All commands have the same timeout, so that it is sufficient to check the oldest
 * from time to time; a timer per command would cost more than the rest of a call. Thread-safe.
 */
public final class CommandTimeouts {
    /** A command that can be ended. Thread-safe. */
    public interface TimedCommand {
        /** Whether it has ended. */
        boolean isDone();

        /** Ends it if it has not ended. */
        void timeOut(Duration timeout);
    }

    private static final int CHECKS_PER_TIMEOUT = 20;
    private static final long LONGEST_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long SHORTEST_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(CommandTimeouts.class.getPackageName());

    private record Started(TimedCommand command, long end) {}

    private final Queue<Started> commands = new ConcurrentLinkedQueue<>();
    private final Duration timeout;
    private final long timeoutNanos;
    private volatile boolean closed;

    /**
     * Watches commands until the executor is shut down.
     *
     * @param timeout how long a command may take; it ends at most a tenth of a second late
     * @param executor checks the oldest command; dependents of a command that times out run on it
     */
    public CommandTimeouts(Duration timeout, ScheduledExecutorService executor) {
        this.timeout = timeout;
        this.timeoutNanos = timeout.toNanos();
        long interval =
                Math.min(LONGEST_INTERVAL_NANOS, Math.max(SHORTEST_INTERVAL_NANOS, timeoutNanos / CHECKS_PER_TIMEOUT));
        var unused = executor.scheduleWithFixedDelay(this::endOverdue, interval, interval, TimeUnit.NANOSECONDS);
    }

    /** Registers a command that begins now. */
    public void begin(TimedCommand command) {
        commands.add(new Started(command, System.nanoTime() + timeoutNanos));
        if (closed) {
            endAll();
        }
    }

    /**
     * Ends all commands, and any later ones immediately, as if they had timed out. Must be called before the executor
     * is shut down, after which nothing would end them.
     */
    public void close() {
        closed = true;
        endAll();
    }

    private void endAll() {
        for (Started next = commands.poll(); next != null; next = commands.poll()) {
            if (!next.command().isDone()) {
                next.command().timeOut(timeout);
            }
        }
    }

    private void endOverdue() {
        try {
            endThoseOverdue();
        } catch (Throwable e) { // otherwise the executor would not run this again
            LOGGER.error("Ending a command that timed out has failed", e);
        }
    }

    private void endThoseOverdue() {
        for (Started oldest = commands.peek(); oldest != null; oldest = commands.peek()) {
            boolean answered = oldest.command().isDone();
            if (!answered && oldest.end() - System.nanoTime() > 0) {
                return;
            }
            commands.remove();
            if (!answered) { // for answered commands, the exception would be created in vain
                oldest.command().timeOut(timeout);
            }
        }
    }
}
