package io.botfsm.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import io.botfsm.storage.StorageKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The queues under the interleavings of a few threads, which a model checker chooses: each handler runs once, in order,
 * alone in its conversation, and nothing stays behind. The same check catches queues with one fault each.
 */
@Timeout(120)
class ConversationQueuesLincheckTest {
    private static final int ITERATIONS = 5;
    private static final int INVOCATIONS = 200;
    private static final StorageKey KEY = StorageKey.bot("bot").chat(1).user(1).build();

    private static Supplier<Queues> tested = CorrectQueues::new;

    private static void check(Supplier<Queues> queues) {
        tested = queues;
        new ModelCheckingOptions()
                .iterations(ITERATIONS)
                .invocationsPerIteration(INVOCATIONS)
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(0)
                .minimizeFailedScenario(false)
                .addGuarantee(forClasses(ConcurrentHashMap.class.getName())
                        .allMethods()
                        .treatAsAtomic()) // it is; only its use is tested
                .check(Handlers.class);
    }

    @Test
    void eachRunsOnceInOrderAndAlone() {
        check(CorrectQueues::new);
    }

    @Test
    void theQueueStaysWhileTheNextRuns() {
        ConversationQueues<Integer> turns = new ConversationQueues<>();
        assertThat(turns.arrive(KEY, 1, 2)).isEqualTo(ConversationQueues.Place.FIRST);
        assertThat(turns.arrive(KEY, 2, 2)).isEqualTo(ConversationQueues.Place.BEHIND);
        assertThat(turns.arrive(KEY, 3, 2)).isEqualTo(ConversationQueues.Place.NONE);
        assertThat(turns.leave(KEY)).hasValue(2);
        assertThat(turns.giveUp(KEY, 2)).as("it has the turn").isFalse();
        assertThat(turns.arrive(KEY, 3, 2)).isEqualTo(ConversationQueues.Place.BEHIND);
        assertThat(turns.giveUp(KEY, 3)).isTrue();
        assertThat(turns.leaveToNext(KEY)).isEmpty();
        assertThat(turns.leave(KEY)).isEmpty();
        assertThat(turns.conversations()).isZero();
    }

    static Stream<Named<Supplier<Queues>>> wrongQueues() {
        return Stream.of(
                Named.of("loses a wake-up", LosesAWakeUp::new),
                Named.of("adds to a removed queue", AddsToARemovedQueue::new),
                Named.of("runs two at once", RunsTwoAtOnce::new),
                Named.of("runs twice", RunsTwice::new));
    }

    @ParameterizedTest
    @MethodSource("wrongQueues")
    void whatIsWrongIsCaught(Supplier<Queues> wrong) {
        assertThatThrownBy(() -> check(wrong)).isInstanceOf(LincheckAssertionError.class);
    }

    /** Faults that show on a single thread need no model checker. */
    static Stream<Named<Supplier<Queues>>> plainlyWrongQueues() {
        return Stream.of(
                Named.of("runs twice", RunsTwice::new),
                Named.of("runs the last first", RunsTheLastFirst::new),
                Named.of("keeps queues", KeepsQueues::new));
    }

    @ParameterizedTest
    @MethodSource("plainlyWrongQueues")
    void whatIsPlainlyWrongIsCaught(Supplier<Queues> wrong) {
        assertThatThrownBy(() -> checkOrder(wrong.get())).isInstanceOf(AssertionError.class);
    }

    @Test
    void theyComeInOrderAndLeaveNothing() {
        checkOrder(new CorrectQueues());
    }

    private static void checkOrder(Queues queues) {
        assertThat(queues.arrive(1)).isTrue();
        assertThat(queues.arrive(2)).isFalse();
        assertThat(queues.arrive(3)).isFalse();
        assertThat(queues.leave()).hasValue(2);
        assertThat(queues.leave()).hasValue(3);
        assertThat(queues.leave()).isEmpty();
        assertThat(queues.conversations()).isZero();
    }

    /** The queue operations that an isolation needs. */
    interface Queues {
        /** Returns whether the element is the first. */
        boolean arrive(Integer last);

        Optional<Integer> leave();

        boolean giveUp(Integer some);

        int conversations();
    }

    /**
     * Handlers, each a number, that run as an isolation runs them. Operations return nothing, so any order of them is
     * valid; the invariants are checked when all have ended.
     */
    public static final class Handlers {
        private final Queues queues = tested.get();
        private final AtomicInteger submitted = new AtomicInteger();
        private final AtomicInteger givenUp = new AtomicInteger();
        private final int[] handled = new int[10];
        private int count;
        private volatile boolean handling;
        private volatile boolean together;

        /** Called by the model checker. */
        public Handlers() {}

        /** Submits a handler from a thread. */
        @Operation
        public void submit(@Param(gen = ThreadIdGen.class) int thread) {
            arrive(thread);
        }

        /** Submits a handler from a thread, and gives it up if possible. */
        @Operation
        public void submitAndGiveUp(@Param(gen = ThreadIdGen.class) int thread) {
            if (queues.giveUp(arrive(thread))) {
                givenUp.incrementAndGet();
            }
        }

