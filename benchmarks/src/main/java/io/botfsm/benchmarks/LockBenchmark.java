package io.botfsm.benchmarks;

import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.RedisLeaseOptions;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Taking a free lock and giving it back, each thread its own. Ours is a lease with a fencing token, renewal and
 * deadlines; the plain driver's is {@code SET NX PX} and a script that compares and deletes, which is what an
 * application would write. One connection each.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class LockBenchmark {
    private static final Duration TTL =
            Duration.ofSeconds(5); // a server that has not been up for longer is not trusted
    private static final String COMPARE_AND_DELETE =
            "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end";

    private static final LeaseStore STORE = LettuceRedis.connect(
                    RedisServers.shared().uri(0))
            .leaseStore(RedisLeaseOptions.builder().newStore(true).build());
    private static final RedisCommands<String, String> PLAIN =
            RedisClient.create(RedisServers.shared().uri(0)).connect().sync();
    private static final String SHA = PLAIN.scriptLoad(COMPARE_AND_DELETE);

    /** A lock of ours. */
    @State(Scope.Thread)
    public static class Ours {
        private final InstanceLock lock = InstanceLock.builder(
                        STORE, UUID.randomUUID().toString())
                .ttl(TTL)
                .build();

        /** Ends its threads. */
        @TearDown
        public void close() {
            lock.close();
        }
    }

    /** The key of a plain lock. */
    @State(Scope.Thread)
    public static class Plain {
        private final String key = "plain:{" + UUID.randomUUID() + "}";
    }

    /** Ours. */
    @Benchmark
    public long lock(Ours ours) {
        try (Lease lease = ours.lock.tryAcquire().orThrow()) {
            return lease.fencingToken();
        }
    }

    /** Lettuce. */
    @Benchmark
    public long plainLock(Plain plain) {
        String token = UUID.randomUUID().toString();
        String taken = PLAIN.set(plain.key, token, SetArgs.Builder.nx().px(TTL));
        if (taken == null) {
            throw new IllegalStateException("not free: " + plain.key);
        }
        return PLAIN.<Long>evalsha(SHA, ScriptOutputType.INTEGER, new String[] {plain.key}, token);
    }
}
