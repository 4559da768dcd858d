package io.botfsm.jdbc;

class SqliteStorageConformanceTest extends JdbcStorageConformance {
    SqliteStorageConformanceTest() {
        super(Engine.SQLITE);
    }
}
