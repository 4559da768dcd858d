package io.botfsm.redis.lettuce.topology;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.LeaseStoreConformance;
import io.botfsm.conformance.Need;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.client.testing.Leases;
import io.botfsm.redis.lettuce.LettuceRedis;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Leases under the suite, over several servers that are one. */
abstract class TopologyLeaseConformance extends LeaseStoreConformance
        implements Conformance.CutsOff, Conformance.Shares, Conformance.Counts {
    private final Supplier<Topology> starter;
    private final List<LeaseStore> opened = new CopyOnWriteArrayList<>();
    private Topology topology;

    TopologyLeaseConformance(Supplier<Topology> starter) {
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
    protected final LeaseStore open(Duration deadline) {
        LeaseStore store = Leases.opened(() ->
                LettuceRedis.builder(topology.uri()).commandTimeout(deadline).leaseStore());
        opened.add(store);
        return store;
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
        opened.forEach(
                store -> Topology.awaitAll(() -> store.read(UUID.randomUUID().toString())));
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
                new Gap(2, Need.ADVANCES_TIME),
                new Gap(6, Need.ADVANCES_TIME),
                new Gap(12, Need.ADVANCES_TIME),
                new Gap(13, Need.ADVANCES_TIME),
                new Gap(18, Need.ADVANCES_TIME));
    }
}
