package io.botfsm.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * A table of faults in one implementation that is otherwise correct. The suite has to catch each, by the rules it
 * breaks.
 *
 * @param <T> what a fault is put into
 */
public abstract class Faults<T> {
    private static final int AT_ONCE = 8;
    private static final boolean PROOF = Boolean.getBoolean("botfsm.proof");

    private static final ThreadLocal<Consumer<?>> PRESENT = new ThreadLocal<>();
    private static final Executor SUITES = Executors.newFixedThreadPool(AT_ONCE, suite -> {
        Thread thread = new Thread(suite, "suite");
        thread.setDaemon(true);
        return thread;
    });

    private final List<Fault<T>> table = new ArrayList<>();

    private record Fault<T>(String name, Broken broken, Consumer<T> how) {}

    /** A fault that has still to be described. */
    protected interface Row<S> {
        /** Adds the fault, by what it does to a correct implementation. */
        void is(Consumer<S> how);
    }

    /**
     * The rules that a fault breaks.
     *
     * @param surely those of which a test must fail; 0 for a test of no rule
     * @param maybe others of which a test may fail, as the fault shows there too
     */
    protected record Broken(Set<Integer> surely, Set<Integer> maybe) {
        public Broken also(Integer... rules) {
            return new Broken(surely, Set.of(rules));
        }

        /** Any rule may fail, as hardly anything works. */
        public Broken alsoAny() {
            return also(IntStream.rangeClosed(1, 30).boxed().toArray(Integer[]::new));
        }

        private boolean isSeenIn(Set<Integer> failed) {
            return failed.containsAll(surely)
                    && failed.stream().allMatch(rule -> surely.contains(rule) || maybe.contains(rule));
        }
    }

    protected static Broken breaks(Integer... rules) {
        return new Broken(Set.of(rules), Set.of());
    }

    /** Begins a row of the table. */
    protected final Row<T> fault(String name, Broken broken) {
        return how -> table.add(new Fault<>(name, broken, how));
    }

    /** For the test class: puts the current fault into a correct implementation. */
    @SuppressWarnings("unchecked") // the suite of a table is run with the faults of that table
    public static <T> void putInto(T correct) {
        ((Consumer<T>) PRESENT.get()).accept(correct);
    }

    /**
     * Runs the tests of the rules that a fault breaks, and with {@code -Dbotfsm.proof=true} those of all other rules,
     * which must pass. Several faults are tested at once, since tests mostly wait. A fault that is not caught as
     * expected is tested once more: some rules expect something within a second, which a busy machine cannot promise.
     */
    public final Stream<DynamicTest> areCaughtBy(Class<?> suite) {
        List<CompletableFuture<SuiteRun>> runs = table.stream()
                .map(fault -> CompletableFuture.supplyAsync(() -> run(suite, fault), SUITES))
                .toList();
        return IntStream.range(0, table.size()).mapToObj(i -> {
            Fault<T> fault = table.get(i);
            return DynamicTest.dynamicTest(fault.name, () -> {
                SuiteRun first = runs.get(i).join();
                isCaught(fault, fault.broken.isSeenIn(first.failedRules()) ? first : run(suite, fault));
            });
        });
    }

    private static void isCaught(Fault<?> fault, SuiteRun run) {
        assertThat(fault.broken.isSeenIn(run.failedRules()))
                .as("%s: %s, and failed are %s", fault.name, fault.broken, run.failedTests())
                .isTrue();
        assertThat(run.failedContainers()).isZero();
    }

    private static SuiteRun run(Class<?> suite, Fault<?> fault) {
        PRESENT.set(fault.how);
        try {
            return PROOF ? SuiteRun.of(suite) : SuiteRun.of(suite, fault.broken.surely);
        } finally {
            PRESENT.remove();
        }
    }

    /** Every rule that a fault of the table breaks. */
    public final Set<Integer> brokenRules() {
        return table.stream()
                .flatMap(fault -> fault.broken.surely.stream())
                .filter(rule -> rule != 0)
                .collect(Collectors.toSet());
    }
}
