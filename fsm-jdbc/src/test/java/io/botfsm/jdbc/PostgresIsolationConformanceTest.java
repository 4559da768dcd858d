package io.botfsm.jdbc;

class PostgresIsolationConformanceTest extends JdbcIsolationConformance {
    PostgresIsolationConformanceTest() {
        super(Engine.POSTGRESQL);
    }
}
