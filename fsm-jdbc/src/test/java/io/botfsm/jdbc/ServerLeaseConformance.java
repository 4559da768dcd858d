package io.botfsm.jdbc;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import java.util.Set;

/** Runs the suite of lease stores on a server from which they can be cut off. */
abstract class ServerLeaseConformance extends JdbcLeaseConformance implements Conformance.CutsOff {
    ServerLeaseConformance(Engine engine) {
        super(engine);
    }

    @Override
    final DatabaseInTest opened(Engine engine) {
        return DatabaseInTest.behindProxy(engine);
    }

    @Override
    public final void cutOff() {
        database().proxy().cut();
    }

    @Override
    public final void loseAnswers() {
        database().proxy().dropReplies();
    }

    @Override
    public final void restore() {
        database().heal();
    }

    @Override
    protected final Set<Gap> expectedGaps() {
        return Set.of();
    }
}
