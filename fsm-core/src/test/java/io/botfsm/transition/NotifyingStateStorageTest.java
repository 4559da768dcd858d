package io.botfsm.transition;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.OneConversation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class NotifyingStateStorageTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(-2).user(3).build();

    private final OneConversation backend = new OneConversation();
    private final List<String> notified = new ArrayList<>();
    private final List<Transition> transitions = new ArrayList<>();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final StateStorage storage = new NotifyingStateStorage(backend, List.of(this::collect), Runnable::run);

    private void collect(Transition transition) {
        transitions.add(transition);
        notified.add(transition.from().orElse("-") + ">" + transition.to().orElse("-"));
    }

    private void write(Mutation.Builder change) {
        var unused = storage.write(KEY, change.build());
    }

    @Test
    void aChangeSaysWhenItWasAndHowLongTheStateBeforeLasted() {
        Instant begun = backend.now;
        write(Mutation.builder().state("A"));
        backend.now = begun.plusSeconds(30);
        write(Mutation.builder().state("A").put("a", "1"));
        backend.now = begun.plusSeconds(90);
        write(Mutation.builder().state("B"));

        assertThat(transitions).hasSize(2);
        assertThat(transitions.get(0).at()).hasValue(begun);
        assertThat(transitions.get(0).timeInPreviousState()).isEmpty();
        assertThat(transitions.get(1).at()).hasValue(begun.plusSeconds(90));
        assertThat(transitions.get(1).timeInPreviousState()).hasValue(Duration.ofSeconds(90));
    }

    @Test
    void noStateLastsLessThanNothingWhenAClockIsSetBack() {
        Instant now = backend.now;
        Applied earlier =
                Applied.of(Optional.of("A"), Optional.of("B"), 7, 8).timed(Optional.of(now), now.minusSeconds(5));
        assertThat(Transition.of(KEY, earlier).timeInPreviousState()).hasValue(Duration.ZERO);
        assertThat(Transition.of(KEY, Optional.of("A"), Optional.of("B")).timeInPreviousState())
                .isEmpty();
        assertThat(Transition.of(KEY, Optional.of("A"), Optional.of("B")).at()).isEmpty();
    }

    @Test
    void whatIsCarriedOverIsNotReported() {
        write(Mutation.builder().carryOver().state("A"));
        write(Mutation.builder().state("B"));
        write(Mutation.builder().carryOver().clearState().replaceData(Map.of()));
        write(Mutation.builder().state("A"));
        assertThat(notified).containsExactly("A>B", "->A");
    }

    @Test
    void everyChangeOfStateIsReportedAndNothingElse() {
        write(Mutation.builder().state("A"));
        write(Mutation.builder().state("A"));
        write(Mutation.builder().put("x", "1"));
        write(Mutation.builder().state("B").expectState("C"));
        write(Mutation.builder().state("B"));
        backend.failure = Optional.of(new FsmException("no"));
        write(Mutation.builder().state("C"));
        backend.failure = Optional.empty();
        write(Mutation.builder().clearState().replaceData(Map.of()));
        write(Mutation.builder().state("A"));
        assertThat(notified).containsExactly("->A", "A>B", "B>-", "->A");
    }

    @Test
    void theOrderIsThatOfTheStorageWhateverTheOrderOfItsAnswers() {
        backend.holdAnswers();
        write(Mutation.builder().state("A"));
        write(Mutation.builder().clearState());
        write(Mutation.builder().state("B"));
        write(Mutation.builder().state("C"));
        backend.answer(3);
        backend.answer(1);
        backend.answer(2);
        assertThat(notified).isEmpty();
        backend.answer(0);
        assertThat(notified).containsExactly("->A", "A>-", "->B", "B>C");
    }

    @Test
    void aChangeWaitsForNoWriteThatBeganAfterItWasStored() {
        backend.holdAnswers();
        write(Mutation.builder().state("A"));
        write(Mutation.builder().put("x", "1"));
        backend.answer(0);
        assertThat(notified).isEmpty();
        write(Mutation.builder().state("B"));
        backend.answer(1);
        assertThat(notified).as("though a third write is under way").containsExactly("->A");
        backend.answer(2);
        assertThat(notified).containsExactly("->A", "A>B");
    }

    @Test
    void aWriteThatFailsHoldsUpNothing() {
        backend.holdAnswers();
        backend.failure = Optional.of(new FsmException("no"));
        write(Mutation.builder().state("X"));
        backend.failure = Optional.empty();
        write(Mutation.builder().state("A"));
        backend.answer(1);
        backend.answer(0);
        assertThat(notified).containsExactly("->A");
    }

    @Test
    void theWriterFindsItInTheQueueWhenItsOwnStageEnds() {
        StateStorage later = new NotifyingStateStorage(backend, List.of(this::collect), tasks::add);
        later.write(KEY, Mutation.builder().state("A").build())
                .toCompletableFuture()
                .join();
        assertThat(tasks).hasSize(1);
        later.write(KEY, Mutation.builder().state("B").build())
                .toCompletableFuture()
                .join();
        assertThat(tasks).as("one task notifies of all").hasSize(1);
        tasks.remove().run();
        assertThat(notified).containsExactly("->A", "A>B");
        later.write(KEY, Mutation.builder().state("C").build())
                .toCompletableFuture()
                .join();
        assertThat(tasks).hasSize(1);
    }

    @Test
    void aListenerThatFailsIsAsGoodAsOneThatDoesNot() {
        StateStorage bad = new NotifyingStateStorage(
                backend,
                List.of(
                        transition -> {
                            throw new IllegalStateException("a listener's own");
                        },
                        this::collect),
                Runnable::run);
        bad.write(KEY, Mutation.builder().state("A").build())
                .toCompletableFuture()
                .join();
        bad.write(KEY, Mutation.builder().state("B").build())
                .toCompletableFuture()
                .join();
        assertThat(notified).containsExactly("->A", "A>B");
    }

    @Test
    void aListenerMayWrite() {
        OneConversation one = new OneConversation();
        StateStorage[] own = new StateStorage[1];
        own[0] = new NotifyingStateStorage(
                one,
                List.of(this::collect, transition -> {
                    if (transition.to().equals(Optional.of("A"))) {
                        own[0].write(KEY, Mutation.builder().state("B").build())
                                .toCompletableFuture()
                                .join();
                    }
                }),
                Runnable::run);
        own[0].write(KEY, Mutation.builder().state("A").build())
                .toCompletableFuture()
                .join();
        assertThat(notified).containsExactly("->A", "A>B");
    }

    @Test
    void whatTooManyWaitForIsLeftOutAndCounted() {
        List<Long> discarded = new ArrayList<>();
        TransitionListener listener = new TransitionListener() {
            @Override
            public void onTransition(Transition transition) {
                collect(transition);
            }

            @Override
            public void onDiscarded(long count) {
                discarded.add(count);
            }
        };
        Notifications few = Notifications.on(tasks::add, List.of(listener), 2);
        for (String state : List.of("A", "B", "C", "D")) {
            few.add(Transition.of(KEY, Optional.empty(), Optional.of(state)));
            few.deliverLater();
        }
        tasks.remove().run();
        assertThat(notified).containsExactly("->A", "->B");
        assertThat(discarded).containsExactly(2L);
        few.add(Transition.of(KEY, Optional.empty(), Optional.of("E")));
        few.deliverLater();
        tasks.remove().run();
        assertThat(notified).containsExactly("->A", "->B", "->E");
        assertThat(discarded).containsExactly(2L);
    }

    @Test
    void anExecutorThatRefusesLosesWhatWaitsAndNoWrite() {
        boolean[] refuses = {true};
        StateStorage refused = new NotifyingStateStorage(backend, List.of(this::collect), task -> {
            if (refuses[0]) {
                throw new RejectedExecutionException("shut down");
            }
            task.run();
        });
        refused.write(KEY, Mutation.builder().state("A").build())
                .toCompletableFuture()
                .join();
        refuses[0] = false;
        refused.write(KEY, Mutation.builder().state("B").build())
                .toCompletableFuture()
                .join();
        assertThat(notified).containsExactly("A>B");
    }

    private static Outcome stored(StateStorage storage, String state) {
        return storage.write(KEY, Mutation.builder().state(state).build())
                .toCompletableFuture()
                .join();
    }

    @Test
    void anExecutorOutOfMemoryLosesNoWriteAndNoLaterChange() {
        Queue<Error> errors = new ArrayDeque<>(List.of(new OutOfMemoryError("unable to create native thread")));
        StateStorage exhausted = new NotifyingStateStorage(backend, List.of(this::collect), task -> {
            if (!errors.isEmpty()) {
                throw errors.remove();
            }
            task.run();
        });
        assertThat(stored(exhausted, "A")).isInstanceOf(Applied.class);
        assertThat(stored(exhausted, "B")).isInstanceOf(Applied.class);
        assertThat(notified).containsExactly("A>B");
    }

    @Test
    void anExecutorThatRunsWhatItHasRefusedDeliversOnceAndInOrder() {
        StateStorage undecided = new NotifyingStateStorage(backend, List.of(this::collect), task -> {
            tasks.add(task);
            if (tasks.size() == 1) {
                throw new RejectedExecutionException("or not");
            }
        });
        assertThat(stored(undecided, "A")).isInstanceOf(Applied.class);
        assertThat(stored(undecided, "B")).isInstanceOf(Applied.class);
        tasks.remove().run();
        assertThat(notified).as("what was refused begins no more").isEmpty();
        tasks.remove().run();
        assertThat(notified).containsExactly("A>B");
    }

    @Test
    void aFailingListenerAndAFailingAppenderLeaveTheOthersAlone() {
        Logger logger = (Logger) LoggerFactory.getLogger(NotifyingStateStorage.class);
        AppenderBase<ILoggingEvent> failing = FailingAppender.started();
        logger.addAppender(failing);
        try {
            StateStorage both = new NotifyingStateStorage(
                    backend,
                    List.of(
                            transition -> {
                                throw new StackOverflowError("in a listener");
                            },
                            this::collect),
                    Runnable::run);
            assertThat(stored(both, "A")).isInstanceOf(Applied.class);
            assertThat(stored(both, "B")).isInstanceOf(Applied.class);
        } finally {
            logger.detachAppender(failing);
        }
        assertThat(notified).containsExactly("->A", "A>B");
    }

    @Test
    void anInterruptThatAListenerLeavesIsNobodyElses() {
        List<Boolean> interrupted = new ArrayList<>();
        StateStorage both = new NotifyingStateStorage(
                backend,
                List.of(
                        transition -> Thread.currentThread().interrupt(),
                        transition -> interrupted.add(Thread.currentThread().isInterrupted())),
                Runnable::run);
        stored(both, "A");
        assertThat(interrupted).containsExactly(false);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        Thread.currentThread().interrupt();
        stored(both, "B");
        assertThat(Thread.interrupted()).as("the caller's own interrupt stays").isTrue();
    }

    @Test
    void listenersRunOnAThreadOfTheirOwnAndHoldUpNoWrite() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<String> thread = new CompletableFuture<>();
        StateStorage own = new NotifyingStateStorage(backend, List.of(transition -> {
            thread.complete(Thread.currentThread().getName());
            await(release);
        }));
        for (int i = 0; i < 10; i++) {
            own.write(KEY, Mutation.builder().state("S" + i).build())
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        }
        assertThat(thread.get(10, TimeUnit.SECONDS)).isEqualTo("botfsm-transitions");
        release.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void nothingIsKeptOfAConversationThatIsNotBeingWritten() {
        TransitionOrder order = new TransitionOrder(transition -> {});
        for (int user = 0; user < 100; user++) {
            StorageKey key = StorageKey.bot(1).chat(1).user(user).build();
            long first = order.begin(key);
            long second = order.begin(key);
            order.end(key, second, Optional.empty());
            assertThat(order.size()).isOne();
            order.end(key, first, Optional.empty());
        }
        assertThat(order.size()).isZero();
    }
}
