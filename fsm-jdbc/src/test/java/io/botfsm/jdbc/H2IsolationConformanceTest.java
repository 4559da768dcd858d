package io.botfsm.jdbc;

class H2IsolationConformanceTest extends JdbcIsolationConformance {
    H2IsolationConformanceTest() {
        super(Engine.H2);
    }
}
