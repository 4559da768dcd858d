package io.botfsm.internal.guard;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Marks a thread that makes an asynchronous call and then does nothing but wait for its result. A driver that blocks
 * anyway runs such a call on that thread, which saves two thread switches.
 */
public final class WaitingCaller {
    private static final ThreadLocal<@Nullable Long> WAIT_NANOS = new ThreadLocal<>();

    private WaitingCaller() {}

    /**
     * Makes a call whose result this thread will wait for.
     *
     * @param waitNanos how long it will wait at most
     */
    public static <T> T call(long waitNanos, Supplier<T> call) {
        Long outer = WAIT_NANOS.get();
        WAIT_NANOS.set(waitNanos);
        try {
            return call.get();
        } finally {
            if (outer == null) {
                WAIT_NANOS.remove();
            } else {
                WAIT_NANOS.set(outer);
            }
        }
    }

    /** Returns whether the current thread will wait for the call it is making, for at least this long. */
    public static boolean waitsFor(Duration time) {
        Long wait = WAIT_NANOS.get();
        return wait != null && wait >= time.toNanos();
    }
}
