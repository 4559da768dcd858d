package io.botfsm.jdbc;

class SqliteIsolationConformanceTest extends JdbcIsolationConformance {
    SqliteIsolationConformanceTest() {
        super(Engine.SQLITE);
    }
}
