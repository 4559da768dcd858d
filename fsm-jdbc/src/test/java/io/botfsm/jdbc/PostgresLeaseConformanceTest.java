package io.botfsm.jdbc;

class PostgresLeaseConformanceTest extends ServerLeaseConformance {
    PostgresLeaseConformanceTest() {
        super(Engine.POSTGRESQL);
    }
}