        private int arrive(int thread) {
            int number = submitted.incrementAndGet() * 10 + thread;
            if (queues.arrive(number)) {
                Optional<Integer> next = Optional.of(number);
                while (next.isPresent()) {
                    handle(next.get());
                    next = queues.leave();
                }
            }
            return number;
        }

        private void handle(int number) {
            together |= handling;
            handling = true;
            handled[count++] = number;
            handling = false;
        }

        /**
         * Checks the invariants at the end, with plain loops, since the model checker follows every step into
         * libraries.
         */
        @Validate
        public void eachRanOnceInOrderAndAlone() {
            require(!together, "two at once");
            int[] before = new int[10];
            for (int i = 0; i < count; i++) {
                int thread = handled[i] % 10;
                require(handled[i] > before[thread], "run twice, or out of order");
                before[thread] = handled[i];
            }
            require(count + givenUp.get() == submitted.get(), "never run, or given up and run");
            require(queues.conversations() == 0, "something is left");
        }

        private void require(boolean holds, String otherwise) {
            if (!holds) {
                throw new IllegalStateException(otherwise);
            }
        }
    }

    private static final class CorrectQueues implements Queues {
        private final ConversationQueues<Integer> turns = new ConversationQueues<>();

        @Override
        public boolean arrive(Integer last) {
            return turns.arrive(KEY, last, 100) == ConversationQueues.Place.FIRST;
        }

        @Override
        public Optional<Integer> leave() {
            return turns.leave(KEY);
        }

        @Override
        public boolean giveUp(Integer some) {
            return turns.giveUp(KEY, some);
        }

        @Override
        public int conversations() {
            return turns.conversations();
        }
    }

    /** Correct, except for what a subclass overrides. */
    static class PlainQueues implements Queues {
        final ConcurrentMap<StorageKey, Deque<Integer>> queues = new ConcurrentHashMap<>();

        @Override
        public boolean arrive(Integer last) {
            boolean[] first = {false};
            queues.compute(KEY, (key, queue) -> {
                Deque<Integer> longer = queue == null ? new ArrayDeque<>() : queue;
                first[0] = longer.isEmpty();
                add(longer, last);
                return longer;
            });
            return first[0];
        }

        void add(Deque<Integer> queue, Integer last) {
            queue.addLast(last);
        }

        @Override
        public Optional<Integer> leave() {
            Integer[] next = {null};
            queues.computeIfPresent(KEY, (key, queue) -> {
                remove(queue);
                next[0] = queue.peekFirst();
                return stays(queue) ? queue : null;
            });
            return Optional.ofNullable(next[0]);
        }

        void remove(Deque<Integer> queue) {
            queue.pollFirst();
        }

        boolean stays(Deque<Integer> queue) {
            return !queue.isEmpty();
        }

        @Override
        public boolean giveUp(Integer some) {
            boolean[] removed = {false};
            queues.computeIfPresent(KEY, (key, queue) -> {
                removed[0] = mayGiveUp(queue, some) && queue.remove(some);
                return queue.isEmpty() ? null : queue;
            });
            return removed[0];
        }

        boolean mayGiveUp(Deque<Integer> queue, Integer some) {
            return !some.equals(queue.peekFirst());
        }

        @Override
        public int conversations() {
            return queues.size();
        }
    }

    /** Checks whether a handler waits, and removes the queue in a separate step. */
    private static final class LosesAWakeUp extends PlainQueues {
        @Override
        public Optional<Integer> leave() {
            Deque<Integer> queue = queues.get(KEY);
            if (queue == null || queue.size() < 2) {
                queues.remove(KEY);
                return Optional.empty();
            }
            return super.leave();
        }
    }

    /** Looks the queue up, and adds to it in a separate step. */
    private static final class AddsToARemovedQueue extends PlainQueues {
        @Override
        public boolean arrive(Integer last) {
            Deque<Integer> queue = queues.get(KEY);
            if (queue == null) {
                return super.arrive(last);
            }
            synchronized (queue) {
                queue.addLast(last);
                return false;
            }
        }
    }

    /** Checks whether the element is the first, and adds it in a separate step. */
    private static final class RunsTwoAtOnce extends PlainQueues {
        @Override
        public boolean arrive(Integer last) {
            boolean first = !queues.containsKey(KEY);
            super.arrive(last);
            return first;
        }
    }

    /** Passes the turn to the leaving element itself, once, if others are waiting. */
    private static final class RunsTwice extends PlainQueues {
        private volatile int before;

        @Override
        void remove(Deque<Integer> queue) {
            if (queue.size() == 1 || before == queue.getFirst()) {
                super.remove(queue);
            } else {
                before = queue.getFirst();
            }
        }
    }

    /** Passes the turn to the element that arrived last. */
    private static final class RunsTheLastFirst extends PlainQueues {
        @Override
        void add(Deque<Integer> queue, Integer last) {
            Integer running = queue.pollFirst();
            queue.addFirst(last);
            if (running != null) {
                queue.addFirst(running);
            }
        }
    }

    /** Leaves empty queues behind. */
    private static final class KeepsQueues extends PlainQueues {
        @Override
        boolean stays(Deque<Integer> queue) {
            return true;
        }
    }
}
