package io.botfsm.storage;

import java.util.Arrays;

/** One run of {@link EventWindow}: the number of its newest block of 8 ids, then a bit per id, newest block first. */
final class EventRun {
    static final EventRun NONE = new EventRun(new byte[0]);

    private static final int HEAD = 7;
    private static final int BLOCKS = 33;

    private final byte[] bytes;

    private EventRun(byte[] bytes) {
        this.bytes = bytes;
    }

    static EventRun of(byte[] bytes) {
        if (bytes.length != 0 && (bytes.length <= HEAD || bytes.length > HEAD + BLOCKS)) {
            throw new IllegalArgumentException("a run of events takes 8 to 40 bytes, not " + bytes.length);
        }
        return bytes.length == 0 ? NONE : new EventRun(bytes.clone());
    }

    boolean isNone() {
        return bytes.length == 0;
    }

    boolean contains(long id) {
        long age = age(id);
        return !isNone() && age >= 0 && HEAD + age < bytes.length && (bytes[(int) (HEAD + age)] & bit(id)) != 0;
    }

    /** Whether this run is so far above the id that the id is too old for it. */
    boolean isFarAbove(long id) {
        return !isNone() && age(id) >= BLOCKS;
    }

    /** Whether this run is so far below the id that adding it would forget everything else. */
    boolean isFarBelow(long id) {
        return !isNone() && age(id) <= -BLOCKS;
    }

    EventRun with(long id) {
        if (isNone() || isFarAbove(id) || isFarBelow(id)) {
            return new EventRun(withHead(id / 8, new byte[HEAD + 1])).marked(id);
        }
        int age = (int) age(id);
        return age < 0 ? moved(-age, id).marked(id) : marked(id);
    }

    private EventRun moved(int blocks, long id) {
        int kept = Math.min(bytes.length - HEAD, BLOCKS - blocks);
        byte[] next = withHead(id / 8, new byte[HEAD + blocks + kept]);
        System.arraycopy(bytes, HEAD, next, HEAD + blocks, kept);
        return new EventRun(next);
    }

    private EventRun marked(long id) {
        int at = HEAD + (int) age(id);
        byte[] next = Arrays.copyOf(bytes, Math.max(bytes.length, at + 1));
        next[at] |= (byte) bit(id);
        return new EventRun(next);
    }

    /** How many blocks the id lies behind the newest block; negative if it lies ahead. */
    private long age(long id) {
        long head = 0;
        for (int i = 0; i < Math.min(HEAD, bytes.length); i++) {
            head = (head << 8) | (bytes[i] & 0xff);
        }
        return head - id / 8;
    }

    private static int bit(long id) {
        return 1 << (id % 8);
    }

    private static byte[] withHead(long block, byte[] run) {
        for (int i = HEAD - 1; i >= 0; i--) {
            run[i] = (byte) block;
            block >>>= 8;
        }
        return run;
    }

    byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof EventRun r && Arrays.equals(bytes, r.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return isNone() ? "none" : "up to " + ((age(0) + 1) * 8 - 1);
    }
}
