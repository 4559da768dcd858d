package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.EventWindow;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StoredConversation;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the hash of a conversation. Its fields are {@code v s f o x}, {@code :name} for each data entry, {@code @name}
 * for each attribute, and {@code e0} to {@code e7} followed by the name of a source for its events.
 */
final class StoredHash {
    /** The number of bytes of a version, which is big-endian. */
    static final int VERSION_BYTES = 7;

    /** The number of bytes of a time: milliseconds since 1970, big-endian. */
    static final int TIME_BYTES = 6;

    /** The record format that this release reads and writes. */
    static final int FORMAT = 1;

    private static final int FORMAT_SHIFT = 44; // the bits above the time of the last write
    private static final int SHORT_BYTES = 5; // age and deadline
    private static final int HEAD = VERSION_BYTES + TIME_BYTES + 2 * SHORT_BYTES;
    private static final long ENDS = 1L << 39; // the bit above the deadline
    private static final long MAX_VERSION = (1L << 53) - 1; // the highest integer that is exact in scripts
    private static final byte[] NONE = {};

    private @Nullable String state;
    private byte[] head = NONE;
    private byte[] other = NONE;
    private byte[] end = NONE;
    private final Map<String, String> data = new LinkedHashMap<>();
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private final Map<String, SortedMap<Integer, byte[]>> rings = new TreeMap<>();

    private StoredHash() {}

    /** Thrown for a record that another release has written. */
    static final class FormatException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private final long format;

        FormatException(long format) {
            super("another format");
            this.format = format;
        }

        /** Returns the text of an error message. */
        String text() {
            return "the record has format " + format + ", and this release reads format " + FORMAT
                    + ": update every instance to the newer release";
        }
    }

    /**
     * Returns the conversation as a reader sees it.
     *
     * @param flat alternating field names and values
     * @param now the time of the read, by the clock of the writers
     * @throws FormatException if it has another format
     * @throws IllegalArgumentException if the hash is not a conversation's
     */
    static Snapshot snapshot(List<?> flat, Instant now) {
        if (flat.isEmpty()) {
            return Snapshot.none();
        }
        StoredHash hash = new StoredHash();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            hash.field((byte[]) flat.get(i), (byte[]) flat.get(i + 1));
        }
        return hash.conversation().snapshot(now);
    }

    private StoredConversation conversation() {
        long version = version(head, 0);
        long touched = number(head, VERSION_BYTES, TIME_BYTES);
        requireFormat(touched >> FORMAT_SHIFT);
        touched -= (long) FORMAT << FORMAT_SHIFT;
        long age = number(head, VERSION_BYTES + TIME_BYTES, SHORT_BYTES);
        long deadline = number(head, VERSION_BYTES + TIME_BYTES + SHORT_BYTES, SHORT_BYTES);
        if (version <= 0 || version > MAX_VERSION) {
            throw new IllegalArgumentException("no version");
        }
        StoredConversation.Builder stored = StoredConversation.builder()
                .state(Optional.ofNullable(state))
                .data(data)
                .attributes(attributes)
                .version(version)
                .events(EventWindow.of(Arrays.copyOfRange(head, HEAD, head.length), other, rings()))
                .touched(Optional.of(Instant.ofEpochMilli(touched)))
                .since(Optional.of(Instant.ofEpochMilli(touched - age)));
        if (deadline >= ENDS) {
            stored.end(Optional.of(time(end, 0)));
        }
        if (deadline % ENDS != 0) {
            stored.deadline(Optional.of(Instant.ofEpochMilli(deadline % ENDS * 10)));
        }
        return stored.build();
    }

    /**
     * Refuses the format of another release, with a {@link FormatException}.
     *
     * @throws IllegalArgumentException if it is 0, which no release writes
     */
    static void requireFormat(long format) {
        if (format == 0) {
            throw new IllegalArgumentException("no format");
        }
        if (format != FORMAT) {
            throw new FormatException(format);
        }
    }

    private void field(byte[] name, byte[] value) {
        if (name.length > 0 && name[0] == ':') {
            data.put(new String(name, 1, name.length - 1, UTF_8), new String(value, UTF_8));
        } else if (name.length > 0 && name[0] == '@') {
            attributes.put(new String(name, 1, name.length - 1, UTF_8), new String(value, UTF_8));
        } else if (name.length == 1) {
            field((char) name[0], value);
        } else if (name.length > 1 && name[0] == 'e' && name[1] >= '0' && name[1] < '8') {
            String source = new String(name, 2, name.length - 2, UTF_8);
            rings.computeIfAbsent(source, known -> new TreeMap<>()).put(name[1] - '0', value);
        }
    }

    private Map<String, List<byte[]>> rings() {
        Map<String, List<byte[]>> chunks = new TreeMap<>();
        rings.forEach((source, ring) -> {
            if (ring.lastKey() != ring.size() - 1) {
                throw new IllegalArgumentException("a chunk of events is missing");
            }
            chunks.put(source, List.copyOf(ring.values()));
        });
        return chunks;
    }

    private void field(char name, byte[] value) {
        switch (name) {
            case 'v' -> head = value;
            case 's' -> state = new String(value, UTF_8);
            case 'o' -> other = value;
            case 'x' -> end = value;
            default -> {} // only the script reads the fence; fields of later releases are ignored
        }
    }

    /**
     * The version in a field or a reply.
     *
     * @throws IllegalArgumentException if there are too few bytes
     */
    static long version(byte[] bytes, int from) {
        return number(bytes, from, VERSION_BYTES);
    }

    /**
     * The time in a field or a reply.
     *
     * @throws IllegalArgumentException if there are too few bytes
     */
    static Instant time(byte[] bytes, int from) {
        return Instant.ofEpochMilli(number(bytes, from, TIME_BYTES));
    }

    private static long number(byte[] bytes, int from, int length) {
        if (bytes.length < from + length) {
            throw new IllegalArgumentException("too short");
        }
        long number = 0;
        for (int i = from; i < from + length; i++) {
            number = (number << 8) | (bytes[i] & 0xff);
        }
        return number;
    }
}
