package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.conformance.Conformance.Counts;
import io.botfsm.conformance.Conformance.CutsOff;
import io.botfsm.conformance.Conformance.Forgets;
import io.botfsm.conformance.Conformance.Spoils;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.deadline.DueConversation;
import io.botfsm.storage.deadline.MendReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rules D10 to D12: an index that lost something, records that cannot be read, and an unavailable storage. */
abstract class QueueMendingRules extends QueueRules {
    private static final Duration CONFIGURED = Duration.ofMillis(500);

    QueueMendingRules(DeadlineQueueConformance suite) {
        super(suite);
    }

    @AfterEach
    void restore() {
        if (suite instanceof CutsOff backend) {
            backend.restore();
        }
    }

    @Requires(Need.FORGETS)
    void ruleD10_whatTheIndexLostIsFoundAgain() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        List<StorageKey> keys = keys(bot, 20);
        for (StorageKey key : keys) {
            queue.storage().applied(key, change().state("A").deadline(now.minus(HOUR)));
        }
        queue.storage().applied(key(bot, 100), change().state("A").deadline(now.plus(time.life())));
        for (StorageKey key : keys.subList(0, 5)) {
            ((Forgets) suite).forgetDeadline(key);
        }
        ((Forgets) suite).forgetDeadline(key(bot, 100));
        assertThat(queue.keys(bot)).hasSize(15);
        MendReport report = queue.untested().mend(ConversationFilter.bot(bot));
        assertThat(report.added()).isEqualTo(6);
        assertThat(report.deadlines()).isEqualTo(21);
        time.passUntil(
                time.life().plusMillis(20), "all are due", () -> queue.keys(bot).size() == 21);
    }

    @Requires(Need.FORGETS)
    void ruleD10_onlyWhatMatchesIsMended() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant due = queue.now().minus(HOUR);
        List<StorageKey> keys = keys(bot, 3);
        for (StorageKey key : keys) {
            queue.storage().applied(key, change().state("A").deadline(due));
            ((Forgets) suite).forgetDeadline(key);
        }
        assertThat(queue.untested().mend(ConversationFilter.bot(bot).user(1)).added())
                .isEqualTo(1);
        assertThat(queue.keys(bot)).containsExactly(keys.get(1));
        for (ConversationFilter filter : List.of(
                ConversationFilter.bot(bot).state("A"),
                ConversationFilter.bot(bot).dueBefore(due))) {
            assertThatThrownBy(() -> queue.untested().mend(filter)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void ruleD10_whatIsRightIsLeft() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        for (StorageKey key : keys(bot, 5)) {
            queue.storage().applied(key, change().state("A").deadline(now.minus(HOUR)));
        }
        queue.storage().applied(key(bot, 100), change().state("A").deadline(now.plus(HOUR)));
        queue.storage().applied(key(bot, 101), change().state("A"));
        List<DueConversation> due = queue.due(bot, 10);
        assertThat(queue.untested().defer(due.get(0), now.plus(HOUR))).isTrue();
        MendReport report = queue.untested().mend(ConversationFilter.bot(bot));
        assertThat(report.toString()).isEqualTo(MendReport.of(6, 0, 0, 0).toString());
        assertThat(queue.due(bot, 10)).isEqualTo(due.subList(1, 5));
    }

    @Requires(Need.COUNTS)
    void ruleD10_nothingIsLeftOfWhatHasNoDeadline() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        long before = ((Counts) suite).records();
        for (StorageKey key : keys(bot, 20)) {
            queue.storage().applied(key, change().state("A").deadline(now.plus(HOUR)));
            queue.storage().applied(key, clear());
        }
        queue.untested().mend(ConversationFilter.all());
        assertThat(((Counts) suite).records()).isLessThanOrEqualTo(before);
    }

    @Requires(Need.SPOILS)
    void ruleD11_whatCannotBeReadHidesNothing() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        List<StorageKey> keys = keys(bot, 3);
        for (int i = 0; i < 3; i++) {
            queue.storage()
                    .applied(
                            keys.get(i),
                            change().state("A").deadline(now.minus(HOUR).plusSeconds(i)));
        }
        ((Spoils) suite).spoil(keys.get(0));
        assertThat(queue.due(bot, 1)).extracting(DueConversation::key).containsExactly(keys.get(1));
        assertThat(queue.untested().mend(ConversationFilter.bot(bot)).deadlines())
                .isEqualTo(2);
        assertThat(queue.keys(bot)).containsExactly(keys.get(1), keys.get(2));
    }

    @Test
    void ruleD12_aClosedStorageHasNoQueue() {
        TestedQueue queue = open();
        String bot = freshBot();
        queue.storage()
                .applied(key(bot, 1), change().state("A").deadline(queue.now().minus(HOUR)));
        DueConversation due = queue.only(bot);
        Instant until = queue.now().plus(HOUR);
        queue.storage().close();
        assertThatThrownBy(() -> queue.untested().due(bot, 1)).isInstanceOf(StorageClosedException.class);
        assertThatThrownBy(() -> queue.untested().defer(due, until)).isInstanceOf(StorageClosedException.class);
        assertThatThrownBy(() -> queue.untested().mend(ConversationFilter.bot(bot)))
                .isInstanceOf(StorageClosedException.class);
    }

    @Requires(Need.CUTS_OFF)
    void ruleD12_anUnavailableStorageFailsInTimeAndTyped() {
        TestedQueue queue = open(Optional.empty(), CONFIGURED);
        String bot = freshBot();
        StorageKey key = key(bot, 1);
        queue.storage().applied(key, change().state("A").deadline(queue.now().minus(HOUR)));
        DueConversation due = queue.only(bot);
        Instant until = queue.now().plus(HOUR);
        ((CutsOff) suite).cutOff();
        for (Runnable call : List.<Runnable>of(
                () -> queue.untested().due(bot, 1),
                () -> queue.untested().defer(due, until),
                () -> queue.untested().mend(ConversationFilter.bot(bot)))) {
            long begun = System.nanoTime();
            assertThatThrownBy(call::run).isInstanceOf(StorageUnavailableException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("time of a call that fails")
                    .isLessThan(CONFIGURED.multipliedBy(5).plus(suite.margin()));
        }
        ((CutsOff) suite).restore();
        time.eventually("it is due again", () -> isDue(queue, bot, key));
    }

    private static boolean isDue(TestedQueue queue, String bot, StorageKey key) {
        try {
            return queue.keys(bot).equals(List.of(key));
        } catch (FsmException e) {
            return false;
        }
    }
}
