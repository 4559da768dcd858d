package io.botfsm.jdbc;

class PostgresInboxConformanceTest extends ServerInboxConformance {
    PostgresInboxConformanceTest() {
        super(Engine.POSTGRESQL);
    }
}
