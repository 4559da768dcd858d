package io.botfsm.conformance.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Faults;
import io.botfsm.conformance.lease.ReferenceLeaseBackend;
import io.botfsm.isolation.EventIsolation;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The suite catches each wrong isolation, by the rule it breaks. */
final class WrongEventIsolationsTest {
    private final EventIsolationFaults faults = new EventIsolationFaults();

    /** The isolation of this library over leases, with parts that a fault can replace. */
    static final class WithAFault extends LeasedIsolationConformanceTest {
        Supplier<ReferenceLeaseBackend> backend = () -> leases;
        BiFunction<EventIsolation.Builder, Integer, EventIsolation> build =
                (builder, threads) -> builder.threads(threads).build();
        Consumer<FaultyIsolation> opened = isolation -> {};

        WithAFault() {
            Faults.putInto(this);
        }

        @Override
        protected EventIsolation open(Settings settings) {
            FaultyIsolation isolation = new FaultyIsolation(
                    build.apply(settings.builder(backend.get().open(LONG)), settings.threads()));
            opened.accept(isolation);
            return isolation;
        }

        @Override
        Duration timeout() {
            return Duration.ofSeconds(4);
        }
    }

    @TestFactory
    Stream<DynamicTest> isCaught() {
        return faults.areCaughtBy(WithAFault.class);
    }

    @Test
    void everyRuleHasAWrongIsolation() {
        assertThat(faults.brokenRules())
                .isEqualTo(IntStream.rangeClosed(1, 21).boxed().collect(Collectors.toSet()));
    }
}
