package io.botfsm.jdbc;

class MariaDbTwoProcessesTest extends TwoProcessesTest {
    MariaDbTwoProcessesTest() {
        super(Engine.MARIADB);
    }
}
