package io.botfsm.benchmarks;

import io.botfsm.Fsm;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One Redis with the conversations of 10,000 users, stored twice: by this library and as plain hashes. Each has one
 * connection, which is opened once for all benchmarks of a JVM and stays open until it ends.
 */
final class Conversations {
    static final Conversations SHARED = new Conversations();

    private static final int USERS = 10_000;

    /** Where a user is. */
    enum Onboarding {
        CITY,
        INTERESTS
    }

    private final AtomicLong eventIds = new AtomicLong(System.currentTimeMillis() * 1_000);
    private final StorageKey[] keys = IntStream.range(0, USERS)
            .mapToObj(user -> StorageKey.bot(1234567890L)
                    .chat(1000000000L + user)
                    .user(1000000000L + user)
                    .build())
            .toArray(StorageKey[]::new);
    private final String[] plainKeys = IntStream.range(0, USERS)
            .mapToObj(user ->
                    String.format(Locale.ROOT, "plain:1234567890:%d:%d", 1000000000L + user, 1000000000L + user))
            .toArray(String[]::new);

    final StateStorage storage;
    final Fsm fsm;
    final StatefulRedisConnection<String, String> plain;

    private Conversations() {
        String uri = RedisServers.shared().uri(0);
        storage = LettuceRedis.connect(uri).stateStorage();
        fsm = Fsm.builder(storage).states(Onboarding.class).build();
        RedisClient client = RedisClient.create(uri); // default options: no timeouts for asynchronous calls
        plain = client.connect();
        fill(fsm);
        for (String plainKey : plainKeys) {
            fillPlain(plainKey);
        }
    }

    /** Begins the conversation of every user. */
    void fill(Fsm empty) {
        for (StorageKey key : keys) {
            empty.handle(
                    key,
                    nextEvent(),
                    turn -> turn.state(Onboarding.CITY)
                            .put("name", "Ada Lovelace")
                            .put("age", 36)
                            .put("city", "Paris")
                            .put("interests", "maths")
                            .put("step", 1));
        }
    }

    private void fillPlain(String plainKey) {
        Map<String, String> hash = Map.of(
                "state", "Onboarding:CITY",
                "name", "Ada Lovelace",
                "age", "36",
                "city", "Paris",
                "interests", "maths",
                "step", "1");
        plain.sync().hset(plainKey, hash);
    }

    /** The version and allocator of the server; the speed of Lua depends on the allocator. */
    String server() {
        return plain.sync()
                .info()
                .lines()
                .filter(line -> line.startsWith("redis_version:") || line.startsWith("mem_allocator:"))
                .map(line -> line.substring(line.indexOf(':') + 1))
                .collect(Collectors.joining(", ", "Redis ", ""));
    }

    /** The microseconds per call of each command, as counted by the server since its statistics were reset. */
    String commands() {
        return plain.sync()
                .info("commandstats")
                .lines()
                .filter(line -> line.matches("cmdstat_(evalsha|hgetall|hmget|hset|pexpire|persist|ping):.*"))
                .map(line -> line.replaceAll("cmdstat_(\\w+):calls=(\\d+),.*usec_per_call=([\\d.]+).*", "$1 $3 µs"))
                .collect(Collectors.joining(", "));
    }

    StorageKey anyKey() {
        return keys[ThreadLocalRandom.current().nextInt(USERS)];
    }

    String anyPlainKey() {
        return plainKeys[ThreadLocalRandom.current().nextInt(USERS)];
    }

    long nextEvent() {
        return eventIds.incrementAndGet();
    }
}
