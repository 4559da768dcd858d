package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.Mutation;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Puts a mutation into the arguments of {@code write.lua}. */
final class WriteArguments {
    private static final int FIXED = 10;
    private static final byte[] NONE = {};
    private static final byte[] KEEP = {'k'};
    private static final byte[] SET = {'s'};
    private static final byte[] CLEAR = {'c'};
    private static final byte[] PATCH = {'p'};
    private static final byte[] REPLACE = {'r'};
    private static final byte[] NO_STATE = {'-'};

    private final byte[] ttl;
    private final Optional<Duration> standardTtl;
    private final byte[] tombstoneTtl;

    WriteArguments(RedisStorageOptions options) {
        standardTtl = options.ttl();
        ttl = standardTtl.map(WriteArguments::millis).orElse(NONE);
        tombstoneTtl = millis(options.tombstoneTtl());
    }

    List<byte[]> of(Mutation m) {
        byte[][] args = new byte[FIXED + 2 * m.puts().size() + m.removals().size()][];
        Optional<String> state = m.state();
        args[0] = !m.changesState() ? KEEP : state.isPresent() ? SET : CLEAR;
        args[1] = state.isPresent() ? utf8(state.get()) : NONE;
        args[2] = m.replacesData() ? REPLACE : PATCH;
        args[3] = number(m.puts().size());
        args[4] = ttl(m);
        args[5] = number(m.expectedVersion());
        args[6] = expectedState(m);
        args[7] = number(m.fence());
        args[8] = number(m.eventId());
        args[9] = tombstoneTtl;
        int next = FIXED;
        for (Map.Entry<String, String> put : m.puts().entrySet()) {
            args[next++] = utf8(":" + put.getKey());
            args[next++] = utf8(put.getValue());
        }
        for (String name : m.removals()) {
            args[next++] = utf8(":" + name);
        }
        return Arrays.asList(args);
    }

    private byte[] ttl(Mutation m) {
        return m.ttl().isEmpty() && !m.persists()
                ? ttl
                : m.ttl(standardTtl).map(WriteArguments::millis).orElse(NONE);
    }

    private static byte[] expectedState(Mutation m) {
        return !m.expectsState()
                ? NONE
                : m.expectedState().map(s -> utf8("=" + s)).orElse(NO_STATE);
    }

    private static byte[] number(OptionalLong value) {
        return value.isPresent() ? number(value.getAsLong()) : NONE;
    }

    private static byte[] millis(Duration value) {
        return number(value.toMillis());
    }

    private static byte[] number(long value) {
        return Long.toString(value).getBytes(ISO_8859_1);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }
}
