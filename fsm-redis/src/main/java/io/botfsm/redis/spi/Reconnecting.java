package io.botfsm.redis.spi;

/** How a client comes back to a server that was away. */
public final class Reconnecting {
    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private Reconnecting() {}

    /** How many milliseconds to wait after so many failures to connect, of which there is at least one. */
    public static long pause(int failures) {
        return Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failures - 1, 10));
    }
}
