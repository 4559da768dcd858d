package io.botfsm.lock.store;

/** Cut off means that two of three nodes are silent: the third is not enough for anything. */
final class QuorumOfThreeConformanceTest extends QuorumConformance {
    QuorumOfThreeConformanceTest() {
        super(3, 2);
    }
}
