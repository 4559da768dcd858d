package io.botfsm.lock.store;

/** With a majority of three of four, more often nobody has one at first. Cut off means that three are silent. */
final class QuorumOfFourConformanceTest extends QuorumConformance {
    QuorumOfFourConformanceTest() {
        super(4, 3);
    }
}
