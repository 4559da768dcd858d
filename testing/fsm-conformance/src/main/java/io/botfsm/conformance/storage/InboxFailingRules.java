package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.botfsm.conformance.Conformance.CutsOff;
import io.botfsm.conformance.Conformance.Spoils;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rule U13: outages, lost answers, records that cannot be read, a closed storage. */
abstract class InboxFailingRules extends InboxRules {
    private static final Duration CONFIGURED = Duration.ofMillis(500);

    InboxFailingRules(UpdateInboxConformance suite) {
        super(suite);
    }

    @AfterEach
    void restore() {
        if (suite instanceof CutsOff backend) {
            backend.restore();
        }
    }

    private static List<Runnable> calls(UpdateInbox inbox, String bot) {
        return List.of(
                () -> inbox.add(bot, updates(bot, 5, 7), LIMITS, NO_TOKEN),
                () -> inbox.bury(bot, update(bot, 1), "x", LIMITS, NO_TOKEN),
                () -> inbox.buryWaiting(bot, update(bot, 1), "x", LIMITS, NO_TOKEN),
                () -> inbox.remove(bot, updates(bot, 0, 1), NO_TOKEN),
                () -> inbox.waiting(bot, 0, 10),
                () -> inbox.dead(bot, 0, 10),
                () -> inbox.replay(bot, 1),
                () -> inbox.drop(bot, 1),
                () -> inbox.counts(bot),
                () -> inbox.erase(ConversationFilter.bot(bot)));
    }

    @Test
    void ruleU13_aClosedStorageHasNoInbox() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.storage().close();
        for (Runnable call : calls(inbox.untested(), bot)) {
            assertThatThrownBy(call::run).isInstanceOf(StorageClosedException.class);
        }
    }

    @Requires(Need.CUTS_OFF)
    void ruleU13_anOutageIsReportedAndEnds() {
        TestedInbox inbox = open(CONFIGURED);
        String bot = freshBot();
        inbox.add(bot, updates(bot, 0, 3));
        ((CutsOff) suite).cutOff();
        for (Runnable call : calls(inbox.untested(), bot)) {
            long begun = System.nanoTime();
            assertThatThrownBy(call::run).isInstanceOf(StorageUnavailableException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("time of a call that fails")
                    .isLessThan(CONFIGURED.multipliedBy(5).plus(suite.margin()));
        }
        ((CutsOff) suite).restore();
        time.eventually("they wait", () -> waits(inbox, bot));
        inbox.add(bot, update(bot, 4));
    }

    private static boolean waits(TestedInbox inbox, String bot) {
        try {
            return inbox.updates(bot).containsAll(updates(bot, 2, 3));
        } catch (FsmException e) {
            return false;
        }
    }

    /** Each call is repeated until it is answered, whether it had its effect before or not. */
    @Requires(Need.CUTS_OFF)
    void ruleU13_repeatedCallsHaveTheirEffectOnce() {
        TestedInbox inbox = open(CONFIGURED);
        String bot = freshBot();
        inbox.add(bot, updates(bot, 0, 3));
        inbox.bury(bot, update(bot, 8));
        inbox.bury(bot, update(bot, 9));
        List<Long> dead = inbox.dead(bot).stream().map(each -> each.position()).toList();
        UpdateInbox untested = inbox.untested();
        List<Runnable> calls = List.of(
                () -> untested.add(bot, updates(bot, 3, 5), LIMITS, NO_TOKEN),
                () -> untested.remove(bot, updates(bot, 0, 1), NO_TOKEN),
                () -> untested.bury(bot, update(bot, 1), "x", LIMITS, NO_TOKEN),
                () -> untested.replay(bot, dead.get(0)),
                () -> untested.drop(bot, dead.get(1)));
        for (Runnable call : calls) {
            List<?> before = List.of(inbox.waiting(bot), inbox.dead(bot));
            ((CutsOff) suite).loseAnswers();
            StorageUnavailableException failure = catchThrowableOfType(StorageUnavailableException.class, call::run);
            ((CutsOff) suite).restore();
            time.eventually("it is available", () -> isAnswered(() -> untested.counts(bot)));
            if (!List.of(inbox.waiting(bot), inbox.dead(bot)).equals(before)) {
                assertThat(failure.mayBeApplied())
                        .as("whether it may be applied")
                        .isTrue();
            }
            time.eventually("the call is answered", () -> isAnswered(call));
        }
        assertThat(inbox.updates(bot)).containsExactly(update(bot, 2), update(bot, 3), update(bot, 4), update(bot, 8));
        assertThat(inbox.letters(bot)).containsExactly(update(bot, 1));
        inbox.requireCounts(bot);
    }

    private static boolean isAnswered(Runnable call) {
        try {
            call.run();
            return true;
        } catch (StorageUnavailableException e) {
            return false;
        }
    }

    @Requires(Need.SPOILS)
    void ruleU13_whatCannotBeReadHidesNothing() {
        TestedInbox inbox = open();
        String bot = freshBot();
        inbox.add(bot, updates(bot, 0, 5));
        updates(bot, 10, 15).forEach(update -> inbox.bury(bot, update));
        for (int spoilt : List.of(0, 2, 11, 13)) {
            ((Spoils) suite).spoil(key(bot, spoilt));
        }
        assertThat(inbox.updates(bot)).containsExactly(update(bot, 1), update(bot, 3), update(bot, 4));
        assertThat(inbox.waiting(bot, 0, 2))
                .extracting(each -> each.update())
                .containsExactly(update(bot, 1), update(bot, 3));
        assertThat(inbox.letters(bot)).containsExactly(update(bot, 10), update(bot, 12), update(bot, 14));
        inbox.add(bot, update(bot, 6));
        inbox.remove(bot, update(bot, 1));
        inbox.bury(bot, update(bot, 3));
        assertThat(inbox.untested().erase(ConversationFilter.bot(bot).user(4))).isEqualTo(1);
        List<InboxUpdate> waiting = inbox.updates(bot);
        assertThat(waiting).containsExactly(update(bot, 6));
        inbox.remove(bot, update(bot, 0), update(bot, 2), update(bot, 6));
        assertThat(inbox.untested().counts(bot).waiting()).isZero();
    }
}
