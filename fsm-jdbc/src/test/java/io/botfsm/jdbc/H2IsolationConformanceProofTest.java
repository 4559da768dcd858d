package io.botfsm.jdbc;

class H2IsolationConformanceProofTest extends JdbcIsolationConformance {
    H2IsolationConformanceProofTest() {
        super(Engine.H2);
    }
}
