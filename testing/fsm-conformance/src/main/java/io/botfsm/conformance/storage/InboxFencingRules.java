package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.botfsm.conformance.internal.Crowd;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxFencedException;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Rule U09: an instance that another has replaced changes nothing. */
abstract class InboxFencingRules extends InboxRules {
    InboxFencingRules(UpdateInboxConformance suite) {
        super(suite);
    }

    /** Every call that carries a token. */
    private static List<Consumer<OptionalLong>> calls(UpdateInbox inbox, String bot) {
        return List.of(
                token -> inbox.add(bot, updates(bot, 20, 22), LIMITS, token),
                token -> inbox.add(bot, List.of(), LIMITS, token),
                token -> inbox.remove(bot, List.of(update(bot, 1)), token),
                token -> inbox.remove(bot, List.of(), token),
                token -> inbox.bury(bot, update(bot, 1), "x", LIMITS.deadLetters(1), token),
                token -> inbox.bury(bot, update(bot, 30), "x", LIMITS, token),
                token -> inbox.buryWaiting(bot, update(bot, 1), "x", LIMITS, token),
                token -> inbox.buryWaiting(bot, update(bot, 30), "x", LIMITS, token));
    }

    @Test
    void ruleU09_aRefusedCallChangesNothing() {
        TestedInbox inbox = open();
        String bot = freshBot();
        assertThat(inbox.untested().add(bot, updates(bot, 0, 3), LIMITS, token(5)))
                .isTrue();
        inbox.bury(bot, update(bot, 8));
        inbox.bury(bot, update(bot, 9));
        List<WaitingUpdate> waiting = inbox.waiting(bot);
        List<DeadUpdate> dead = inbox.dead(bot);
        for (Consumer<OptionalLong> call : calls(beside(inbox).untested(), bot)) {
            InboxFencedException refused =
                    catchThrowableOfType(InboxFencedException.class, () -> call.accept(token(4)));
            assertThat(refused).hasMessageContaining(bot);
            assertThat(refused.token()).isEqualTo(4);
            assertThat(refused.highest()).isEqualTo(5);
            assertThat(inbox.waiting(bot)).isEqualTo(waiting);
            assertThat(inbox.dead(bot)).isEqualTo(dead);
            inbox.requireCounts(bot);
        }
        calls(inbox.untested(), bot).forEach(call -> call.accept(token(5)));
    }

    @Test
    void ruleU09_everyCallWithATokenIsSeen() {
        TestedInbox inbox = open();
        int calls = calls(inbox.untested(), "").size();
        for (int i = 0; i < calls; i++) {
            String bot = freshBot();
            calls(inbox.untested(), bot).get(i).accept(token(7));
            assertFenced(inbox, bot, 6, 7);
        }
        String full = freshBot();
        inbox.add(full, update(full, 0));
        assertThat(inbox.untested().add(full, updates(full, 1, 3), LIMITS.updates(1), token(7)))
                .isFalse();
        assertFenced(inbox, full, 6, 7);
    }

    private static void assertFenced(TestedInbox inbox, String bot, long token, long highest) {
        assertThatThrownBy(() -> inbox.untested().remove(bot, List.of(), token(token)))
                .isInstanceOfSatisfying(
                        InboxFencedException.class,
                        refused -> assertThat(refused.highest()).isEqualTo(highest));
    }

    @Test
    void ruleU09_tokensAreComparedAsNumbers() {
        TestedInbox inbox = open();
        String bot = freshBot();
        for (long token : List.of(9L, 10L, 4_294_967_296L, Mutation.MAX_FENCE - 1, Mutation.MAX_FENCE)) {
            inbox.untested().remove(bot, List.of(), token(token));
            assertFenced(beside(inbox), bot, token - 1, token);
        }
        for (long none : List.of(0L, -1L, Mutation.MAX_FENCE + 1, Long.MAX_VALUE)) {
            calls(inbox.untested(), bot)
                    .forEach(call -> assertThatThrownBy(() -> call.accept(token(none)))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("" + none));
        }
    }

    @Test
    void ruleU09_whatHasNoTokenIsNotFenced() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.untested().remove(bot, List.of(), token(5));
        inbox.add(bot, updates(bot, 0, 3));
        inbox.remove(bot, update(bot, 0));
        inbox.bury(bot, update(bot, 1));
        assertThat(inbox.updates(bot)).containsExactly(update(bot, 2));
        assertFenced(inbox, bot, 4, 5);
        inbox.remove(bot, update(bot, 2));
        inbox.untested().drop(bot, inbox.dead(bot).get(0).position());
        assertFenced(inbox, bot, 4, 5);
    }

    /** What an instance reads after it has fenced off its predecessor is all that waits. */
    @Test
    void ruleU09_nothingIsAddedAfterATakeOver() {
        TestedInbox inbox = open();
        TestedInbox other = beside(inbox);
        for (int round = 0; round < times(5); round++) {
            String bot = freshBot();
            AtomicReference<List<InboxUpdate>> seen = new AtomicReference<>(List.of());
            CountDownLatch some = new CountDownLatch(3);
            Crowd.of(4, member -> {
                if (member == 0) {
                    some.await();
                    other.untested().remove(bot, List.of(), token(2));
                    seen.set(other.updates(bot));
                    return;
                }
                try {
                    for (int i = 0; i < 100; i++) {
                        inbox.untested()
                                .add(bot, updates(bot, 100 * member + i, 100 * member + i + 1), LIMITS, token(1));
                        some.countDown();
                    }
                } catch (InboxFencedException expected) {
                    some.countDown();
                }
            });
            assertThat(inbox.updates(bot)).isEqualTo(seen.get());
        }
    }
}
