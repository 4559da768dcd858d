package io.botfsm.redis.testkit;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Waits, for a bounded time, until servers have agreed on something. */
final class Polling {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Polling() {}

    /** Servers that do not answer, or not yet, have not agreed. */
    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        RuntimeException last = null;
        while (System.nanoTime() < end) {
            try {
                if (condition.getAsBoolean()) {
                    return;
                }
            } catch (RespConnection.ErrorReply | UncheckedIOException e) {
                last = e;
            }
            RedisServerProcess.pause();
        }
        throw failed(what, last);
    }

    private static IllegalStateException failed(String what, @Nullable RuntimeException last) {
        return new IllegalStateException("not within " + PATIENCE + ": " + what, last);
    }
}
