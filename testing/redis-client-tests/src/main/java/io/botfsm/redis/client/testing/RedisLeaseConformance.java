package io.botfsm.redis.client.testing;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.lease.LeaseStoreConformance;
import io.botfsm.lock.store.LeaseStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Leases under the suite, through one of the clients, over a topology of its own. */
public abstract class RedisLeaseConformance extends LeaseStoreConformance
        implements Conformance.CutsOff, Conformance.Shares, Conformance.Counts {
    private final ClientInTest client;
    private final Supplier<Topology> starter;
    private final List<LeaseStore> opened = new CopyOnWriteArrayList<>();
    private Topology topology;

    protected RedisLeaseConformance(ClientInTest client, Supplier<Topology> starter) {
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
    protected final LeaseStore open(Duration deadline) {
        LeaseStore store = Leases.opened(() -> connect(topology.uri(), deadline));
        opened.add(store);
        return store;
    }

    protected LeaseStore connect(String uri, Duration deadline) {
        return client.leaseStore(uri, deadline);
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
        topology.restore();
        opened.forEach(
                store -> topology.awaitAll(() -> store.read(UUID.randomUUID().toString())));
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
    protected final Set<Gap> expectedGaps() {
        return Set.of(
                new Gap(2, Need.ADVANCES_TIME),
                new Gap(6, Need.ADVANCES_TIME),
                new Gap(12, Need.ADVANCES_TIME),
                new Gap(13, Need.ADVANCES_TIME),
                new Gap(18, Need.ADVANCES_TIME));
    }
}
