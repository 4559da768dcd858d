package io.botfsm.lock.store;

/** The clocks of this machine. */
enum SystemClock implements LeaseClock {
    INSTANCE;

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }
}
