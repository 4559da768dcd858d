package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.EventWindow;
import io.botfsm.storage.Snapshot;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the hash of a conversation: {@code v s f o}, {@code :name} for each data entry, {@code e0} to {@code e7} and the
 * name of a source for its events.
 */
final class StoredHash {
    /** How many bytes a version takes, the highest first. */
    static final int VERSION_BYTES = 7;

    private static final long MAX_VERSION = (1L << 53) - 1; // as far as scripts count
    private static final byte[] NONE = {};

    private @Nullable String state;
    private long version;
    private byte[] latest = NONE;
    private byte[] other = NONE;
    private final Map<String, String> data = new LinkedHashMap<>();
    private final Map<String, SortedMap<Integer, byte[]>> rings = new TreeMap<>();

    private StoredHash() {}

    /**
     * What a reader sees of it.
     *
     * @param flat field names and values in turn
     * @throws IllegalArgumentException if the hash is not a conversation's
     */
    static Snapshot snapshot(List<?> flat) {
        if (flat.isEmpty()) {
            return Snapshot.none();
        }
        StoredHash hash = new StoredHash();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            hash.field((byte[]) flat.get(i), (byte[]) flat.get(i + 1));
        }
        if (hash.version <= 0 || hash.version > MAX_VERSION) {
            throw new IllegalArgumentException("no version");
        }
        return Snapshot.builder()
                .state(Optional.ofNullable(hash.state))
                .data(hash.data)
                .version(hash.version)
                .events(EventWindow.of(hash.latest, hash.other, hash.rings()))
                .build();
    }

    private void field(byte[] name, byte[] value) {
        if (name.length > 0 && name[0] == ':') {
            data.put(new String(name, 1, name.length - 1, UTF_8), new String(value, UTF_8));
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
            case 'v' -> {
                version = version(value, 0);
                latest = Arrays.copyOfRange(value, VERSION_BYTES, value.length);
            }
            case 's' -> state = new String(value, UTF_8);
            case 'o' -> other = value;
            default -> {} // the fence is for the script; what a later release adds is not ours to judge
        }
    }

    /**
     * The version in a field or a reply.
     *
     * @throws IllegalArgumentException if there are too few bytes
     */
    static long version(byte[] bytes, int from) {
        if (bytes.length < from + VERSION_BYTES) {
            throw new IllegalArgumentException("no version");
        }
        long version = 0;
        for (int i = from; i < from + VERSION_BYTES; i++) {
            version = (version << 8) | (bytes[i] & 0xff);
        }
        return version;
    }
}
