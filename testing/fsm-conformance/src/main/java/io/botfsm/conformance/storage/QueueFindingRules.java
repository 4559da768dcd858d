package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.conformance.Conformance.Counts;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.HostileTexts;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rules D01 to D04 and D08: what is due, what is not, in which order, and that looking changes nothing. */
abstract class QueueFindingRules extends QueueRules {
    QueueFindingRules(DeadlineQueueConformance suite) {
        super(suite);
    }

    @Test
    void ruleD01_whatIsDueIsFound() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant due = queue.now().minus(HOUR).plusMillis(7);
        StorageKey state = key(bot, 1);
        StorageKey data = StorageKey.bot(bot).chat(1).user(2).thread(3).build();
        queue.storage().applied(state, change().state("A").put("a", "1"));
        queue.storage().applied(state, change().deadline(due));
        queue.storage().applied(data, change().put("a", "1").deadline(due.plusSeconds(1)));
        List<DueConversation> found = queue.due(bot, 10);
        assertThat(found).extracting(DueConversation::key).containsExactly(state, data);
        assertThat(found).allSatisfy(conversation -> {
            Snapshot snapshot = queue.storage().read(conversation.key());
            assertThat(conversation.version()).isEqualTo(snapshot.version());
            assertThat(conversation.deadline())
                    .isEqualTo(snapshot.deadline().orElseThrow())
                    .isEqualTo(conversation.queuedAt());
        });
        assertThat(beside(queue).due(bot, 10)).isEqualTo(found);
    }

    @Requires(Need.ANY_TEXT)
    void ruleD01_anyKeyIsFound() {
        TestedQueue queue = open();
        Instant due = queue.now().minus(HOUR);
        String name = freshBot();
        for (String id : HostileTexts.IDS) {
            String bot = name + id;
            List<StorageKey> keys = List.of(
                    StorageKey.bot(bot).chat(id).user(1).build(),
                    StorageKey.bot(bot).chat(1).user(id).thread(id).build(),
                    StorageKey.bot(bot).chat(1).user(2).business(id).build(),
                    StorageKey.bot(bot).chat(1).user(3).destiny(id).build());
            keys.forEach(key -> queue.storage().applied(key, change().state("A").deadline(due)));
            assertThat(queue.keys(bot)).as("of bot %s", bot).containsExactlyInAnyOrderElementsOf(keys);
        }
    }

    @Test
    void ruleD01_isFoundUntilAWriteEndsIt() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        StorageKey cleared = key(bot, 1);
        StorageKey moved = key(bot, 2);
        StorageKey ended = key(bot, 3);
        List<StorageKey> keys = List.of(cleared, moved, ended);
        keys.forEach(key -> queue.storage().applied(key, change().state("A").deadline(now.minus(HOUR))));
        assertThat(queue.keys(bot)).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(queue.keys(bot)).containsExactlyInAnyOrderElementsOf(keys);
        keys.forEach(key -> queue.storage().applied(key, change().state("B").put("b", "2")));
        assertThat(queue.keys(bot)).containsExactlyInAnyOrderElementsOf(keys);
        queue.storage().applied(cleared, change().clearDeadline());
        queue.storage().applied(moved, change().deadline(now.plus(HOUR)));
        queue.storage().applied(ended, clear());
        assertThat(queue.keys(bot)).isEmpty();
    }

    @Test
    void ruleD01_becomesDueAtItsTime() {
        TestedQueue queue = open();
        String bot = freshBot();
        Duration soon = time.life();
        queue.storage()
                .applied(key(bot, 1), change().state("A").deadline(queue.now().plus(HOUR.multipliedBy(100))));
        queue.storage()
                .applied(key(bot, 2), change().state("A").deadline(queue.now().plus(soon)));
        time.passUntil(soon.plusMillis(20), "one is due", () -> queue.keys(bot).equals(List.of(key(bot, 2))));
    }

    @Test
    void ruleD01_manyAreFound() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant due = queue.now().minus(HOUR);
        List<StorageKey> keys = keys(bot, 300);
        for (int i = 0; i < keys.size(); i++) {
            queue.storage().applied(keys.get(i), change().state("A").deadline(due.plusSeconds(i)));
        }
        assertThat(queue.keys(bot)).isEqualTo(keys);
    }

    @Test
    void ruleD02_whatIsNotDueIsNotFound() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        queue.storage().applied(key(bot, 1), change().state("A"));
        queue.storage().applied(key(bot, 2), change().state("A").deadline(now.plus(HOUR)));
        queue.storage().applied(key(bot, 3), change().deadline(now.minus(HOUR)));
        queue.storage()
                .conflict(
                        key(bot, 4),
                        change().state("A").deadline(now.minus(HOUR)).expectState("B"));
        queue.storage().conflict(key(bot, 2), change().deadline(now.minus(HOUR)).expectState("B"));
        queue.storage().applied(key(bot, 5), change().state("A").deadline(now.minus(HOUR)));
        queue.storage().applied(key(bot, 5), change().clearState());
        queue.storage().applied(key(bot, 5), change().state("A"));
        assertThat(queue.keys(bot)).isEmpty();
    }

    @Requires({Need.FENCING, Need.EVENT_ID})
    void ruleD02_tombstonesAreNotDue() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant due = queue.now().minus(HOUR);
        queue.storage()
                .applied(
                        key(bot, 1),
                        change().state("A").deadline(due).fencingToken(3).eventId(7));
        queue.storage().applied(key(bot, 1), clear());
        queue.storage().applied(key(bot, 2), change().deadline(due).fencingToken(3));
        queue.storage().applied(key(bot, 3), change().deadline(due).eventId(7));
        assertThat(queue.keys(bot)).isEmpty();
    }

    @Requires(Need.TTL)
    void ruleD02_whatHasEndedIsNotDue() {
        TestedQueue queue = open(Optional.of(time.life()), DEADLINE);
        String bot = freshBot();
        Instant due = queue.now().minus(HOUR);
        queue.storage().applied(key(bot, 1), change().state("A").deadline(due));
        queue.storage().applied(key(bot, 2), change().state("A").deadline(due).persist());
        time.passUntil(
                time.life(), "only what stays is due", () -> queue.keys(bot).equals(List.of(key(bot, 2))));
    }

    /** Also where events outlive the end, and where a conversation begins anew under the same key. */
    @Requires({Need.TTL, Need.EVENT_ID})
    void ruleD02_aDeadlineBeyondTheTimeToLiveIsNeverReached() {
        TestedQueue queue = open(Optional.of(time.life()), DEADLINE);
        String bot = freshBot();
        Instant now = queue.now();
        Instant late = now.plus(time.life().multipliedBy(2));
        queue.storage().applied(key(bot, 1), change().state("A").deadline(late));
        queue.storage().applied(key(bot, 2), change().state("A").deadline(late).eventId(7));
        queue.storage().applied(key(bot, 3), change().state("A").deadline(late).eventId(7));
        queue.storage().applied(key(bot, 4), change().state("A").deadline(late).persist());
        time.passUntil(
                time.life(),
                "has ended",
                () -> queue.storage().read(key(bot, 1)).state().isEmpty());
        time.eventually(
                "has ended", () -> queue.storage().read(key(bot, 3)).state().isEmpty());
        queue.storage().applied(key(bot, 3), change().state("B").persist());
        time.passUntil(
                time.life().plusMillis(20),
                "the others are not due",
                () -> queue.keys(bot).equals(List.of(key(bot, 4))));
    }

    @Test
    void ruleD03_theLongestDueComeFirst() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant due = queue.now().minus(HOUR);
        int[] order = {5, 2, 8, 1, 9, 3, 7, 4, 6, 0};
        for (int i : order) {
            queue.storage().applied(key(bot, i), change().state("A").deadline(due.plusMillis(10L * i)));
        }
        for (int limit = 1; limit <= 10; limit++) {
            assertThat(queue.due(bot, limit)).extracting(DueConversation::key).isEqualTo(keys(bot, limit));
        }
    }

    /** However many entries of the index are stale. */
    @Test
    void ruleD03_fewerThanTheLimitMeansThatNoMoreAreDue() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        Instant first = now.minus(HOUR).minus(HOUR);
        for (StorageKey key : keys(bot, 40)) {
            queue.storage().applied(key, change().state("A").deadline(first));
            queue.storage().applied(key, change().deadline(now.plus(HOUR)));
        }
        for (long user = 100; user < 140; user++) {
            queue.storage().applied(key(bot, user), change().state("A").deadline(first));
            queue.storage().applied(key(bot, user), clear());
        }
        List<StorageKey> due = List.of(key(bot, 200), key(bot, 201), key(bot, 202));
        due.forEach(key -> queue.storage().applied(key, change().state("A").deadline(now.minus(HOUR))));
        assertThat(queue.due(bot, 2)).hasSize(2);
        assertThat(queue.keys(bot)).containsExactlyInAnyOrderElementsOf(due);
    }

    @Test
    void ruleD03_limitsAndIdsAreChecked() {
        TestedQueue queue = open();
        for (int limit : new int[] {0, -1, Integer.MIN_VALUE, DeadlineQueue.MAX_LIMIT + 1}) {
            assertThatThrownBy(() -> queue.untested().due("bot", limit))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(String.valueOf(limit));
        }
        assertThatThrownBy(() -> queue.untested().due("", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> queue.untested().due(1.5, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ruleD04_botsAreApart() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant due = queue.now().minus(HOUR);
        List<String> bots = List.of(bot, bot + "0", bot + ":0", freshBot());
        bots.forEach(each ->
                queue.storage().applied(key(each, 1), change().state("A").deadline(due)));
        bots.forEach(each -> assertThat(queue.keys(each)).containsExactly(key(each, 1)));
        assertThat(queue.keys(bot + "1")).isEmpty();
    }

    @Test
    void ruleD08_lookingAndDeferringChangeNoConversation() {
        TestedQueue queue = open();
        String bot = freshBot();
        Instant now = queue.now();
        List<StorageKey> keys = keys(bot, 5);
        for (StorageKey key : keys) {
            queue.storage().applied(key, change().state("A").put("a", "1").deadline(now.minus(HOUR)));
        }
        queue.storage().applied(keys.get(4), change().deadline(now.plus(HOUR)));
        List<Snapshot> before = keys.stream().map(queue.storage()::read).toList();
        for (int i = 0; i < 3; i++) {
            List<DueConversation> due = new ArrayList<>(queue.due(bot, 10));
            if (!due.isEmpty()) {
                assertThat(queue.untested().defer(due.get(0), now.plus(HOUR))).isTrue();
            }
        }
        assertThat(keys.stream().map(queue.storage()::read).toList()).isEqualTo(before);
    }

    @Requires({Need.TTL, Need.COUNTS})
    void ruleD08_lookingAndDeferringProlongNothing() {
        long before = ((Counts) suite).records();
        TestedQueue queue = open(Optional.of(time.life()), DEADLINE);
        String bot = freshBot();
        Instant due = queue.now().minus(HOUR);
        keys(bot, 5)
                .forEach(key -> queue.storage().applied(key, change().state("A").deadline(due)));
        time.passUntil(
                time.life(),
                "all end while they are due, and nothing is left",
                () -> queue.keys(bot).isEmpty() && ((Counts) suite).records() <= before,
                () -> queue.due(bot, 10));
    }
}
