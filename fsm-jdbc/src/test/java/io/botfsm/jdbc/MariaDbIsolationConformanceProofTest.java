package io.botfsm.jdbc;

class MariaDbIsolationConformanceProofTest extends JdbcIsolationConformance {
    MariaDbIsolationConformanceProofTest() {
        super(Engine.MARIADB);
    }
}
