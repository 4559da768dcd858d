package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Conformance.Counts;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Rules U05 to U08: updates are removed or given up; dead letters are bounded, replayed and dropped. */
abstract class InboxEndingRules extends InboxRules {
    private static final long UNKNOWN = 1_000_000;

    InboxEndingRules(UpdateInboxConformance suite) {
        super(suite);
    }

    @Test
    void ruleU05_whatIsRemovedWaitsNoMore() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.add(bot, updates(bot, 0, 5));
        inbox.bury(bot, update(bot, 8));
        beside(inbox).remove(bot, update(bot, 3), update(bot, 7), update(bot, 1), update(bot, 3), update(bot, 8));
        inbox.remove(bot, update(bot, 2, 11), update(bot, 1));
        inbox.remove(bot);
        assertThat(inbox.updates(bot)).containsExactly(update(bot, 0), update(bot, 2), update(bot, 4));
        assertThat(inbox.letters(bot)).containsExactly(update(bot, 8));
        inbox.requireCounts(bot);
        inbox.add(bot, update(bot, 1));
        assertThat(inbox.updates(bot)).containsExactly(update(bot, 0), update(bot, 2), update(bot, 4), update(bot, 1));
    }

    @Test
    void ruleU05_countsAreExactWhileOthersAddAndRemove() {
        TestedInbox inbox = open();
        TestedInbox other = beside(inbox);
        String bot = freshBot();
        int rounds = times(20);
        Crowd.of(4, member -> {
            TestedInbox mine = member % 2 == 0 ? inbox : other;
            for (int i = 0; i < rounds; i++) {
                InboxUpdate own = update(bot, member * rounds + i, 5 + i % 7);
                InboxUpdate shared = update(bot, 100_000 + i % 3, 20);
                mine.add(bot, own, shared);
                mine.remove(bot, shared, own);
                mine.add(bot, shared);
                if (i % 4 == 0) {
                    mine.bury(bot, own);
                }
            }
        });
        inbox.requireCounts(bot);
        assertThat(inbox.dead(bot)).hasSize(4 * ((rounds + 3) / 4));
    }

    @Requires(Need.COUNTS)
    void ruleU05_nothingIsLeftOfWhatHasGone() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.untested().remove(bot, List.of(), token(1)); // creates what is kept of a bot whose inbox is empty
        inbox.add(bot, update(bot, 0));
        inbox.remove(bot, update(bot, 0));
        long before = ((Counts) suite).records();
        for (int i = 0; i < 20; i++) {
            inbox.add(bot, update(bot, i));
            inbox.untested().bury(bot, update(bot, i + 100), "x", LIMITS.deadLetters(5), NO_TOKEN);
        }
        assertThat(((Counts) suite).records()).isGreaterThan(before);
        inbox.untested().remove(bot, updates(bot, 0, 20), NO_TOKEN);
        inbox.dead(bot).forEach(letter -> inbox.untested().drop(bot, letter.position()));
        assertThat(((Counts) suite).records()).isLessThanOrEqualTo(before);
    }

    @Test
    void ruleU06_whatIsGivenUpIsADeadLetter() {
        TestedInbox inbox = open();
        String bot = freshBot();
        Instant before = inbox.now();
        inbox.add(bot, updates(bot, 0, 3));
        inbox.untested().bury(bot, update(bot, 1), "one: \u00e9 \"x\"\n", LIMITS, NO_TOKEN);
        inbox.untested().bury(bot, update(bot, 7), "", LIMITS, NO_TOKEN);
        Instant after = inbox.now();
        assertThat(inbox.updates(bot)).containsExactly(update(bot, 0), update(bot, 2));
        List<DeadUpdate> dead = beside(inbox).dead(bot);
        assertThat(dead).extracting(DeadUpdate::update).containsExactly(update(bot, 1), update(bot, 7));
        assertThat(dead).extracting(DeadUpdate::reason).containsExactly("one: \u00e9 \"x\"\n", "");
        assertThat(dead)
                .extracting(DeadUpdate::buriedAt)
                .allSatisfy(
                        time -> assertThat(time).isBetween(before.minus(suite.margin()), after.plus(suite.margin())));
        inbox.requireCounts(bot);
    }

    @Test
    void ruleU06_theSameIsGivenUpOnce() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.bury(bot, update(bot, 1));
        inbox.bury(bot, update(bot, 2));
        List<DeadUpdate> before = inbox.dead(bot);
        inbox.add(bot, update(bot, 1));
        Crowd.of(4, i -> inbox.untested().bury(bot, update(bot, 1), "again", LIMITS, NO_TOKEN));
        assertThat(inbox.waiting(bot)).isEmpty();
        assertThat(inbox.dead(bot)).isEqualTo(before);
        inbox.bury(bot, update(bot, 1, 11));
        assertThat(inbox.letters(bot)).containsExactly(update(bot, 1), update(bot, 2), update(bot, 1, 11));
        inbox.requireCounts(bot);
    }

    @Test
    void ruleU06_whatIsGivenUpIfItWaitsDoesNothingOtherwise() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.add(bot, updates(bot, 0, 3));
        inbox.remove(bot, update(bot, 2));
        inbox.bury(bot, update(bot, 5));
        for (InboxUpdate each : List.of(update(bot, 1), update(bot, 1), update(bot, 2), update(bot, 3))) {
            beside(inbox).untested().buryWaiting(bot, each, "failed", LIMITS.deadLetters(1), NO_TOKEN);
        }
        assertThat(inbox.updates(bot)).containsExactly(update(bot, 0));
        assertThat(inbox.letters(bot)).as("the newest one").containsExactly(update(bot, 1));
        inbox.requireCounts(bot);
    }

    @Test
    void ruleU06_aReasonIsCut() {
        TestedInbox inbox = open();
        String bot = freshBot();
        String pairs = "\ud83e\udd8a".repeat(UpdateInbox.MAX_REASON_LENGTH);
        for (String reason : List.of("x" + pairs, pairs, "\ud83e", "a\udd8ab")) {
            inbox.untested().bury(bot, update(bot, reason.length()), reason, LIMITS, NO_TOKEN);
        }
        assertThat(inbox.dead(bot))
                .extracting(DeadUpdate::reason)
                .containsExactly(
                        pairs.substring(0, UpdateInbox.MAX_REASON_LENGTH - 2).transform(cut -> "x" + cut),
                        pairs.substring(0, UpdateInbox.MAX_REASON_LENGTH),
                        "?",
                        "a?b");
    }

    @Test
    void ruleU07_theOldestDeadLettersGo() {
        TestedInbox inbox = open();
        String bot = freshBot();
        InboxLimits three = LIMITS.updates(1).bytes(1).deadLetters(3);
        updates(bot, 0, 5).forEach(update -> inbox.untested().bury(bot, update, "x", three, NO_TOKEN));
        assertThat(inbox.letters(bot)).isEqualTo(updates(bot, 2, 5));
        inbox.untested().bury(bot, update(bot, 4), "x", LIMITS.deadLetters(2), NO_TOKEN);
        assertThat(inbox.letters(bot)).as("one that is there already").isEqualTo(updates(bot, 3, 5));
        inbox.untested().bury(bot, update(bot, 5), "x", LIMITS.deadLetters(1), NO_TOKEN);
        assertThat(inbox.letters(bot)).isEqualTo(updates(bot, 5, 6));
        assertThat(inbox.waiting(bot)).isEmpty();
        inbox.untested().bury(bot, update(bot, 0), "x", LIMITS, NO_TOKEN);
        assertThat(inbox.letters(bot)).as("one that had gone").containsExactly(update(bot, 5), update(bot, 0));
    }

    @Test
    void ruleU07_deadLettersTakeNoRoomOfWhatWaits() {
        TestedInbox inbox = open();
        String bot = freshBot();
        InboxLimits limits = LIMITS.updates(2).bytes(20);
        assertThat(inbox.untested().add(bot, updates(bot, 0, 2), limits, NO_TOKEN))
                .isTrue();
        updates(bot, 1, 9).forEach(update -> inbox.untested().bury(bot, update, "x", limits, NO_TOKEN));
        assertThat(inbox.untested().add(bot, updates(bot, 10, 11), limits, NO_TOKEN))
                .isTrue();
        assertThat(inbox.untested().add(bot, updates(bot, 11, 12), limits, NO_TOKEN))
                .isFalse();
        assertThat(inbox.updates(bot)).containsExactly(update(bot, 0), update(bot, 10));
        assertThat(inbox.letters(bot)).isEqualTo(updates(bot, 1, 9));
    }

    @Test
    void ruleU08_whatIsReplayedWaitsBehindAllAndBeyondTheLimits() {
        TestedInbox inbox = open();
        String bot = freshBot();
        InboxLimits limits = LIMITS.updates(2);
        inbox.bury(bot, update(bot, 7));
        inbox.bury(bot, update(bot, 8));
        assertThat(inbox.untested().add(bot, updates(bot, 0, 2), limits, NO_TOKEN))
                .isTrue();
        long position = inbox.dead(bot).get(0).position();
        assertThat(beside(inbox).untested().replay(bot, position)).isTrue();
        assertThat(inbox.untested().replay(bot, position)).as("again").isFalse();
        assertThat(inbox.updates(bot)).containsExactly(update(bot, 0), update(bot, 1), update(bot, 7));
        assertThat(inbox.letters(bot)).containsExactly(update(bot, 8));
        inbox.requireCounts(bot);
        assertThat(inbox.untested().add(bot, updates(bot, 2, 3), limits, NO_TOKEN))
                .isFalse();
        inbox.bury(bot, update(bot, 7));
        assertThat(inbox.letters(bot)).containsExactly(update(bot, 8), update(bot, 7));
    }

    @Test
    void ruleU08_whatWaitsAlreadyIsReplayedWhereItIs() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.bury(bot, update(bot, 1));
        inbox.add(bot, updates(bot, 0, 3));
        assertThat(inbox.untested().replay(bot, inbox.dead(bot).get(0).position()))
                .isTrue();
        assertThat(inbox.updates(bot)).isEqualTo(updates(bot, 0, 3));
        assertThat(inbox.dead(bot)).isEmpty();
        inbox.requireCounts(bot);
    }

    @Test
    void ruleU08_whatIsDroppedIsGone() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.add(bot, update(bot, 0));
        updates(bot, 1, 4).forEach(update -> inbox.bury(bot, update));
        long waiting = inbox.waiting(bot).get(0).position();
        long position = inbox.dead(bot).get(1).position();
        assertThat(beside(inbox).untested().drop(bot, position)).isTrue();
        assertThat(inbox.untested().drop(bot, position)).as("again").isFalse();
        for (long none : List.of(waiting, 0L, -1L, UNKNOWN)) {
            assertThat(inbox.untested().drop(bot, none)).as("%s", none).isFalse();
            assertThat(inbox.untested().replay(bot, none)).as("%s", none).isFalse();
        }
        assertThat(inbox.letters(bot)).containsExactly(update(bot, 1), update(bot, 3));
        assertThat(inbox.updates(bot)).containsExactly(update(bot, 0));
        inbox.requireCounts(bot);
    }

    @Test
    void ruleU08_oneOfSeveralReplays() {
        TestedInbox inbox = open();
        TestedInbox other = beside(inbox);
        String bot = freshBot();
        for (int round = 0; round < times(5); round++) {
            InboxUpdate update = update(bot, round);
            inbox.bury(bot, update);
            long position = inbox.dead(bot).get(0).position();
            AtomicInteger replayed = new AtomicInteger();
            Crowd.of(6, i -> {
                TestedInbox mine = i % 2 == 0 ? inbox : other;
                boolean found = i < 4
                        ? mine.untested().replay(bot, position)
                        : mine.untested().drop(bot, position);
                replayed.addAndGet(found ? 1 : 0);
            });
            assertThat(replayed).as("who replayed or dropped").hasValue(1);
            assertThat(inbox.dead(bot)).isEmpty();
            inbox.requireCounts(bot);
        }
    }
}
