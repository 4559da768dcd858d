package io.botfsm.lock.store;

/** What a lock knows of time. Thread-safe. Tests may bring one of their own. */
public interface LeaseClock {
    /** A clock that only goes forward, from an arbitrary origin; it may stand still while the machine is suspended. */
    long nanoTime();

    /** The time of day, in milliseconds since the epoch; it may be set, and goes on while the machine is suspended. */
    long wallMillis();

    /** The clocks of this machine. */
    static LeaseClock system() {
        return SystemClock.INSTANCE;
    }
}
