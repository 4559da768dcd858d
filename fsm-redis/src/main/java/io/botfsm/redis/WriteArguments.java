package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Converts a mutation to the arguments of {@code write.lua}. */
final class WriteArguments {
    private static final int FIXED = 2 + 2 * Integer.BYTES + 7 * Long.BYTES;
    private static final long MOST_AGE = (1L << 40) - 1;
    private static final int DEADLINE_UNIT_MILLIS = 10;
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

    /**
     * The arguments.
     *
     * @param now the time of the write, by a clock that all writers share approximately
     */
    List<byte[]> of(Mutation m, Instant now) {
        int sets = 2 * m.puts().size() + (m.state().isPresent() ? 1 : 0);
        List<byte[]> args = new ArrayList<>(1
                + sets
                + 2 * m.attributes().size()
                + m.removals().size()
                + m.attributeRemovals().size()
                + 1);
        args.add(header(m, sets, now));
        m.state().ifPresent(state -> args.add(utf8(state)));
        addAll(args, ":", m.puts());
        addAll(args, "@", m.attributes());
        if (clearsState(m)) {
            args.add(STATE);
        }
        m.removals().forEach(name -> args.add(utf8(":" + name)));
        m.attributeRemovals().forEach(name -> args.add(utf8("@" + name)));
        return args;
    }

    private static void addAll(List<byte[]> args, String kind, Map<String, String> entries) {
        entries.forEach((name, text) -> {
            args.add(utf8(kind + name));
            args.add(utf8(text));
        });
    }

    private byte[] header(Mutation m, int sets, Instant now) {
        byte[] event = m.eventId().map(WriteArguments::fingerprint).orElse(NOTHING);
        byte[] age = m.since().map(since -> age(since, now)).orElse(NOTHING);
        byte[] expectedState = expectedState(m);
        return ByteBuffer.allocate(FIXED + event.length + age.length + expectedState.length)
                .put(change(m))
                .put((byte) (m.replacesData() ? 'r' : 'p'))
                .putInt(sets)
                .putInt(2 * m.attributes().size())
                .putLong(number(m.expectedVersion()))
                .putLong(number(m.fencingToken()))
                .putLong(m.eventId()
                        .map(id -> id.counted().orElse(BY_FINGERPRINT))
                        .orElse(NONE))
                .putLong(m.ttl(standardTtl).map(Duration::toMillis).orElse(NONE))
                .putLong(tombstoneTtl)
                .putLong(now.toEpochMilli())
                .putLong(m.changesDeadline() ? deadline(m.deadline()) : NONE)
                .put(event)
                .put(age)
                .put(expectedState)
                .array();
    }

    private static byte change(Mutation m) {
        if (!m.changesState()) {
            return 'k';
        }
        char change = clearsState(m) ? 'c' : 's';
        return (byte) (m.since().isPresent() ? Character.toUpperCase(change) : change);
    }

    /** Returns how long the conversation has been in its state. */
    private static byte[] age(Instant since, Instant now) {
        long millis = since.isBefore(now) ? Duration.between(since, now).toMillis() : 0;
        return ByteBuffer.allocate(Long.BYTES)
                .putLong(Math.min(millis, MOST_AGE))
                .array();
    }

    private static long deadline(Optional<Instant> due) {
        return due.map(time -> time.toEpochMilli() / DEADLINE_UNIT_MILLIS).orElse(0L);
    }

    /** Returns the fingerprint and the source of an id; empty if the id is counted. */
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
