package io.botfsm.benchmarks;

import io.botfsm.Handled;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** What {@link HandleBenchmark} does, on PostgreSQL, beside what an application would write by hand. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class PostgresBenchmark {
    private static final SqlConversations CONVERSATIONS = SqlConversations.onPostgres();

    /** Ours. */
    @Benchmark
    public Handled<Integer> postgresHandle() {
        return CONVERSATIONS.fsm.handle(
                Conversations.SHARED.anyKey(), Conversations.SHARED.nextEvent(), HandleBenchmark::step);
    }

    /** One transaction. */
    @Benchmark
    public int postgresPlain() throws SQLException {
        return CONVERSATIONS.update();
    }
}
