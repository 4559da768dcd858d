package io.botfsm.redis.client.testing;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.storage.UpdateInboxConformance;
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

/** The inbox under the suite, through one of the clients, over a topology of its own. */
public abstract class RedisInboxConformance extends UpdateInboxConformance
        implements Conformance.CutsOff, Conformance.Shares, Conformance.Counts, Conformance.Spoils {
    private final ClientInTest client;
    private final Supplier<Topology> starter;
    private final List<StateStorage> opened = new CopyOnWriteArrayList<>();
    private Topology topology;

    protected RedisInboxConformance(ClientInTest client, Supplier<Topology> starter) {
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
    protected final StateStorage open(Duration deadline) {
        StateStorage storage = WholeStorage.of(client.connect(topology.uri(), deadline), Optional.empty());
        opened.add(storage);
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
        topology.replaceUpdates(key.toText());
    }
}
