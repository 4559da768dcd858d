package io.botfsm.lock.store;

/** Where a majority is three of four, more often nobody has one at first. Cut off means that three are silent. */
final class QuorumOfFourConformanceTest extends QuorumConformance {
    QuorumOfFourConformanceTest() {
        super(4, 3);
    }
}
