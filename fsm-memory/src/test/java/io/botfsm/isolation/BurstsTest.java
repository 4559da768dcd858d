package io.botfsm.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * 1,000 users with 100 updates each, at once: each conversation sees its own updates in order and once, and nothing is
 * left behind.
 */
@Timeout(300)
class BurstsTest {
    private static final int USERS = 1_000;
    private static final int UPDATES = 100;
    private static final int THREADS = 64;
    private static final int BURST = 10;
    private static final long SEED = 4711;
    private static final long TOLERATED_BYTES = 8 << 20;

    private final QueuedIsolation isolation = EventIsolation.builder()
            .inTotal(2_000)
            .submitTimeout(Duration.ofMinutes(5))
            .queued();
    private final AtomicLong failures = new AtomicLong();

    /** A handler that failed on purpose: its update is submitted again. */
    private static final class OnPurposeException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Test
    void everyConversationSeesItsUpdatesInOrderAndOnce() throws Exception {
        run(); // a warm-up, which loads and compiles the classes
        long before = heap();
        run();
        assertThat(heap() - before).as("bytes more than before").isLessThan(TOLERATED_BYTES);
    }

    private void run() throws Exception {
        failures.set(0);
        long begin = System.nanoTime();
        try (MemoryStateStorage storage = new MemoryStateStorage()) {
            Fsm fsm = Fsm.of(storage);
            ExecutorService submitters = Executors.newFixedThreadPool(THREADS);
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int first = thread;
                all.add(submitters.submit(() -> submitAll(fsm, first)));
            }
            for (Future<?> each : all) {
                each.get();
            }
            submitters.shutdown();
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            System.out.println(String.format(
                    Locale.ROOT,
                    "[measured] %,d users × %d updates through %d threads: %,d ms, %,d failed and came again",
                    USERS,
                    UPDATES,
                    THREADS,
                    millis,
                    failures.get()));
            List<Integer> expected = IntStream.range(0, UPDATES).boxed().toList();
            for (int user = 0; user < USERS; user++) {
                Seen seen = fsm.context(key(user)).read().data(Seen.class).orElseThrow();
                assertThat(seen.updates()).as("of user %d", user).isEqualTo(expected);
            }
        }
        assertThat(failures).hasPositiveValue();
        Awaitility.await().until(() -> isolation.handlers() == 0);
        assertThat(isolation.conversations()).isZero();
    }

    /** What a conversation has seen. */
    record Seen(List<Integer> updates) {
        Seen with(int update) {
            List<Integer> more = new ArrayList<>(updates);
            more.add(update);
            return new Seen(more);
        }
    }

    private static StorageKey key(int user) {
        return StorageKey.bot("bot").chat(1).user(user).build();
    }

    /** Submits the updates of every 64th user in bursts. A failed update and those after it are submitted again. */
    private void submitAll(Fsm fsm, int first) {
        Random random = new Random(SEED + first);
        int[] next = new int[USERS];
        boolean goesOn = true;
        while (goesOn) {
            goesOn = false;
            List<Burst> bursts = new ArrayList<>();
            for (int user = first; user < USERS; user += THREADS) {
                bursts.add(submit(fsm, user, next[user], Math.min(next[user] + 1 + random.nextInt(BURST), UPDATES)));
            }
            for (Burst burst : bursts) {
                next[burst.user] = burst.awaitFirstFailed();
                goesOn |= next[burst.user] < UPDATES;
            }
        }
    }

    /** Consecutive updates of one user, and the order in which they ran. */
    private static final class Burst {
        private final int user;
        private final int from;
        private final List<CompletionStage<?>> stages = new ArrayList<>();
        private final List<Integer> ran = new ArrayList<>(); // accessed by one thread at a time

        private Burst(int user, int from) {
            this.user = user;
            this.from = from;
        }

        /** Waits for all updates. Returns the first one that failed, or the one after the last. */
        private int awaitFirstFailed() {
            int next = from + stages.size();
            for (int i = stages.size() - 1; i >= 0; i--) {
                Optional<Throwable> failure = failure(stages.get(i));
                if (failure.isPresent()) {
                    next = from + i;
                    // If the update before it did not fail, this one failed on purpose, not because of a gap.
                    boolean follows = i > 0 && failure(stages.get(i - 1)).isPresent();
                    assertThat(follows || failure.get() instanceof OnPurposeException)
                            .as("%d of user %d: %s", next, user, failure)
                            .isTrue();
                }
            }
            assertThat(ran)
                    .as("of user %d", user)
                    .isEqualTo(
                            IntStream.range(from, from + stages.size()).boxed().toList());
            return next;
        }

        private static Optional<Throwable> failure(CompletionStage<?> stage) {
            return stage.<Optional<Throwable>>handle((value, failure) ->
                            Optional.ofNullable(failure).map(f -> f instanceof CompletionException ? f.getCause() : f))
                    .toCompletableFuture()
                    .join();
        }
    }

    private Burst submit(Fsm fsm, int user, int from, int to) {
        Burst burst = new Burst(user, from);
        for (int update = from; update < to; update++) {
            int number = update;
            burst.stages.add(isolation.submit(key(user), () -> {
                burst.ran.add(number);
                return handle(fsm, user, number);
            }));
        }
        return burst;
    }

    private Handled<Boolean> handle(Fsm fsm, int user, int update) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        LockSupport.parkNanos(random.nextLong(100_000));
        failSometimes(random);
        Handled<Boolean> handled = fsm.handle(key(user), update, turn -> {
            Seen seen = turn.data(Seen.class).orElse(new Seen(List.of()));
            if (seen.updates().size() != update) {
                throw new IllegalStateException("one before has failed");
            }
            turn.data(seen.with(update));
            return true;
        });
        failSometimes(random); // after the commit: when redelivered, it is recognized as repeated
        return handled;
    }

    private void failSometimes(ThreadLocalRandom random) {
        if (random.nextInt(100) == 0) {
            failures.incrementAndGet();
            throw new OnPurposeException();
        }
    }

    private static long heap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
