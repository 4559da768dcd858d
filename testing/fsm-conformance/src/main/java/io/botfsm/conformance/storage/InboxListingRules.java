package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.conformance.internal.HostileTexts;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rules U10 and U11: bots are apart, and what they have is listed in pages and counted. */
abstract class InboxListingRules extends InboxRules {
    private static final int BIG = 300_000;

    InboxListingRules(UpdateInboxConformance suite) {
        super(suite);
    }

    @Test
    void ruleU10_botsAreApart() {
        TestedInbox inbox = open();
        String begin = freshBot();
        List<String> bots = new ArrayList<>(List.of(begin));
        HostileTexts.IDS.forEach(text -> bots.add(begin + text));
        for (String bot : bots) {
            inbox.untested().add(bot, List.of(of(bot)), LIMITS, token(bots.indexOf(bot) + 1));
        }
        for (String bot : bots) {
            assertThat(inbox.updates(bot)).containsExactly(of(bot));
            assertThat(inbox.dead(bot)).isEmpty();
            inbox.untested().bury(bot, of(bot), "x", LIMITS, token(bots.indexOf(bot) + 1));
            assertThat(inbox.letters(bot)).containsExactly(of(bot));
            assertThat(inbox.untested().counts(bot).waiting()).isZero();
        }
        for (String bot : bots) {
            assertThat(inbox.untested().drop(bot, inbox.dead(bot).get(0).position()))
                    .isTrue();
        }
    }

    private static InboxUpdate of(String bot) {
        return InboxUpdate.of("1", Optional.of(key(bot, 1)), new byte[] {1});
    }

    @Test
    void ruleU10_theBotsIdMayBeANumber() {
        TestedInbox inbox = open();
        long number = System.nanoTime();
        String bot = "" + number;
        inbox.untested().add(number, List.of(update(bot, 1)), LIMITS, NO_TOKEN);
        assertThat(inbox.updates(bot)).containsExactly(update(bot, 1));
        inbox.untested().bury(number, update(bot, 1), "x", LIMITS, NO_TOKEN);
        assertThat(inbox.untested().dead(number, 0, 1)).isEqualTo(inbox.dead(bot));
        assertThat(inbox.untested().counts(number).dead()).isEqualTo(1);
        assertThatThrownBy(() -> inbox.untested().counts("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> inbox.untested().counts(1.5)).isInstanceOf(IllegalArgumentException.class);
        inbox.untested().drop(number, inbox.dead(bot).get(0).position());
    }

    @Test
    void ruleU10_conversationsOfOtherBotsAreRefused() {
        TestedInbox inbox = open();
        String bot = freshBot();
        InboxUpdate others = update(freshBot(), 1);
        for (Runnable call : List.<Runnable>of(
                () -> inbox.untested().add(bot, List.of(update(bot, 1), others), LIMITS, NO_TOKEN),
                () -> inbox.untested().remove(bot, List.of(others), NO_TOKEN),
                () -> inbox.untested().bury(bot, others, "x", LIMITS, NO_TOKEN))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(bot);
        }
        assertThat(inbox.waiting(bot)).isEmpty();
        assertThat(inbox.dead(bot)).isEmpty();
    }

    @Test
    void ruleU11_pagesFollowOneAnother() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.add(bot, updates(bot, 0, 25));
        updates(bot, 100, 125).forEach(update -> inbox.bury(bot, update));
        List<WaitingUpdate> waiting = inbox.waiting(bot);
        List<DeadUpdate> dead = inbox.dead(bot);
        assertThat(waiting).hasSize(25);
        assertThat(dead).hasSize(25);
        for (int from = 0; from <= 25; from += 5) {
            int to = Math.min(from + 10, 25);
            long after = from == 0 ? 0 : waiting.get(from - 1).position();
            assertThat(inbox.waiting(bot, after, 10)).isEqualTo(waiting.subList(from, to));
            after = from == 0 ? 0 : dead.get(from - 1).position();
            assertThat(inbox.dead(bot, after, 10)).isEqualTo(dead.subList(from, to));
        }
        inbox.remove(bot, update(bot, 3), update(bot, 12), update(bot, 13));
        assertThat(inbox.waiting(bot, waiting.get(3).position(), 10))
                .as("after one that has gone")
                .hasSize(10)
                .startsWith(waiting.get(4))
                .endsWith(waiting.get(15));
        assertThat(inbox.waiting(bot, Long.MAX_VALUE, 10)).isEmpty();
        assertThat(inbox.dead(bot, Long.MAX_VALUE, 10)).isEmpty();
    }

    @Test
    void ruleU11_pagesAreFullHoweverLongTheirUpdates() {
        TestedInbox inbox = open();
        String bot = freshBot();
        List<InboxUpdate> big = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            big.add(update(bot, i, i == 7 ? 8 * BIG : BIG));
            inbox.add(bot, big.get(i));
        }
        assertThat(inbox.updates(bot)).isEqualTo(big);
        inbox.requireCounts(bot);
        big.forEach(update -> inbox.bury(bot, update));
        assertThat(inbox.letters(bot)).isEqualTo(big);
        inbox.dead(bot).forEach(letter -> inbox.untested().drop(bot, letter.position()));
    }

    @Test
    void ruleU11_limitsAndPositionsAreChecked() {
        TestedInbox inbox = open();
        String bot = freshBot();
        for (int limit : List.of(0, -1, UpdateInbox.MAX_UPDATES + 1, Integer.MIN_VALUE)) {
            assertThatThrownBy(() -> inbox.untested().waiting(bot, 0, limit))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("" + limit);
            assertThatThrownBy(() -> inbox.untested().dead(bot, 0, limit)).isInstanceOf(IllegalArgumentException.class);
        }
        for (long after : List.of(-1L, Long.MIN_VALUE)) {
            assertThatThrownBy(() -> inbox.untested().waiting(bot, after, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("" + after);
            assertThatThrownBy(() -> inbox.untested().dead(bot, after, 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void ruleU11_whatAnInboxHoldsIsCounted() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.requireCounts(bot);
        assertThat(inbox.untested().counts(bot))
                .hasToString(InboxCounts.of(0, 0, Optional.empty(), 0).toString());
        inbox.add(bot, update(bot, 1, 7));
        time.pass(time.life());
        inbox.add(bot, update(bot, 2, 0), update(bot, 3, 5));
        inbox.bury(bot, update(bot, 9, 100));
        inbox.requireCounts(bot);
        InboxCounts before = inbox.untested().counts(bot);
        assertThat(before.bytes()).isEqualTo(12);
        inbox.remove(bot, update(bot, 1, 7));
        inbox.requireCounts(bot);
        assertThat(inbox.untested().counts(bot).oldest().orElseThrow())
                .isAfter(before.oldest().orElseThrow());
    }
}
