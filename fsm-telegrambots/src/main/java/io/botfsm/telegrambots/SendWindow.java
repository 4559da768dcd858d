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

    /**
     * Returns the time until this many more messages, or as many as a period allows, may be sent; not positive if they
     * may be sent now.
     */
    long timeLeft(long now, int messages) {
        long newest = sends + bounded(messages) - 1 - times.length; // the newest send whose period must be over
        return newest < 0 ? 0 : times[(int) (newest % times.length)] + period - now;
    }

    private int bounded(int messages) {
        return Math.min(messages, times.length);
    }

    /** Whether less than half of the messages that a period allows were sent. */
    boolean isHalfFree(long now) {
        int half = (times.length + 1) / 2;
        return sends < half || times[(int) ((sends - half) % times.length)] + period - now <= 0;
    }

    void record(long now, int messages) {
        for (int i = bounded(messages); i > 0; i--) {
            times[(int) (sends++ % times.length)] = now;
        }
    }

    /** Whether no earlier send matters any more. */
    boolean isOver(long now) {
        return sends == 0 || times[(int) ((sends - 1) % times.length)] + period - now <= 0;
    }
}
