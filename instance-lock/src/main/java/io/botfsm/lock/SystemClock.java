package io.botfsm.lock;

/** The clocks of this machine. */
enum SystemClock implements LockClock {
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
