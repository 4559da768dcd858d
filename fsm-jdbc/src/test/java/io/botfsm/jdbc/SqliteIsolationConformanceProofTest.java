package io.botfsm.jdbc;

class SqliteIsolationConformanceProofTest extends JdbcIsolationConformance {
    SqliteIsolationConformanceProofTest() {
        super(Engine.SQLITE);
    }
}
