package io.botfsm.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The fingerprints of one source in {@link EventWindow}: up to eight chunks of ten, all of them full except the current
 * one. When the current chunk is full too, the next one starts empty and becomes the current one; of eight chunks, that
 * drops the oldest ten fingerprints, so that 70 to 79 remain.
 */
final class EventRing {
    private static final int CHUNKS = 8;
    private static final int CHUNK_BYTES = 10 * EventId.FINGERPRINT_BYTES;

    static final EventRing EMPTY = new EventRing(List.of(new byte[0]));

    private final List<byte[]> chunks;

    private EventRing(List<byte[]> chunks) {
        this.chunks = chunks;
    }

    static EventRing of(List<byte[]> stored) {
        int current = -1;
        for (int i = 0; i < stored.size(); i++) {
            int length = stored.get(i).length;
            if (length > CHUNK_BYTES
                    || length % EventId.FINGERPRINT_BYTES != 0
                    || (length < CHUNK_BYTES && current >= 0)) {
                throw notARing();
            }
            current = length < CHUNK_BYTES ? i : current;
        }
        if (current < 0 || stored.size() > CHUNKS || (stored.size() < CHUNKS && current != stored.size() - 1)) {
            throw notARing();
        }
        return new EventRing(stored.stream().map(byte[]::clone).toList());
    }

    private static IllegalArgumentException notARing() {
        return new IllegalArgumentException("the chunks of a source's events do not fit together");
    }

    boolean contains(byte[] fingerprint) {
        return chunks.stream().anyMatch(chunk -> contains(chunk, fingerprint));
    }

    private static boolean contains(byte[] chunk, byte[] fingerprint) {
        for (int at = 0; at < chunk.length; at += fingerprint.length) {
            if (Arrays.equals(chunk, at, at + fingerprint.length, fingerprint, 0, fingerprint.length)) {
                return true;
            }
        }
        return false;
    }

    EventRing with(byte[] fingerprint) {
        List<byte[]> next = new ArrayList<>(chunks);
        int current = current();
        byte[] before = next.get(current);
        byte[] after = Arrays.copyOf(before, before.length + fingerprint.length);
        System.arraycopy(fingerprint, 0, after, before.length, fingerprint.length);
        next.set(current, after);
        if (after.length == CHUNK_BYTES) {
            begin(next, (current + 1) % CHUNKS);
        }
        return new EventRing(next);
    }

    private int current() {
        int current = 0;
        while (chunks.get(current).length == CHUNK_BYTES) {
            current++;
        }
        return current;
    }

    private static void begin(List<byte[]> chunks, int chunk) {
        if (chunk == chunks.size()) {
            chunks.add(new byte[0]);
        } else {
            chunks.set(chunk, new byte[0]);
        }
    }

    List<byte[]> chunks() {
        return chunks.stream().map(byte[]::clone).toList();
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof EventRing r && Arrays.deepEquals(chunks.toArray(), r.chunks.toArray());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(chunks.toArray());
    }
}
