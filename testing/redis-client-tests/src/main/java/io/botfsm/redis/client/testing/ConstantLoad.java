package io.botfsm.redis.client.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.UnconfirmedWriteException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Writes to several conversations, one writer for each, with every write numbered in state and data alike. Detects
 * writes that were torn or applied twice, counts acknowledged ones that are lost, and waits until writes work again.
 */
public final class ConstantLoad implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(2);

    private final StateStorage storage;
    private final List<StorageKey> keys;
    private final AtomicBoolean done = new AtomicBoolean();
    private final ExecutorService pool;
    private final List<Future<Ledger>> writers = new ArrayList<>();
    private final Map<StorageKey, Long> lastSuccess = new ConcurrentHashMap<>();
    private final Map<StorageKey, Throwable> lastFailure = new ConcurrentHashMap<>();
    private final AtomicInteger acknowledged = new AtomicInteger();

    /** What one writer has seen. */
    private static final class Ledger {
        private final StorageKey key;
        private int number;
        private int acknowledged;
        private int lost;
        private int refused;
        private int unknown;

        /** The version of the last acknowledged write, and how many later writes may have been applied. */
        private long version;

        private int unknownSince;

        Ledger(StorageKey key) {
            this.key = key;
        }

        Mutation next() {
            number++;
            return Mutation.builder()
                    .state("S" + number)
                    .put("n", Integer.toString(number))
                    .build();
        }

        void applied(Applied applied) {
            if (acknowledged++ > 0) {
                long others = applied.previousVersion() - version;
                assertThat(others)
                        .as("writes between two acknowledged ones, of %s", key)
                        .isLessThanOrEqualTo(unknownSince);
                if (others < 0) {
                    lost += (int) Math.min(acknowledged - 1, -others); // all, if the conversation is gone
                }
            }
            assertThat(applied.state()).isEqualTo(Optional.of("S" + number));
            version = applied.version();
            unknownSince = 0;
        }

        /** Counts a write that may have been applied. */
        void unconfirmed() {
            unknown++;
            unknownSince++;
        }

        void failed(StorageUnavailableException failure) {
            if (failure.mayBeApplied()) {
                unconfirmed();
            } else {
                refused++;
            }
        }
    }

    /** Sums of all writers. */
    public record Sums(int acknowledged, int lost, int notExecuted, int unknown) {}

    public ConstantLoad(StateStorage storage, List<StorageKey> keys) {
        this.storage = storage;
        this.keys = keys;
        this.pool = Executors.newFixedThreadPool(keys.size());
        keys.forEach(key -> writers.add(pool.submit(() -> write(key))));
        awaitSuccessAfter(System.nanoTime());
    }

    private Ledger write(StorageKey key) throws Exception {
        Ledger ledger = new Ledger(key);
        while (!done.get()) {
            long begin = System.nanoTime();
            try {
                ledger.applied((Applied) storage.write(key, ledger.next())
                        .toCompletableFuture()
                        .get(Calls.PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
                lastSuccess.put(key, begin);
                acknowledged.incrementAndGet();
            } catch (ExecutionException e) {
                lastFailure.put(key, e.getCause());
                if (e.getCause() instanceof UnconfirmedWriteException) {
                    ledger.unconfirmed();
                    lastSuccess.put(key, begin); // the server takes writes
                } else if (e.getCause() instanceof StorageUnavailableException failure) {
                    ledger.failed(failure);
                } else {
                    throw new AssertionError("not the expected failure", e.getCause());
                }
            }
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos()); // the rate of the load
        }
        return ledger;
    }

    /** Waits until every conversation has been written by a write that began after the moment. */
    public void awaitSuccessAfter(long moment) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(failuresSince(moment)).isEmpty());
    }

    /**
     * The last failure of each conversation that has not been written since, unless a writer has found something wrong.
     */
    private Map<StorageKey, String> failuresSince(long moment) {
        return hasEnded()
                ? Map.of()
                : keys.stream()
                        .filter(key -> !isAfter(lastSuccess.get(key), moment))
                        .collect(Collectors.toMap(key -> key, key -> reasons(lastFailure.get(key))));
    }

    private static String reasons(@Nullable Throwable failure) {
        return Stream.<Throwable>iterate(failure, Objects::nonNull, Throwable::getCause)
                .map(Throwable::toString)
                .collect(Collectors.joining("; "));
    }

    /** Waits until so many more writes have been acknowledged. */
    public void awaitAcknowledged(int more) {
        int all = acknowledged.get() + more;
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> hasEnded() || acknowledged.get() >= all);
    }

    /** Whether a writer has found something wrong. */
    private boolean hasEnded() {
        return writers.stream().anyMatch(Future::isDone);
    }

    private static boolean isAfter(@Nullable Long success, long moment) {
        return success != null && success - moment > 0;
    }

    /** Ends the load and checks what it has left. */
    public Sums end() throws Exception {
        done.set(true);
        Sums sums = new Sums(0, 0, 0, 0);
        for (Future<Ledger> writer : writers) {
            Ledger ledger = writer.get(30, TimeUnit.SECONDS);
            Snapshot left = Calls.read(storage, ledger.key);
            assertThat(left.state()).contains("S" + left.data().get("n"));
            assertThat(left.version() - ledger.version).isBetween(0L, (long) ledger.unknownSince);
            sums = new Sums(
                    sums.acknowledged + ledger.acknowledged,
                    sums.lost + ledger.lost,
                    sums.notExecuted + ledger.refused,
                    sums.unknown + ledger.unknown);
        }
        return sums;
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
