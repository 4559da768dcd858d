package io.botfsm.redis.client.testing;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.storage.ConversationCatalogConformance;
import io.botfsm.redis.BotRedis;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The catalog of conversations under the suite, through one of the clients, over a topology of its own. */
public abstract class RedisCatalogConformance extends ConversationCatalogConformance
        implements Conformance.CutsOff, Conformance.Shares, Conformance.Counts, Conformance.Spoils {
    private final ClientInTest client;
    private final Supplier<Topology> starter;
    private final List<StateStorage> opened = new CopyOnWriteArrayList<>();
    private Topology topology;

    protected RedisCatalogConformance(ClientInTest client, Supplier<Topology> starter) {
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
        StateStorage storage = storage(client.connect(topology.uri(), deadline), ttl);
        opened.add(storage);
        return storage;
    }

    /** A storage that is closed together with its connection. */
    protected StateStorage storage(BotRedis redis, Optional<Duration> ttl) {
        return WholeStorage.of(redis, ttl);
    }

    @Override
    public final void cutOff() {
        topology.cutOff();
    }

    @Override
    public final void restore() {
        topology.restoreTo(opened);
    }

    /** A scan reads everything, so that records left by tests would slow down all later ones. */
    @AfterEach
    final void forget() {
        opened.clear();
        topology.forgetEverything();
    }

    @Override
    public final long records() {
        return topology.records();
    }

    @Override
    public final void spoil(StorageKey key) {
        topology.replaceByText(redisKey(key));
    }

    protected String redisKey(StorageKey key) {
        return "fsm:{" + key.toText() + "}";
    }
}
