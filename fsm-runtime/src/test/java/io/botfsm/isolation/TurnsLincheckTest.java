package io.botfsm.isolation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.StorageKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The queues under the interleavings of a few threads, which a model checker chooses: each handler runs once, in order, alone in
 * its conversation, and nothing stays behind. The same check catches queues with one fault each.
 */
@Timeout(300)
class TurnsLincheckTest {
    private static final int INVOCATIONS = 500;
    private static final StorageKey KEY = StorageKey.bot("bot").chat(1).user(1).build();

    private static void check(Supplier<Queues> queues) {
        check(queues, Handlers::submitTwo, 3);
        check(queues, Handlers::submitAndGiveUp, 2);
    }

    private static void check(Supplier<Queues> queues, Consumer<Handlers> other, int submitted) {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            Handlers handlers = new Handlers(queues.get());
            Thread one = new Thread(handlers::submit);
            Thread two = new Thread(() -> other.accept(handlers));
            one.start();
            two.start();
            joined(one);
            joined(two);
            handlers.requireEachRanOnceInOrderAndAlone(submitted);
        });
    }

    private static void joined(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void eachRunsOnceInOrderAndAlone() {
        check(RightQueues::new);
    }

    static Stream<Named<Supplier<Queues>>> wrongs() {
        return Stream.of(
                Named.of("loses a wake-up", LosesAWakeUp::new),
                Named.of("adds to a removed queue", AddsToARemovedQueue::new),
                Named.of("runs two at once", RunsTwoAtOnce::new),
                Named.of("removes the queue too early", RemovesTheQueueTooEarly::new),
                Named.of("runs twice", RunsTwice::new),
                Named.of("runs the last first", RunsTheLastFirst::new),
                Named.of("gives up who runs", GivesUpWhoRuns::new),
                Named.of("keeps queues", KeepsQueues::new));
    }

    @ParameterizedTest
    @MethodSource("wrongs")
    void whatIsWrongIsCaught(Supplier<Queues> wrong) {
        assertThatThrownBy(() -> check(wrong)).isInstanceOf(LincheckAssertionError.class);
    }

    /** What an isolation needs of its queues. */
    interface Queues {
        /** Whether it is the first. */
        boolean arrive(Integer last);

        Optional<Integer> leave();

        boolean giveUp(Integer some);

        int conversations();
    }

    /** Handlers as an isolation runs them, each a number. */
    private static final class Handlers {
        private final Queues queues;
        private final int[] handled = new int[10];
        private int count;
        private volatile boolean handling;
        private volatile boolean together;
        private volatile boolean gaveUp;

        Handlers(Queues queues) {
            this.queues = queues;
        }

        void submit() {
            arrive(1);
        }

        void submitTwo() {
            arrive(2);
            arrive(3);
        }

        void submitAndGiveUp() {
            arrive(4);
            gaveUp = queues.giveUp(4);
        }

        private void arrive(int number) {
            if (queues.arrive(number)) {
                Optional<Integer> next = Optional.of(number);
                while (next.isPresent()) {
                    handle(next.get());
                    next = queues.leave();
                }
            }
        }

        private void handle(int number) {
            together |= handling;
            handling = true;
            handled[count++] = number;
            handling = false;
        }

        void requireEachRanOnceInOrderAndAlone(int submitted) {
            List<Integer> all = IntStream.of(handled).limit(count).boxed().toList();
            require(!together, "two at once", all);
            require(Set.copyOf(all).size() == count, "run twice", all);
            require(count == (gaveUp ? submitted - 1 : submitted), "never run, or given up and run", all);
            require(all.indexOf(2) <= all.indexOf(3), "out of order", all);
            require(queues.conversations() == 0, "something is left", all);
        }

        private static void require(boolean holds, String otherwise, List<Integer> all) {
            if (!holds) {
                throw new IllegalStateException(otherwise + ": " + all);
            }
        }
    }

    private static final class RightQueues implements Queues {
        private final Turns<Integer> turns = new Turns<>();

        @Override
        public boolean arrive(Integer last) {
            return turns.arrive(KEY, last, 100) == Turns.Place.FIRST;
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

    /** Right, but for what a subclass does otherwise. */
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
            List<Integer> next = new ArrayList<>();
            queues.computeIfPresent(KEY, (key, queue) -> {
                remove(queue);
                next.addAll(queue);
                return stays(queue) ? queue : null;
            });
            return next.stream().findFirst();
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

    /** Looks whether somebody waits, and removes the queue then. */
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

    /** Looks the queue up, and adds to it then. */
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

    /** Looks whether it is the first, and arrives then. */
    private static final class RunsTwoAtOnce extends PlainQueues {
        @Override
        public boolean arrive(Integer last) {
            boolean first = !queues.containsKey(KEY);
            super.arrive(last);
            return first;
        }
    }

    /** Removes the queue when nobody is behind the next. */
    private static final class RemovesTheQueueTooEarly extends PlainQueues {
        @Override
        boolean stays(Deque<Integer> queue) {
            return queue.size() > 1;
        }
    }

    /** Passes on to whoever leaves, if somebody came meanwhile. */
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

    /** A stack. */
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

    /** Takes who runs for who waits. */
    private static final class GivesUpWhoRuns extends PlainQueues {
        @Override
        boolean mayGiveUp(Deque<Integer> queue, Integer some) {
            return true;
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
