package io.botfsm.lock.store;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.lease.LeaseStoreConformance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

/**
 * A quorum over memory stores under the suite. Each quorum that is opened reaches the same memories by links of its
 * own.
 */
abstract class QuorumConformance extends LeaseStoreConformance
        implements Conformance.AdvancesTime, Conformance.CutsOff, Conformance.Shares, Conformance.Counts {
    private static final long ORIGIN = Long.MAX_VALUE - Duration.ofDays(1).toNanos();

    /** To ask, to ask again, to write back. */
    private static final int STEPS_OF_AN_ACQUISITION = 3;

    private final ManualClock clock = new ManualClock(ORIGIN, System.currentTimeMillis());
    private final List<MemoryLeaseStore> memories;
    private final int affected;
    private final List<NodeLink> links = new ArrayList<>();
    private final List<QuorumLeaseStore> opened = new ArrayList<>();
    private NodeLink.Fault fault = NodeLink.Fault.NONE;

    /**
     * @param nodes how many there are
     * @param affected how many of them are affected by the faults of the suite
     */
    QuorumConformance(int nodes, int affected) {
        this.affected = affected;
        memories = IntStream.range(0, nodes)
                .mapToObj(node -> new MemoryLeaseStore(clock))
                .toList();
    }

    @Override
    protected LeaseStore open(Duration deadline) {
        List<NodeLink> own =
                memories.stream().map(memory -> new NodeLink(memory, line())).toList();
        links.addAll(own);
        apply(own);
        return quorum(own, deadline);
    }

    private LeaseStore quorum(List<NodeLink> nodes, Duration deadline) {
        QuorumLeaseStore quorum = new QuorumLeaseStore(
                nodes, Optional.of(deadline.dividedBy(STEPS_OF_AN_ACQUISITION)), clock, QuorumLeaseStore::later);
        opened.add(quorum);
        return quorum;
    }

    /** A shorter lease leaves no room for a node to differ from the quorum about the time. */
    @Override
    protected Duration shortestTtl() {
        return Duration.ofMillis(3);
    }

    /** What carries requests to one node. */
    Executor line() {
        return Runnable::run;
    }

    private void apply(List<NodeLink> toNodes) {
        toNodes.stream().limit(affected).forEach(link -> link.setFault(fault));
    }

    private void setFault(NodeLink.Fault next) {
        fault = next;
        for (int i = 0; i < links.size(); i += memories.size()) {
            apply(links.subList(i, i + memories.size()));
        }
    }

    @Override
    public void advance(Duration time) {
        clock.advance(time);
    }

    @Override
    public void cutOff() {
        setFault(NodeLink.Fault.SILENT);
    }

    @Override
    public void loseAnswers() {
        setFault(NodeLink.Fault.LOSES_ANSWERS);
    }

    @Override
    public void restore() {
        setFault(NodeLink.Fault.NONE);
    }

    /**
     * The records of the node with most, and those of the quorums themselves. Any call removes what is over, so this
     * reads first.
     */
    @Override
    public long records() {
        opened.removeIf(QuorumLeaseStore::isClosed);
        opened.forEach(quorum -> readOften(quorum, quorum.size()));
        memories.forEach(memory -> readOften(memory, memory.size()));
        return memories.stream().mapToLong(MemoryLeaseStore::size).max().orElseThrow()
                + opened.stream().mapToLong(QuorumLeaseStore::size).sum();
    }

    private static void readOften(LeaseStore store, int times) {
        for (int i = 0; i < times; i++) {
            store.read("whatever");
        }
    }
}
