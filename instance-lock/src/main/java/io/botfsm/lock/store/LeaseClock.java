package io.botfsm.lock.store;

/** The clocks of a lock. Thread-safe. Tests may implement their own. */
public interface LeaseClock {
    /**
     * Returns the time of a monotonic clock with an arbitrary origin. It may stand still while the machine is
     * suspended.
     */
    long nanoTime();

    /**
     * Returns the time of day in milliseconds since the epoch. It may be set, and advances while the machine is
     * suspended.
     */
    long wallMillis();

    /** Returns the clocks of this machine. */
    static LeaseClock system() {
        return SystemClock.INSTANCE;
    }
}
