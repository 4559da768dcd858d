package io.botfsm.jdbc;

class SqliteQueueConformanceTest extends JdbcQueueConformance {
    SqliteQueueConformanceTest() {
        super(Engine.SQLITE);
    }
}
