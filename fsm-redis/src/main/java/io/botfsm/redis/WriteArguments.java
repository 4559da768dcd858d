package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Puts a mutation into the arguments of {@code write.lua}. */
final class WriteArguments {
    private static final int FIXED = 2 + Integer.BYTES + 5 * Long.BYTES;
    private static final long NONE = -1;
    private static final long BY_FINGERPRINT = -2;
    private static final byte[] NOTHING = {};
    private static final byte[] NO_STATE = {'-'};
    private static final byte[] STATE = {'s'};

    private final Optional<Duration> standardTtl;
    private final long tombstoneTtl;

    WriteArguments(RedisStorageOptions options) {
        standardTtl = options.ttl();
        tombstoneTtl = options.tombstoneTtl().toMillis();
    }

    List<byte[]> of(Mutation m) {
        boolean removesState = clearsState(m);
        int sets = 2 * m.puts().size() + (m.state().isPresent() ? 1 : 0);
        byte[][] args = new byte[1 + sets + m.removals().size() + (removesState ? 1 : 0)][];
        int next = 0;
        args[next++] = header(m, sets);
        if (m.state().isPresent()) {
            args[next++] = utf8(m.state().get());
        }
        for (Map.Entry<String, String> put : m.puts().entrySet()) {
            args[next++] = utf8(":" + put.getKey());
            args[next++] = utf8(put.getValue());
        }
        if (removesState) {
            args[next++] = STATE;
        }
        for (String name : m.removals()) {
            args[next++] = utf8(":" + name);
        }
        return Arrays.asList(args);
    }

    private byte[] header(Mutation m, int sets) {
        byte[] event = m.eventId().map(WriteArguments::fingerprint).orElse(NOTHING);
        byte[] expectedState = expectedState(m);
        return ByteBuffer.allocate(FIXED + event.length + expectedState.length)
                .put((byte) (!m.changesState() ? 'k' : clearsState(m) ? 'c' : 's'))
                .put((byte) (m.replacesData() ? 'r' : 'p'))
                .putInt(sets)
                .putLong(number(m.expectedVersion()))
                .putLong(number(m.fencingToken()))
                .putLong(m.eventId().map(id -> id.counted().orElse(BY_FINGERPRINT)).orElse(NONE))
                .putLong(m.ttl(standardTtl).map(Duration::toMillis).orElse(NONE))
                .putLong(tombstoneTtl)
                .put(event)
                .put(expectedState)
                .array();
    }

    /** Fingerprint and source of an id that is not counted. */
    private static byte[] fingerprint(EventId id) {
        if (id.counted().isPresent()) {
            return NOTHING;
        }
        byte[] source = utf8(id.source());
        return ByteBuffer.allocate(EventId.FINGERPRINT_BYTES + 1 + source.length)
                .put(id.fingerprint())
                .put((byte) source.length)
                .put(source)
                .array();
    }

    private static boolean clearsState(Mutation m) {
        return m.changesState() && m.state().isEmpty();
    }

    private static byte[] expectedState(Mutation m) {
        return !m.expectsState()
                ? NOTHING
                : m.expectedState().map(s -> utf8("=" + s)).orElse(NO_STATE);
    }

    private static long number(OptionalLong value) {
        return value.orElse(NONE);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }
}
