package io.botfsm.lock.store;

/** A quorum of one is as good as its node. */
final class QuorumOfOneConformanceTest extends QuorumConformance {
    QuorumOfOneConformanceTest() {
        super(1, 1);
    }
}
