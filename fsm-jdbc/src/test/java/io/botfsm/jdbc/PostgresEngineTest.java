package io.botfsm.jdbc;

class PostgresEngineTest extends EngineTest {
    PostgresEngineTest() {
        super(Engine.POSTGRESQL);
    }
}
