package io.botfsm.integration.lock;

import io.botfsm.integration.lock.Mark.Kind;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.Locale;

/**
 * What instances report that they do, in a list in Redis, each entry with the server's time: one clock and one order
 * for all processes. Has a plain Lettuce connection and a server of its own: the server of the lock writes to disk
 * before each answer, which would slow down marking, and marking would slow down the lock. Thread-safe.
 */
final class Journal implements AutoCloseable {
    static final String KEY = "journal";
    private static final String SCRIPT = """
            local t = redis.call('TIME')
            return redis.call('RPUSH', KEYS[1], string.format('%.0f ', t[1] * 1000000 + t[2]) .. ARGV[1])""";

    private final RedisClient client;
    private final RedisCommands<String, String> redis;
    private final String script;

    Journal(String uri) {
        client = RedisClient.create(uri);
        redis = client.connect().sync();
        script = redis.scriptLoad(SCRIPT);
    }

    void mark(long token, Kind kind, String detail) {
        String entry = String.format(
                Locale.ROOT, "%d %d %s %s", ProcessHandle.current().pid(), token, kind, detail);
        redis.evalsha(script, ScriptOutputType.INTEGER, new String[] {KEY}, entry);
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
