package io.botfsm.jdbc;

class H2QueueConformanceTest extends JdbcQueueConformance {
    H2QueueConformanceTest() {
        super(Engine.H2);
    }
}
