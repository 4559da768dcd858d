package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutageEvidenceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final OutageEvidence evidence = new OutageEvidence(PATIENCE);

    private boolean fails(Object conversation) {
        return evidence.failed(conversation, false, 0, 0);
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
        assertThat(fails("a")).isTrue(); // even if the others have been silent since
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
        assertThat(evidence.failed("first", true, 10, 0)).isTrue();
        assertThat(fails("last")).isFalse();
    }

    private boolean holdsUp(Object conversation, int handledBehind, Duration now) {
        return evidence.failed(conversation, true, handledBehind, now.toNanos());
    }

    @Test
    void whatWasHandledBeforeItFailedCountsOnlyWhenItHasHeldUpAFullWindowForLong() {
        assertThat(holdsUp("slow", 99, Duration.ZERO)).isFalse();
        assertThat(holdsUp("slow", 99, PATIENCE.minusMillis(1))).isFalse();
        assertThat(holdsUp("slow", 99, PATIENCE)).isTrue();
    }

    @Test
    void theMoreFailTheLongerWhatKeepsAFullWindowMayBeAnOutage() {
        for (int i = 1; i < 10; i++) {
            var unused = fails(i);
        }
        assertThat(holdsUp(0, 90, Duration.ZERO)).isFalse();
        assertThat(holdsUp(0, 90, PATIENCE.multipliedBy(10).minusMillis(1))).isFalse();
        assertThat(holdsUp(0, 90, PATIENCE.multipliedBy(10))).isTrue();
        assertThat(holdsUp(1, 90, PATIENCE.multipliedBy(10))).isTrue();
    }

    @Test
    void whatMostOfAFullWindowFailsWithIsAnOutageForAsLongAsItTakes() {
        for (int i = 1; i < 60; i++) {
            var unused = fails(i);
        }
        assertThat(holdsUp(0, 40, Duration.ZERO)).isFalse();
        assertThat(holdsUp(0, 40, Duration.ofDays(1))).isFalse();
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
