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

/** The suite catches each wrong inbox, by the rule it breaks. */
final class WrongInboxesTest {
    private static final Set<Integer> RULES =
            IntStream.rangeClosed(1, 13).boxed().collect(Collectors.toSet());

    private final InboxFaults faults = new InboxFaults();

    static final class WithAFault extends ReferenceInboxTest {
        WithAFault() {
            Faults.putInto(backend);
        }
    }

    @TestFactory
    Stream<DynamicTest> isCaught() {
        return faults.areCaughtBy(WithAFault.class);
    }

    @Test
    void everyRuleHasAWrongInbox() {
        assertThat(faults.brokenRules()).isEqualTo(RULES);
    }

    @Test
    void everyRuleHasATest() {
        assertThat(SuiteRun.of(ReferenceInboxTest.class).passedRules()).isEqualTo(RULES);
    }
}
