package io.botfsm.redis.client.testing;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.storage.StateStorageConformance;
import io.botfsm.redis.BotRedis;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Conversations under the suite, through one of the clients, over a topology of its own. */
public abstract class RedisStorageConformance extends StateStorageConformance
        implements Conformance.CutsOff, Conformance.Shares, Conformance.Counts {
    private final Function<String, BotRedis.Builder> client;
    private final Supplier<Topology> starter;
    private final List<StateStorage> opened = new CopyOnWriteArrayList<>();
    private Topology topology;

    protected RedisStorageConformance(ClientInTest client, Supplier<Topology> starter) {
        this(client::builder, starter);
    }

    /** Through the client that this builder opens. */
    protected RedisStorageConformance(Function<String, BotRedis.Builder> client, Supplier<Topology> starter) {
        this.client = client;
        this.starter = starter;
    }

    @BeforeAll
    final void start() {
        topology = starter.get();
    }

    @AfterAll
    final void stop() {
        topology.close();
    }

    @Override
    protected final StateStorage open(Optional<Duration> ttl, Duration deadline) {
        BotRedis redis = connect(topology.uri(), deadline);
        StateStorage storage = decorate(storage(redis, ttl));
        opened.add(storage);
        return storage;
    }

    protected BotRedis connect(String uri, Duration deadline) {
        return client.apply(uri).commandTimeout(deadline).connect();
    }

    /** A storage that is closed together with its connection. */
    protected StateStorage storage(BotRedis redis, Optional<Duration> ttl) {
        return WholeStorage.of(redis, ttl);
    }

    protected StateStorage decorate(StateStorage storage) {
        return storage;
    }

    @Override
    public final void cutOff() {
        topology.cutOff();
    }

    @Override
    public final void loseAnswers() {
        topology.loseAnswers();
    }

    @Override
    public final void restore() {
        topology.restoreTo(opened);
    }

    @AfterEach
    final void forgetOpened() {
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
                new Gap(10, Need.ADVANCES_TIME),
                new Gap(13, Need.ADVANCES_TIME),
                new Gap(18, Need.ADVANCES_TIME),
                new Gap(23, Need.ADVANCES_TIME));
    }
}
