package io.botfsm.jdbc;

class PostgresStorageConformanceTest extends ServerStorageConformance {
    PostgresStorageConformanceTest() {
        super(Engine.POSTGRESQL);
    }
}
