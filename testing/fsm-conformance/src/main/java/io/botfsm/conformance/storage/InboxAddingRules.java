package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.conformance.internal.Crowd;
import io.botfsm.conformance.internal.HostileTexts;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Rules U01 to U04: what is added waits, all of it or none, once, within exact bounds. */
abstract class InboxAddingRules extends InboxRules {
    InboxAddingRules(UpdateInboxConformance suite) {
        super(suite);
    }

    @Test
    void ruleU01_whatIsAddedWaitsInItsOrder() {
        TestedInbox inbox = open();
        String bot = freshBot();
        Instant before = inbox.now();
        inbox.add(bot, updates(bot, 5, 8));
        inbox.add(bot, updates(bot, 2, 4));
        inbox.add(bot, List.of());
        inbox.add(bot, update(bot, 9));
        Instant after = inbox.now();
        List<WaitingUpdate> waiting = beside(inbox).waiting(bot);
        assertThat(waiting)
                .extracting(WaitingUpdate::update)
                .containsExactly(
                        update(bot, 5), update(bot, 6), update(bot, 7), update(bot, 2), update(bot, 3), update(bot, 9));
        assertThat(waiting)
                .extracting(WaitingUpdate::storedAt)
                .allSatisfy(
                        time -> assertThat(time).isBetween(before.minus(suite.margin()), after.plus(suite.margin())));
        inbox.requireCounts(bot);
    }

    @Test
    void ruleU01_anyIdKeyAndContentComesBack() {
        TestedInbox inbox = open();
        String bot = freshBot();
        List<InboxUpdate> hostile = new ArrayList<>();
        Random random = new Random(7);
        for (String text : HostileTexts.IDS) {
            StorageKey.Builder key = StorageKey.bot(bot).chat(text).user("u" + text);
            byte[] content = new byte[random.nextInt(300)];
            random.nextBytes(content);
            hostile.add(InboxUpdate.of(text, Optional.empty(), content));
            hostile.add(InboxUpdate.of(text, Optional.of(key.build()), new byte[] {'\r', '\n', 0, -1}));
            hostile.add(InboxUpdate.of(
                    "x" + text,
                    Optional.of(
                            key.thread(text).business("b" + text).destiny(text).build()),
                    new byte[0]));
        }
        byte[] every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        hostile.add(InboxUpdate.of("\ud83e\udd8a".repeat(InboxUpdate.MAX_ID_LENGTH / 2), Optional.empty(), every));
        for (int from = 0; from < hostile.size(); from += 20) {
            inbox.add(bot, hostile.subList(from, Math.min(from + 20, hostile.size())));
        }
        assertThat(beside(inbox).updates(bot)).isEqualTo(hostile);
        hostile.forEach(update -> inbox.bury(bot, update));
        assertThat(beside(inbox).letters(bot)).isEqualTo(hostile);
        assertThat(inbox.waiting(bot)).isEmpty();
        inbox.dead(bot)
                .forEach(letter -> assertThat(inbox.untested().replay(bot, letter.position()))
                        .isTrue());
        assertThat(beside(inbox).updates(bot)).isEqualTo(hostile);
        inbox.untested().remove(bot, hostile, NO_TOKEN);
        assertThat(inbox.waiting(bot)).isEmpty();
    }

