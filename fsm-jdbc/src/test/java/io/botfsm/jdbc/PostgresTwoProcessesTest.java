package io.botfsm.jdbc;

class PostgresTwoProcessesTest extends TwoProcessesTest {
    PostgresTwoProcessesTest() {
        super(Engine.POSTGRESQL);
    }
}
