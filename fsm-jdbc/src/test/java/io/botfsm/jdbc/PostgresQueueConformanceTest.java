package io.botfsm.jdbc;

class PostgresQueueConformanceTest extends ServerQueueConformance {
    PostgresQueueConformanceTest() {
        super(Engine.POSTGRESQL);
    }
}
