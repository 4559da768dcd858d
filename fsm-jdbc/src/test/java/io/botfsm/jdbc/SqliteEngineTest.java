package io.botfsm.jdbc;

class SqliteEngineTest extends EngineTest {
    SqliteEngineTest() {
        super(Engine.SQLITE);
    }
}
