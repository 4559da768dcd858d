package io.botfsm.jdbc;

class SqliteLeaseConformanceTest extends JdbcLeaseConformance {
    SqliteLeaseConformanceTest() {
        super(Engine.SQLITE);
    }
}
