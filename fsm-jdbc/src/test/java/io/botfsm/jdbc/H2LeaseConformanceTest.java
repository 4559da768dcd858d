package io.botfsm.jdbc;

class H2LeaseConformanceTest extends JdbcLeaseConformance {
    H2LeaseConformanceTest() {
        super(Engine.H2);
    }
}
