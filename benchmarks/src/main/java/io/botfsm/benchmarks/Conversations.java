package io.botfsm.benchmarks;

import io.botfsm.Fsm;
import io.botfsm.StorageKey;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One Redis with the conversations of 10,000 users, twice: as ours and as plain hashes. One connection each. */
@State(Scope.Benchmark)
public class Conversations {
    static final int USERS = 10_000;

    /** Where a user is. */
    enum Onboarding {
        CITY,
        INTERESTS
    }

    private final AtomicLong eventIds = new AtomicLong(System.currentTimeMillis() * 1_000);

    final StorageKey[] keys = IntStream.range(0, USERS)
            .mapToObj(user -> StorageKey.bot(1234567890L)
                    .chat(1000000000L + user)
                    .user(1000000000L + user)
                    .build())
            .toArray(StorageKey[]::new);
    final String[] plainKeys = IntStream.range(0, USERS)
            .mapToObj(user -> "plain:1234567890:%d:%d".formatted(1000000000L + user, 1000000000L + user))
            .toArray(String[]::new);

    private RedisTestServer server;
    private LettuceRedis redis;
    private RedisClient client;
    Fsm fsm;
    StatefulRedisConnection<String, String> plain;

    /** Starts Redis and fills it. */
    @Setup(Level.Trial)
    public void fill() {
        server = RedisServers.start();
        redis = LettuceRedis.connect(server.uri(0));
        fsm = Fsm.builder(redis.stateStorage()).states(Onboarding.class).build();
        client = RedisClient.create(RedisURI.create(server.uri(0)));
        client.setOptions(ClientOptions.builder()
                .timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(2)))
                .build());
        plain = client.connect();
        for (int user = 0; user < USERS; user++) {
            fsm.context(keys[user]).update(turn -> turn.state(Onboarding.CITY)
                    .put("name", "Ada Lovelace")
                    .put("age", 36)
                    .put("city", "Paris")
                    .put("interests", "maths")
                    .put("step", 1));
            plain.sync()
                    .hset(
                            plainKeys[user],
                            Map.of(
                                    "state", "Onboarding:CITY",
                                    "name", "Ada Lovelace",
                                    "age", "36",
                                    "city", "Paris",
                                    "interests", "maths",
                                    "step", "1"));
        }
    }

    /** Stops everything. */
    @TearDown(Level.Trial)
    public void stop() {
        plain.close();
        client.shutdown();
        redis.close();
        server.close();
    }

    int anyUser() {
        return ThreadLocalRandom.current().nextInt(USERS);
    }

    long nextEvent() {
        return eventIds.incrementAndGet();
    }
}
