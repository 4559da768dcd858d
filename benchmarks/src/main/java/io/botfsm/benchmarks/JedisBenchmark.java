package io.botfsm.benchmarks;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.benchmarks.Conversations.Onboarding;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.RedisClient;

/** The same as {@link HandleBenchmark}, on Jedis. Both pools have as many connections as there are threads at most. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class JedisBenchmark {
    private static final Conversations CONVERSATIONS = Conversations.SHARED;
    private static final RedisTestServer SERVER = RedisServers.shared();
    private static final int CONNECTIONS = 32;
    private static final RedisClient PLAIN = plain();
    private static final Fsm FSM = Fsm.builder(JedisRedis.builder(RedisUri.parse(SERVER.uri(0)), CONNECTIONS)
                    .connect()
                    .stateStorage())
            .states(Onboarding.class)
            .build();

    private static RedisClient plain() {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(CONNECTIONS);
        pool.setMaxIdle(CONNECTIONS);
        pool.setMaxWait(Duration.ofSeconds(2));
        return RedisClient.builder()
                .hostAndPort(SERVER.host(), SERVER.port())
                .poolConfig(pool)
                .build();
    }

    /** Ours, blocking. */
    @Benchmark
    public Handled<Integer> jedisHandle() {
        return FSM.handle(CONVERSATIONS.anyKey(), CONVERSATIONS.nextEvent(), HandleBenchmark::step);
    }

    /** Jedis, blocking. */
    @Benchmark
    public Long jedisPlain() {
        String key = CONVERSATIONS.anyPlainKey();
        return PLAIN.hset(key, HandleBenchmark.changed(PLAIN.hgetAll(key)));
    }
}
