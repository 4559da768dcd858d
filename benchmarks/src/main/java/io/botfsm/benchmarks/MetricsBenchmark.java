package io.botfsm.benchmarks;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.benchmarks.Conversations.Onboarding;
import io.botfsm.micrometer.BotMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** The update of {@link HandleBenchmark} on Redis with turn and storage measured, beside the same without meters. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class MetricsBenchmark {
    private static final Conversations CONVERSATIONS = Conversations.SHARED;
    private static final Fsm MEASURED = measured();

    private static Fsm measured() {
        BotMetrics metrics = BotMetrics.of(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), "benchmark");
        return metrics.measure(Fsm.builder(metrics.measure(CONVERSATIONS.storage))
                .states(Onboarding.class)
                .build());
    }

    /** With meters. */
    @Benchmark
    public Handled<Integer> measuredHandle() {
        return MEASURED.handle(CONVERSATIONS.anyKey(), CONVERSATIONS.nextEvent(), HandleBenchmark::step);
    }

    /** Without. */
    @Benchmark
    public Handled<Integer> unmeasuredHandle() {
        return CONVERSATIONS.fsm.handle(CONVERSATIONS.anyKey(), CONVERSATIONS.nextEvent(), HandleBenchmark::step);
    }
}
