package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Faults;
import io.botfsm.conformance.SuiteRun;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The suite catches each wrong queue of deadlines, by the rule it breaks. */
final class WrongQueuesTest {
    private static final Set<Integer> RULES =
            IntStream.rangeClosed(1, 12).boxed().collect(Collectors.toSet());

    private final QueueFaults faults = new QueueFaults();

    static final class WithAFault extends ReferenceQueueTest {
        WithAFault() {
            Faults.putInto(backend);
        }
    }

    @TestFactory
    Stream<DynamicTest> isCaught() {
        return faults.areCaughtBy(WithAFault.class);
    }

    @Test
    void everyRuleHasAWrongQueue() {
        assertThat(faults.brokenRules()).isEqualTo(RULES);
    }

    @Test
    void everyRuleHasATest() {
        assertThat(SuiteRun.of(ReferenceQueueTest.class).passedRules()).isEqualTo(RULES);
    }
}
