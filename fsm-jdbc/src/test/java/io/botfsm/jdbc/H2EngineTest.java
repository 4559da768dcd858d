package io.botfsm.jdbc;

class H2EngineTest extends EngineTest {
    H2EngineTest() {
        super(Engine.H2);
    }

    @Override
    boolean isEverDurable() {
        return false;
    }
}