    @Test
    void ruleU01_noPositionIsGivenTwice() {
        TestedInbox inbox = open();
        String bot = freshBot();
        List<Long> positions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            inbox.add(bot, update(bot, i));
            positions.add(inbox.waiting(bot).get(0).position());
            inbox.remove(bot, update(bot, i));
            inbox.bury(bot, update(bot, i));
            long dead = inbox.dead(bot).get(0).position();
            positions.add(dead);
            assertThat(inbox.untested().drop(bot, dead)).isTrue();
        }
        assertThat(positions).isSorted().doesNotHaveDuplicates();
        assertThat(positions.get(0)).isPositive();
    }

    @Test
    void ruleU02_allAreAddedOrNone() {
        TestedInbox inbox = open();
        String bot = freshBot();
        for (InboxLimits limits : List.of(LIMITS.updates(3), LIMITS.bytes(39))) {
            inbox.untested().remove(bot, inbox.updates(bot), NO_TOKEN);
            assertThat(inbox.untested().add(bot, updates(bot, 0, 2), limits, NO_TOKEN))
                    .isTrue();
            assertThat(inbox.untested().add(bot, updates(bot, 2, 4), limits, NO_TOKEN))
                    .isFalse();
            assertThat(inbox.untested().add(bot, updates(bot, 4, 8), limits, NO_TOKEN))
                    .isFalse();
            assertThat(beside(inbox).updates(bot)).isEqualTo(updates(bot, 0, 2));
            assertThat(inbox.untested().add(bot, updates(bot, 3, 4), limits, NO_TOKEN))
                    .isTrue();
            assertThat(inbox.untested().add(bot, updates(bot, 4, 5), limits, NO_TOKEN))
                    .isFalse();
            assertThat(inbox.updates(bot)).containsExactly(update(bot, 0), update(bot, 1), update(bot, 3));
            inbox.requireCounts(bot);
        }
    }

    @Test
    void ruleU02_updatesOfOneCallStandTogether() {
        TestedInbox inbox = open();
        TestedInbox other = beside(inbox);
        for (int round = 0; round < times(1); round++) {
            String bot = freshBot();
            Crowd.of(4, member -> {
                for (int call = 0; call < 5; call++) {
                    int from = 10 * (member * 5 + call);
                    (member % 2 == 0 ? inbox : other).add(bot, updates(bot, from, from + 10));
                }
            });
            List<InboxUpdate> waiting = inbox.updates(bot);
            assertThat(waiting).hasSize(200);
            for (int from = 0; from < waiting.size(); from += 10) {
                int first = Integer.parseInt(waiting.get(from).id());
                assertThat(waiting.subList(from, from + 10)).isEqualTo(updates(bot, first, first + 10));
            }
            inbox.requireCounts(bot);
        }
    }

    @Test
    void ruleU03_theSameWaitsOnce() {
        TestedInbox inbox = open();
        TestedInbox other = beside(inbox);
        String bot = freshBot();
        inbox.add(bot, update(bot, 1), update(bot, 2), update(bot, 1));
        List<WaitingUpdate> before = inbox.waiting(bot);
        assertThat(before).hasSize(2);
        InboxUpdate elsewhere =
                InboxUpdate.of("2", Optional.of(key(bot, 7)), update(bot, 2).content());
        InboxUpdate nowhere =
                InboxUpdate.of("1", Optional.empty(), update(bot, 1).content());
        InboxUpdate edited = update(bot, 1, 11);
        other.add(bot, elsewhere, nowhere, update(bot, 3), edited, update(bot, 1));
        List<WaitingUpdate> after = inbox.waiting(bot);
        assertThat(after.subList(0, 2)).isEqualTo(before);
        assertThat(after.subList(2, after.size()))
                .extracting(WaitingUpdate::update)
                .containsExactly(update(bot, 3), edited);
        inbox.requireCounts(bot);
        inbox.remove(bot, elsewhere, nowhere);
        assertThat(inbox.updates(bot)).containsExactly(update(bot, 3), edited);
    }

    @Test
    void ruleU03_ofSeveralWhoAddTheSameOneDoes() {
        TestedInbox inbox = open();
        TestedInbox other = beside(inbox);
        String bot = freshBot();
        for (int round = 0; round < times(5); round++) {
            int from = 3 * round;
            Crowd.of(6, i -> (i % 2 == 0 ? inbox : other).add(bot, updates(bot, from, from + 3)));
        }
        assertThat(inbox.updates(bot)).isEqualTo(updates(bot, 0, 3 * times(5)));
        inbox.requireCounts(bot);
    }

    @Test
    void ruleU04_boundsAreExactForConcurrentCallers() {
        TestedInbox inbox = open();
        TestedInbox other = beside(inbox);
        for (InboxLimits limits : List.of(LIMITS.updates(17), LIMITS.bytes(179))) {
            for (int round = 0; round < times(3); round++) {
                String bot = freshBot();
                AtomicInteger added = new AtomicInteger();
                Crowd.of(6, member -> {
                    for (int i = 0; i < 10; i++) {
                        TestedInbox mine = member % 2 == 0 ? inbox : other;
                        if (mine.untested().add(bot, List.of(update(bot, 10 * member + i)), limits, NO_TOKEN)) {
                            added.incrementAndGet();
                        }
                    }
                });
                assertThat(added).as("accepted").hasValue(17);
                assertThat(inbox.waiting(bot)).hasSize(17);
                inbox.requireCounts(bot);
            }
        }
    }

    @Test
    void ruleU04_whatWaitsTakesNoMoreRoom() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.add(bot, updates(bot, 0, 5));
        for (InboxLimits limits : List.of(LIMITS.updates(5), LIMITS.bytes(50), LIMITS.updates(1), LIMITS.bytes(10))) {
            assertThat(inbox.untested().add(bot, updates(bot, 1, 4), limits, NO_TOKEN))
                    .isTrue();
            assertThat(inbox.untested().add(bot, List.of(), limits, NO_TOKEN)).isTrue();
            assertThat(inbox.untested().add(bot, updates(bot, 4, 6), limits, NO_TOKEN))
                    .isFalse();
        }
        assertThat(inbox.updates(bot)).isEqualTo(updates(bot, 0, 5));
        inbox.remove(bot, update(bot, 0), update(bot, 2));
        assertThat(inbox.untested().add(bot, updates(bot, 4, 7), LIMITS.updates(5), NO_TOKEN))
                .isTrue();
        assertThat(inbox.untested().add(bot, updates(bot, 7, 8), LIMITS.bytes(50), NO_TOKEN))
                .isFalse();
        inbox.requireCounts(bot);
    }

    @Test
    void ruleU04_whatCanNeverHaveRoomIsRefused() {
        TestedInbox inbox = open();
        String bot = freshBot();
        InboxLimits limits = LIMITS.bytes(10);
        assertThatThrownBy(() ->
                        inbox.untested().add(bot, List.of(update(bot, 1), update(bot, 2, 11)), limits, NO_TOKEN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("11 bytes");
        List<InboxUpdate> most = updates(bot, 0, UpdateInbox.MAX_UPDATES);
        List<InboxUpdate> tooMany = updates(bot, 0, UpdateInbox.MAX_UPDATES + 1);
        assertThatThrownBy(() -> inbox.untested().add(bot, tooMany, LIMITS.updates(10_000), NO_TOKEN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1001");
        assertThat(inbox.waiting(bot)).isEmpty();
        assertThat(inbox.untested().add(bot, List.of(update(bot, 2, 10)), limits, NO_TOKEN))
                .isTrue();
        inbox.remove(bot, update(bot, 2, 10));
        inbox.add(bot, most);
        assertThat(inbox.updates(bot)).isEqualTo(most);
        inbox.requireCounts(bot);
        assertThatThrownBy(() -> inbox.untested().remove(bot, tooMany, NO_TOKEN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1001");
        inbox.untested().remove(bot, most, NO_TOKEN);
        assertThat(inbox.waiting(bot)).isEmpty();
    }
}
