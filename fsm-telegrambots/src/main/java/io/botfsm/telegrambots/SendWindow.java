package io.botfsm.telegrambots;

/** The latest sends, as many as a rate allows in its period. Not thread-safe; guarded by {@link SendPacing}. */
final class SendWindow {
    private final long period;
    private final long[] times;
    private long sends;

    SendWindow(SendRate rate) {
        this.period = rate.period().toNanos();
        this.times = new long[rate.most()];
    }

    /** How long until one more may leave; not positive if it may now. */
    long timeLeft(long now) {
        return sends < times.length ? 0 : times[oldest()] + period - now;
    }

    void record(long now) {
        times[oldest()] = now;
        sends++;
    }

    private int oldest() {
        return (int) (sends % times.length);
    }

    /** Whether nothing that left matters any more. */
    boolean isOver(long now) {
        return sends == 0 || times[(int) ((sends - 1) % times.length)] + period - now <= 0;
    }
}
