package io.botfsm.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Timeouts whose replies are sent, or cannot be sent. */
class FiredTimeoutTest {
    enum Visit {
        HOME,
        CHECKING,
        QUIET,
        LAST,
        BY_HAND,
        DONE
    }

    record Home(String line) {}

    /** Counts the calls of a storage. */
    private static final class CountedStorage extends ForwardingStateStorage {
        private final AtomicInteger calls = new AtomicInteger();

        private CountedStorage(StateStorage storage) {
            super(storage);
        }

        @Override
        public CompletionStage<Snapshot> read(StorageKey key) {
            calls.incrementAndGet();
            return super.read(key);
        }

        @Override
        public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
            calls.incrementAndGet();
            return super.write(key, mutation);
        }
    }

    private static final Duration REDELIVERED = Duration.ofMinutes(1);

    private final StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
    private final StateStorage memory = new MemoryStateStorage();
    private final CountedStorage storage = new CountedStorage(memory);
    private final List<String> jobs = new ArrayList<>();
    private final List<String> sent = new ArrayList<>();
    private Runnable meanwhile = () -> {};
    private final Flow<String, String> flow = Flow.of(Visit.class, new Home(""), f -> {
        f.idle("idle")
                .begin("/visit"::equals, Visit.HOME)
                .begin("/quiet"::equals, Visit.QUIET)
                .begin("/last"::equals, Visit.LAST);
        f.end("/cancel"::equals, "cancelled");
        f.byHand(Set.of(Visit.BY_HAND), (turn, text) -> List.of(), now -> List.of("by hand?"));
        f.when("/language"::equals, (turn, text) -> turn.put("language", "de").again());
        f.after(Duration.ofHours(24), turn -> turn.end("let go"));
        f.state(Visit.HOME, s -> {
            s.ask("where?").to(Visit.CHECKING, Visit.BY_HAND);
            s.answer((turn, text) -> text.equals("by hand")
                    ? turn.goTo(Visit.BY_HAND)
                    : turn.data(new Home(text)).goTo(Visit.CHECKING));
            s.after(Duration.ofMinutes(30), turn -> turn.again("still there?"));
            s.after(
                    Duration.ofMinutes(60),
                    turn -> turn.data(new Home("here")).say("checking").goTo(Visit.CHECKING));
        });
        f.state(Visit.CHECKING, s -> {
            s.work(
                    job -> {
                        jobs.add(job.id());
                        meanwhile.run();
                        if (jobs.size() == 1) {
                            throw new IOException("lost");
                        }
                        return "checked";
                    },
                    (turn, result) -> turn.say(result).goTo(Visit.DONE));
            s.to(Visit.DONE);
        });
        f.state(Visit.QUIET, s -> {
            s.asks((home, now) -> List.of()).to(Visit.DONE);
            s.answer((turn, text) -> turn.goTo(Visit.DONE));
            s.after(Duration.ofMinutes(30), turn -> turn.data(new Home("quiet")).again());
        });
        f.state(Visit.LAST, s -> s.ask("last?").to(Visit.DONE).answer((turn, text) -> turn.goTo(Visit.DONE)));
        f.state(Visit.DONE, s -> s.ask(home -> "done " + home.line()));
    });
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Fsm fsm = flow.register(Fsm.builder(storage).clock(() -> now)).build();

    private List<String> say(String text) {
        return flow.handle(fsm, key, text);
    }

    private Snapshot stored() {
        return fsm.context(key).read().snapshot();
    }

    private Instant deadline() {
        return stored().deadline().orElseThrow();
    }

    /** Advances the clock to the deadline, and fires it. */
    private List<String> fire() {
        now = deadline();
        sent.clear();
        flow.fire(fsm, key, now, sent::addAll);
        return sent;
    }

    /** Advances the clock to the deadline, and fires it, but sending fails. */
    private void fireInVain() {
        now = deadline();
        assertThatThrownBy(() -> flow.fire(fsm, key, now, replies -> {
                    throw new IOException("not sent");
                }))
                .isInstanceOf(IOException.class);
    }

    @Test
    void ruleF17_whatWasNotSentIsAskedAgainWithoutTheHandler() {
        say("/visit");
        fireInVain();
        Snapshot unsent = stored();
        assertThat(unsent.deadline()).contains(now.plus(REDELIVERED));
        fireInVain();
        assertThat(deadline()).isEqualTo(now.plus(REDELIVERED));
        assertThat(fire()).containsExactly("where?");
        assertThat(deadline())
                .as("the next timeout, counted from the input")
                .isEqualTo(Instant.parse("2026-01-01T01:00:00Z"));
        assertThat(stored().attributes()).containsOnlyKeys("flow.passed").containsValue("1");
    }

    @Test
    void theDeadlineIsTheNextOneWhenTheSenderHasReturned() {
        say("/visit");
        now = deadline();
        flow.fire(fsm, key, now, replies -> {
            assertThat(replies).containsExactly("still there?", "where?");
            assertThat(deadline()).as("while sending").isEqualTo(now.plus(REDELIVERED));
        });
        assertThat(deadline()).isEqualTo(Instant.parse("2026-01-01T01:00:00Z"));
    }

    @Test
    void aConversationThatEndsIsKeptUntilItsLastWordsAreSent() {
        say("/last");
        fireInVain();
        assertThat(stored().state()).isEmpty();
        assertThat(deadline()).isEqualTo(now.plus(REDELIVERED));
        assertThat(fire()).containsExactly("idle");
        assertThat(nothingIsLeft()).isTrue();
        say("/last");
        assertThat(fire()).containsExactly("let go", "idle");
        assertThat(nothingIsLeft()).isTrue();
    }

    private boolean nothingIsLeft() {
        Snapshot stored = stored();
        return stored.state().isEmpty()
                && stored.data().isEmpty()
                && stored.attributes().isEmpty()
                && stored.deadline().isEmpty();
    }

    @Test
    void dataOfTheChatOutlivesTheLastWords() {
        say("/language");
        say("/last");
        fireInVain();
        assertThat(stored().data()).containsOnlyKeys("language");
        fire();
        assertThat(stored().data()).containsOnlyKeys("language");
        assertThat(stored().attributes()).isEmpty();
        assertThat(stored().deadline()).isEmpty();
    }

    @Test
    void ruleF17_aUserWhoIsFasterThanTheRedeliveryNeedsNone() {
        say("/visit");
        fireInVain();
        Instant redelivery = deadline();
        now = now.plusSeconds(30);
        assertThat(say("/visit")).containsExactly("where?");
        assertThat(stored().attributes()).isEmpty();
        assertThat(deadline()).as("counted from the input").isEqualTo(now.plus(Duration.ofMinutes(30)));
        flow.fire(fsm, key, redelivery, sent::addAll);
        assertThat(sent).isEmpty();
        assertThat(fire()).as("the timeout of now").containsExactly("still there?", "where?");
    }

    @Test
    void aUserWhoSaysSomethingAfterTheEndEndsTheRedelivery() {
        say("/last");
        fireInVain();
        assertThat(say("hello")).containsExactly("idle");
        assertThat(nothingIsLeft()).isTrue();
    }

    @Test
    void aUserWhoAnswersWhileTheRepliesAreSentIsNotTouched() {
        say("/visit");
        now = deadline();
        List<Snapshot> answered = new ArrayList<>();
        flow.fire(fsm, key, now, replies -> {
            say("/quiet");
            answered.add(stored());
        });
        assertThat(answered).containsExactly(stored());
    }

    @Test
    void anInstanceThatIsLateAcknowledgesNothing() {
        say("/visit");
        now = deadline();
        List<Snapshot> redelivered = new ArrayList<>();
        flow.fire(fsm, key, now, slowly -> {
            fireInVain(); // another instance fires the redelivery meanwhile
            redelivered.add(stored());
        });
        assertThat(redelivered).containsExactly(stored());
        assertThat(fire()).containsExactly("where?");
    }

    /** The storage's clock is right, the machine's is a minute and a half behind. */
    @Test
    void aClockThatIsBehindMakesNothingDueForAnotherInstanceAtOnce() throws Exception {
        now = Instant.now().minusSeconds(90).minus(Duration.ofMinutes(30));
        say("/visit");
        now = Instant.now().minusSeconds(90);
        fsm.handle(key, turn -> turn.timeout(Duration.ofSeconds(89)));
        DeadlineQueue queue = memory.extension(DeadlineQueue.class).orElseThrow();
        DueConversation due = queue.due(1, 10).get(0);
        assertThat(queue.defer(due, Instant.now().plus(Duration.ofMinutes(1)))).isTrue();
        List<String> words = new ArrayList<>();
        flow.fire(fsm, key, due.deadline(), replies -> {
            words.addAll(replies);
            assertThat(queue.due(1, 10)).isEmpty();
        });
        assertThat(words).containsExactly("still there?", "where?");
    }

    @Test
    void workOfATimeoutIsNotDueAtOnceByAClockThatIsBehind() {
        say("/visit");
        fire();
        Instant due = deadline();
        now = due.minusSeconds(90);
        assertThatThrownBy(() -> flow.fire(fsm, key, due, sent::addAll)).isInstanceOf(WorkFailedException.class);
        assertThat(deadline()).isEqualTo(due.plus(Duration.ofMinutes(1)));
    }

    @Test
    void anEndWhileRepliesAreUnsentLeavesNoDeadlineBesideDataOfTheChat() {
        say("/language");
        say("/visit");
        fireInVain();
        assertThat(say("/cancel")).containsExactly("cancelled", "idle");
        assertThat(stored().data()).containsOnlyKeys("language");
        assertThat(stored().deadline()).isEmpty();
        assertThat(stored().attributes()).isEmpty();
    }

    @Test
    void aStateByHandThatIsEnteredWhileRepliesAreUnsentHasNoDeadline() {
        say("/visit");
        fireInVain();
        assertThat(say("by hand")).containsExactly("by hand?");
        assertThat(stored().deadline()).isEmpty();
        assertThat(stored().attributes()).doesNotContainKeys("flow.passed", "flow.unsent");
    }

    @Test
    void aDeadlineThatCodeOfTheBotsOwnHasSetIsLeftToIt() {
        say("/visit");
        say("by hand");
        fsm.handle(key, turn -> turn.timeout(Duration.ofMinutes(5)));
        assertDeadlineIsLeftAlone();
        say("/cancel");
        fsm.handle(key, turn -> turn.put("language", "de").timeout(Duration.ofMinutes(5)));
        assertDeadlineIsLeftAlone();
        fsm.handle(key, turn -> turn.state("Visit:GONE").timeout(Duration.ofMinutes(5)));
        assertDeadlineIsLeftAlone();
    }

    private void assertDeadlineIsLeftAlone() {
        Snapshot before = stored();
        now = deadline();
        assertThat(flow.fire(fsm, key, now, sent::addAll)).isFalse();
        assertThat(sent).isEmpty();
        assertThat(stored()).isEqualTo(before);
        assertThat(flow.fire(fsm, key, now.minusMillis(10), sent::addAll))
                .as("another was faster")
                .isTrue();
    }

    @Test
    void wordsThatATimeoutSaysInAStateByHandAreAskedAgain() {
        say("/visit");
        fireInVain();
        fsm.context(key).setState("Visit:BY_HAND");
        assertThat(fire()).containsExactly("by hand?");
        assertThat(stored().attributes()).doesNotContainKey("flow.unsent");
    }

    @Test
    void ruleF19_anInputInAStateOfAnotherBuildLeavesTheRedeliveryToIt() {
        say("/visit");
        fireInVain();
        Snapshot visiting = stored();
        fsm.handle(
                key,
                turn -> turn.state("Visit:GONE")
                        .timeout(Duration.between(now, visiting.deadline().orElseThrow())));
        Map<String, String> marks = stored().attributes();
        assertThat(say("hello")).containsExactly("idle");
        assertThat(stored().deadline()).isEqualTo(visiting.deadline());
        assertThat(stored().attributes()).isEqualTo(marks).containsKey("flow.unsent");
        say("/visit");
        assertThat(stored().attributes()).isEmpty();
        assertThat(deadline()).isEqualTo(now.plus(Duration.ofMinutes(30)));
    }

    @Test
    void anInstanceAcknowledgesOnlyWhatItHasStoredItself() {
        say("/visit");
        fire();
        jobs.add("an earlier one, which failed");
        meanwhile = () -> {
            meanwhile = () -> {};
            fireInVain(); // another instance does the work and stores its result, but cannot send it
        };
        now = deadline();
        sent.clear();
        flow.fire(fsm, key, now, sent::addAll);
        assertThat(sent).containsExactly("checking");
        assertThat(stored().attributes()).containsKey("flow.unsent");
        assertThat(fire()).containsExactly("done here");
    }

    @Test
    void aStateThatOtherCodeHasSetEndsTheRedelivery() {
        say("/last");
        fireInVain();
        fsm.handle(key, turn -> turn.state("Visit:LAST").timeout(Duration.ofMinutes(5)));
        assertThat(fire()).as("a timeout of its own").containsExactly("let go", "idle");
        assertThat(nothingIsLeft()).isTrue();
    }

    @Test
    void theRedeliveryInAStateOfAnotherBuildIsLeftToIt() {
        say("/visit");
        fireInVain();
        fsm.handle(
                key,
                turn -> turn.snapshot()
                        .deadline()
                        .map(due -> turn.state("Visit:GONE").timeout(Duration.between(now, due))));
        Snapshot before = stored();
        assertThat(fire()).isEmpty();
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void theResultOfWorkIsKeptUntilItIsSentAndTheWorkIsNotRepeated() {
        say("/visit");
        fire();
        now = deadline();
        assertThatThrownBy(() -> flow.fire(fsm, key, now, sent::addAll)).isInstanceOf(WorkFailedException.class);
        assertThat(deadline()).as("the work is due again").isEqualTo(now.plus(Duration.ofMinutes(1)));
        fireInVain();
        assertThat(stored().state()).contains("Visit:DONE");
        assertThat(fire()).containsExactly("done here");
        assertThat(jobs).hasSize(2).allMatch(jobs.get(0)::equals);
        assertThat(stored().deadline()).isEmpty();
        assertThat(stored().attributes()).isEmpty();
    }

    @Test
    void firingIsTwoTurnsWithRepliesAndOneWithoutAndARead() {
        say("/visit");
        now = deadline();
        assertThat(calls(now)).isEqualTo(4);
        assertThat(calls(now)).as("somebody was faster").isEqualTo(1);
        say("/quiet");
        now = deadline();
        assertThat(calls(now)).isEqualTo(2);
        assertThat(stored().data()).containsEntry("Visit:line", "\"quiet\"");
    }

    private int calls(Instant due) {
        int before = storage.calls.get();
        flow.fire(fsm, key, due, replies -> {});
        return storage.calls.get() - before;
    }
}
