package io.botfsm.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs this library and the plain driver alternately, many times in one JVM after warm-up, and prints the median of the
 * ratios of neighboring runs: a machine that is slow for a while slows down both runs of a pair.
 */
public final class PairedRatios {
    private PairedRatios() {}

    private static final double NO_AIM = Double.NaN;

    private record Comparison(Class<?> benchmarks, String ours, String baseline, int threads, double aim) {
        String name() {
            return ours + " / " + baseline + ", " + threads + (threads == 1 ? " thread" : " threads");
        }
    }

    private static final List<Comparison> COMPARISONS = List.of(
            new Comparison(HandleBenchmark.class, "handle", "plain", 1, 0.92),
            new Comparison(HandleBenchmark.class, "handle", "plain", 32, 0.95),
            new Comparison(HandleBenchmark.class, "handleAsync", "plainAsync", 1, 1.0),
            new Comparison(JedisBenchmark.class, "jedisHandle", "jedisPlain", 1, 0.92),
            new Comparison(JedisBenchmark.class, "jedisHandle", "jedisPlain", 32, 0.90),
            new Comparison(PostgresBenchmark.class, "postgresHandle", "postgresPlain", 1, 0.90),
            new Comparison(PostgresBenchmark.class, "postgresHandle", "postgresPlain", 16, 0.90),
            new Comparison(SqliteBenchmark.class, "sqliteHandle", "sqlitePlain", 1, 0.50),
            new Comparison(LockBenchmark.class, "lock", "plainLock", 1, 0.90),
            new Comparison(LockBenchmark.class, "lock", "plainLock", 32, 0.90),
            new Comparison(MetricsBenchmark.class, "measuredHandle", "unmeasuredHandle", 1, 0.97),
            new Comparison(MetricsBenchmark.class, "measuredHandle", "unmeasuredHandle", 32, 0.97),
            new Comparison(StackBenchmark.class, "stack", "bare", 1, 0.90),
            new Comparison(StackBenchmark.class, "stack", "bare", 32, 0.90),
            new Comparison(StackBenchmark.class, "stackInMemory", "bareInMemory", 1, NO_AIM),
            new Comparison(StackBenchmark.class, "stackInMemory", "bareInMemory", 32, NO_AIM));

    /**
     * Runs all comparisons.
     *
     * @param args the number of pairs, the seconds of each run, and a prefix of the names of the comparisons to run; by
     *     default 15, 2 and none
     */
    public static void main(String[] args) throws RunnerException {
        int pairs = args.length > 0 ? Integer.parseInt(args[0]) : 15;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 2;
        print(
                "Java %s, %d processors; %s; %d pairs of %d s after warm-up; operations per second, medians",
                Runtime.version(),
                Runtime.getRuntime().availableProcessors(),
                Conversations.SHARED.server(),
                pairs,
                seconds);
        String wanted = args.length > 2 ? args[2] : "";
        for (Comparison comparison : COMPARISONS) {
            if (comparison.name().startsWith(wanted)) {
                compare(comparison, pairs, seconds);
            }
        }
        System.exit(0); // the plain client's threads would keep the JVM alive
    }

    private static void compare(Comparison comparison, int pairs, int seconds) throws RunnerException {
        run(comparison, comparison.ours(), 5 * seconds);
        run(comparison, comparison.baseline(), 5 * seconds);
        double[] ours = new double[pairs];
        double[] baseline = new double[pairs];
        double[] ratios = new double[pairs];
        for (int pair = 0; pair < pairs; pair++) {
            boolean oursFirst = pair % 2 == 0;
            double first = run(comparison, oursFirst ? comparison.ours() : comparison.baseline(), seconds);
            double second = run(comparison, oursFirst ? comparison.baseline() : comparison.ours(), seconds);
            ours[pair] = oursFirst ? first : second;
            baseline[pair] = oursFirst ? second : first;
            ratios[pair] = ours[pair] / baseline[pair];
        }
        print(
                "%-40s  ratio %.3f (quartiles %.3f to %.3f, aim %.2f)  ours %,.0f  other %,.0f",
                comparison.name(),
                quantile(ratios, 0.5),
                quantile(ratios, 0.25),
                quantile(ratios, 0.75),
                comparison.aim(),
                quantile(ours, 0.5),
                quantile(baseline, 0.5));
    }

    private static double run(Comparison comparison, String benchmark, int seconds) throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include("\\." + comparison.benchmarks().getSimpleName() + "\\." + benchmark + "$")
                        .threads(comparison.threads())
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

    private static double quantile(double[] values, double quantile) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.round(quantile * (sorted.length - 1))];
    }

    private static void print(String line, Object... values) {
        System.out.println(String.format(Locale.ROOT, line, values));
    }
}
