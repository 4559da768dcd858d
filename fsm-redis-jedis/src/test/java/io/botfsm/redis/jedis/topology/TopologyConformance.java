package io.botfsm.redis.jedis.topology;

import io.botfsm.StorageKey;
import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.StateStorageConformance;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.client.testing.WholeStorage;
import io.botfsm.redis.jedis.JedisInTest;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Conversations under the suite, over several servers that are one. */
abstract class TopologyConformance extends StateStorageConformance
        implements Conformance.CutsOff, Conformance.Shares, Conformance.Counts {
    private final Supplier<Topology> starter;
    private final List<StateStorage> opened = new CopyOnWriteArrayList<>();
    private Topology topology;

    TopologyConformance(Supplier<Topology> starter) {
        this.starter = starter;
    }

    @BeforeAll
    void start() {
        topology = starter.get();
    }

    @AfterAll
    void stop() {
        topology.close();
    }

    @Override
    protected final StateStorage open(Optional<Duration> ttl, Duration deadline) {
        RedisStorageOptions.Builder options = RedisStorageOptions.builder();
        ttl.ifPresent(options::ttl);
        JedisRedis redis =
                JedisRedis.builder(topology.uri()).commandTimeout(deadline).connect();
        StateStorage storage = new WholeStorage(new JedisInTest.Opened(redis), redis.stateStorage(options.build()));
        opened.add(storage);
        return storage;
    }

    @Override
    public final void cutOff() {
        topology.cut();
    }

    @Override
    public final void loseAnswers() {
        topology.loseAnswers();
    }

    /** The suite takes one call that succeeds for the whole backend; here each node has a connection that may be silent. */
    @Override
    public final void restore() {
        topology.heal();
        opened.forEach(storage -> Topology.awaitAll(() -> storage.read(
                StorageKey.bot(UUID.randomUUID().toString()).chat(1).user(2).build())));
    }

    @AfterEach
    void forgetOpened() {
        opened.clear();
    }

    @Override
    public final long records() {
        return topology.records();
    }

    /** Redis keeps time by itself. */
    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(
                new Gap(10, Need.ADVANCES_TIME), new Gap(13, Need.ADVANCES_TIME), new Gap(18, Need.ADVANCES_TIME));
    }
}
