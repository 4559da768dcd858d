package io.botfsm.jdbc;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import java.util.Set;

class PostgresStorageConformanceTest extends JdbcStorageConformance implements Conformance.CutsOff {
    PostgresStorageConformanceTest() {
        super(Engine.POSTGRESQL);
    }

    @Override
    DatabaseInTest opened(Engine engine) {
        return DatabaseInTest.behindProxy(engine);
    }

    @Override
    public void cutOff() {
        database().proxy().cut();
    }

    @Override
    public void loseAnswers() {
        database().proxy().dropReplies();
    }

    @Override
    public void restore() {
        database().heal();
    }

    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of();
    }
}
