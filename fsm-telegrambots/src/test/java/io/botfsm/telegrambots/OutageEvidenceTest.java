package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutageEvidenceTest {
    private final OutageEvidence evidence = new OutageEvidence();

    private boolean fails(Object conversation) {
        return evidence.failed(conversation, false, 0);
    }

    private void succeeds(Object conversation) {
        evidence.succeeded(conversation, evidence.moment());
    }

    @Test
    void aFailureCountsOnceOthersSucceed() {
        assertThat(fails("a")).isFalse();
        assertThat(fails("a")).isFalse();
        succeeds("b");
        assertThat(fails("a")).isTrue();
        assertThat(fails("a")).isTrue(); // also when they have fallen silent
    }

    @Test
    void aHandlerThatBeganBeforeTheFailureProvesNothing() {
        long begun = evidence.moment();
        assertThat(fails("a")).isFalse();
        evidence.succeeded("b", begun);
        assertThat(fails("a")).isFalse();
        assertThat(evidence.refutes(begun, "a")).isFalse();
    }

    @Test
    void aFailureDoesNotCountOnceOthersFailToo() {
        var unused = fails("a");
        succeeds("b");
        assertThat(fails("a")).isTrue();
        assertThat(fails("b")).isFalse();
        assertThat(fails("a")).isFalse();
        assertThat(evidence.suspects()).isEqualTo(2);
    }

    @Test
    void aFewSuccessesDoNotRefuteTheFailuresOfMany() {
        for (int i = 0; i < 64; i++) {
            assertThat(fails(i)).isFalse();
        }
        for (int i = 100; i < 110; i++) {
            succeeds(i);
        }
        for (int i = 0; i < 64; i++) {
            assertThat(fails(i)).isFalse();
        }
    }

    @Test
    void severalDoNotVouchForEachOther() {
        for (int i = 0; i < 5; i++) {
            var unused = fails(i);
        }
        for (int i = 100; i < 110; i++) {
            succeeds(i);
        }
        for (int i = 0; i < 5; i++) {
            assertThat(fails(i)).isTrue();
        }
        assertThat(evidence.suspects()).isZero();
    }

    /** Nothing else can succeed any more. */
    @Test
    void whatKeepsAFullWindowFromMovingOnCountsThoughTheLastOneToFailIsAnother() {
        var unused = fails("first");
        for (int i = 100; i < 110; i++) {
            succeeds(i);
        }
        assertThat(fails("last")).isFalse();
        assertThat(fails("first")).isFalse();
        assertThat(evidence.failed("first", true, 10)).isTrue();
        assertThat(fails("last")).isFalse();
    }

    @Test
    void whatKeepsAFullWindowFromMovingOnCountsIfFarMoreBehindItWereHandled() {
        assertThat(evidence.failed("slow", true, 9)).isFalse();
        assertThat(evidence.failed("slow", true, 99)).isTrue();
    }

    @Test
    void anOutageInTheMiddleOfAFullWindowDoesNotCount() {
        for (int i = 1; i < 40; i++) {
            var unused = fails(i);
        }
        assertThat(evidence.failed(0, true, 60)).isFalse();
    }

    @Test
    void whatHasSucceededOrIsGoneIsNoSuspect() {
        var unused = fails("a");
        var unused2 = fails("b");
        succeeds("a");
        assertThat(evidence.suspects()).isOne();
        evidence.forget("b");
        assertThat(evidence.suspects()).isZero();
        assertThat(evidence.refutes(evidence.moment(), "b")).isFalse();
    }
}
