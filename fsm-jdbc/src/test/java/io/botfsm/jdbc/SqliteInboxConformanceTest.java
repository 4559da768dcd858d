package io.botfsm.jdbc;

class SqliteInboxConformanceTest extends JdbcInboxConformance {
    SqliteInboxConformanceTest() {
        super(Engine.SQLITE);
    }
}
