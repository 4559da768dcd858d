package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.conformance.internal.Crowd;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Rules D06 and D07: a deferral hides a conversation for a while, and one caller of several makes it. */
abstract class QueueDeferringRules extends QueueRules {
    QueueDeferringRules(DeadlineQueueConformance suite) {
        super(suite);
    }

    @Test
    void ruleD06_whatIsDeferredIsHiddenUntilThen() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        StorageKey key = key(bot, 1);
        queue.storage().applied(key, change().state("A").deadline(now.minus(HOUR)));
        DueConversation due = queue.only(bot);
        Instant until = Mutation.requireDeadline(queue.now().plus(time.life()));
        assertThat(queue.untested().defer(due, until)).isTrue();
        assertThat(queue.untested().defer(due, until.plusSeconds(1)))
                .as("once more")
                .isFalse();
        time.passUntil(
                time.life().plusMillis(20),
                "it is due again",
                () -> beside(queue).keys(bot).equals(List.of(key)));
        assertThat(queue.only(bot)).isEqualTo(DueConversation.of(key, due.deadline(), due.version(), until));
    }

    @Test
    void ruleD06_oneOfSeveralDefers() {
        TestedQueue queue = open();
        TestedQueue other = beside(queue);
        String bot = freshBot();
        Instant now = queue.now();
        for (int round = 0; round < times(10); round++) {
            StorageKey key = key(bot, round);
            queue.storage().applied(key, change().state("A").deadline(now.minus(HOUR)));
            DueConversation due = queue.only(bot);
            assertThat(other.only(bot)).isEqualTo(due);
            AtomicInteger deferred = new AtomicInteger();
            Crowd.of(6, i -> {
                TestedQueue mine = i % 2 == 0 ? queue : other;
                if (mine.untested().defer(due, now.plus(HOUR).plusSeconds(i))) {
                    deferred.incrementAndGet();
                }
            });
            assertThat(deferred).as("who deferred").hasValue(1);
            assertThat(queue.keys(bot)).isEmpty();
        }
    }

    @Test
    void ruleD06_whatHasChangedIsNotDeferred() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        List<Mutation.Builder> changes = List.of(
                clear(),
                change().clearDeadline(),
                change().deadline(now.minusSeconds(1_000)),
                change().deadline(now.minus(HOUR).minusSeconds(1)),
                change().deadline(now.plus(HOUR)));
        for (int i = 0; i < changes.size(); i++) {
            StorageKey key = key(bot, i);
            queue.storage().applied(key, change().state("A").deadline(now.minus(HOUR)));
            DueConversation due = queue.due(bot, 10).stream()
                    .filter(each -> each.key().equals(key))
                    .findFirst()
                    .orElseThrow();
            queue.storage().applied(key, changes.get(i));
            assertThat(queue.untested().defer(due, now.plus(HOUR))).as("%s", i).isFalse();
        }
        assertThat(queue.keys(bot)).containsExactlyInAnyOrder(key(bot, 2), key(bot, 3));
    }

    @Test
    void ruleD06_severalAreDeferredEachByItself() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        for (int i = 0; i < 3; i++) {
            Instant deadline = now.minus(HOUR).plusSeconds(i);
            queue.storage().applied(key(bot, i), change().state("A").deadline(deadline));
        }
        List<DueConversation> due = queue.due(bot, 10);
        assertThat(due).hasSize(3);
        queue.storage().applied(key(bot, 1), change().deadline(now.minusSeconds(1)));
        assertThat(queue.untested().defer(due, now.plus(HOUR))).containsExactly(due.get(0), due.get(2));
        assertThat(queue.keys(bot)).containsExactly(key(bot, 1));
        assertThat(queue.untested().defer(due, now.plus(HOUR))).isEmpty();
        assertThat(queue.untested().defer(List.of(), now.plus(HOUR))).isEmpty();
    }

    /** A write that leaves the deadline unchanged does not prevent a deferral. */
    @Test
    void ruleD06_whatChangedOtherwiseIsDeferred() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        queue.storage().applied(key(bot, 1), change().state("A").deadline(now.minus(HOUR)));
        DueConversation due = queue.only(bot);
        queue.storage().applied(key(bot, 1), change().state("B").put("b", "1"));
        assertThat(queue.untested().defer(due, now.plus(HOUR))).isTrue();
        queue.storage().applied(key(bot, 1), change().state("C"));
        assertThat(queue.keys(bot)).isEmpty();
    }

    @Test
    void ruleD06_theEndOfADeferralIsChecked() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        queue.storage().applied(key(bot, 1), change().state("A").deadline(now.minus(HOUR)));
        DueConversation due = queue.only(bot);
        for (Instant until : List.of(
                due.queuedAt(),
                due.queuedAt().minusSeconds(1),
                now.plus(DeadlineQueue.MAX_DEFERRAL).plus(HOUR))) {
            assertThatThrownBy(() -> queue.untested().defer(due, until))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(until.toString());
        }
        assertThat(queue.only(bot)).isEqualTo(due);
    }

    @Test
    void ruleD07_anEarlierDeadlineEndsADeferral() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        StorageKey key = key(bot, 1);
        for (Instant deadline : List.of(now.minusSeconds(2_000), now.minusSeconds(1_000), now.minus(HOUR))) {
            queue.storage().applied(key, change().state("A").deadline(now.minusSeconds(3_000)));
            assertThat(queue.untested().defer(queue.only(bot), now.plus(HOUR))).isTrue();
            assertThat(queue.keys(bot)).isEmpty();
            queue.storage().applied(key, change().deadline(deadline));
            assertThat(queue.only(bot).deadline()).isEqualTo(Mutation.requireDeadline(deadline));
            queue.storage().applied(key, change().clearDeadline());
        }
    }

    @Test
    void ruleD07_aLaterDeadlineOutlastsADeferral() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        StorageKey kept = key(bot, 1);
        StorageKey moved = key(bot, 2);
        for (StorageKey key : List.of(kept, moved)) {
            queue.storage().applied(key, change().state("A").deadline(now.minus(HOUR)));
        }
        for (DueConversation due : queue.due(bot, 10)) {
            assertThat(queue.untested().defer(due, queue.now().plus(time.life())))
                    .isTrue();
        }
        queue.storage().applied(moved, change().deadline(now.plus(HOUR.multipliedBy(100))));
        time.passUntil(
                time.life().plusMillis(20), "one is due", () -> queue.keys(bot).equals(List.of(kept)));
    }
}
