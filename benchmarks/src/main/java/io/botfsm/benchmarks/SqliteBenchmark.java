package io.botfsm.benchmarks;

import io.botfsm.Handled;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** What {@link HandleBenchmark} does, on SQLite, beside what an application would write by hand. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class SqliteBenchmark {
    private static final SqlConversations CONVERSATIONS = SqlConversations.onSqlite();

    /** Ours. */
    @Benchmark
    public Handled<Integer> sqliteHandle() {
        return CONVERSATIONS.fsm.handle(
                Conversations.SHARED.anyKey(), Conversations.SHARED.nextEvent(), HandleBenchmark::step);
    }

    /** One transaction. */
    @Benchmark
    public int sqlitePlain() throws SQLException {
        return CONVERSATIONS.update();
    }
}
