package io.botfsm.benchmarks;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.benchmarks.Conversations.Onboarding;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Where the time of one update goes: the whole update of {@link HandleBenchmark}, its parts by themselves, and what the
 * server counted for its commands. One thread, microseconds.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class UpdateBreakdown {
    private static final Conversations CONVERSATIONS = Conversations.SHARED;
    private static final Fsm IN_MEMORY = inMemory();

    /** A round trip that carries nothing. */
    @Benchmark
    public String ping() {
        return CONVERSATIONS.plain.sync().ping();
    }

    /** The storage's read. */
    @Benchmark
    public Snapshot read() {
        return CONVERSATIONS
                .storage
                .read(CONVERSATIONS.anyKey())
                .toCompletableFuture()
                .join();
    }

    /** The storage's write of a change that is already encoded. */
    @Benchmark
    public Outcome write() {
        Mutation change = Mutation.builder()
                .state("Onboarding:INTERESTS")
                .put("step", "2")
                .eventId(CONVERSATIONS.nextEvent())
                .build();
        return CONVERSATIONS
                .storage
                .write(CONVERSATIONS.anyKey(), change)
                .toCompletableFuture()
                .join();
    }

    /** The update without Redis: turn, JSON, the decision, a map. */
    @Benchmark
    public Handled<Integer> handleInMemory() {
        return IN_MEMORY.handle(CONVERSATIONS.anyKey(), CONVERSATIONS.nextEvent(), HandleBenchmark::step);
    }

    /** The whole update. */
    @Benchmark
    public Handled<Integer> handle() {
        return CONVERSATIONS.fsm.handle(CONVERSATIONS.anyKey(), CONVERSATIONS.nextEvent(), HandleBenchmark::step);
    }

    private static Fsm inMemory() {
        Fsm fsm = Fsm.builder(new MemoryStateStorage()).states(Onboarding.class).build();
        CONVERSATIONS.fill(fsm);
        return fsm;
    }

    /**
     * Measures each part and prints it.
     *
     * @param args the seconds of each measurement, 5 unless given
     */
    public static void main(String[] args) throws RunnerException {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        print("Java %s; %s; one thread, microseconds", Runtime.version(), CONVERSATIONS.server());
        for (String part : List.of("ping", "read", "write", "handleInMemory", "handle")) {
            measure(part, seconds); // warm-up
            CONVERSATIONS.plain.sync().configResetstat();
            print("%-16s %8.1f   on the server: %s", part, measure(part, seconds), CONVERSATIONS.commands());
        }
        System.exit(0); // the plain client's threads would keep the JVM alive
    }

    private static double measure(String part, int seconds) throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include("\\." + UpdateBreakdown.class.getSimpleName() + "\\." + part + "$")
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.seconds(seconds))
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .runSingle()
                .getPrimaryResult()
                .getScore();
    }

    private static void print(String line, Object... values) {
        System.out.println(String.format(Locale.ROOT, line, values));
    }
}
