package io.botfsm.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What the conformance suite cannot see. */
final class MemoryStateStorageTest {
    private static final Mutation.Builder CLEAR =
            Mutation.builder().clearState().replaceData(Map.of());

    private static final Instant BEGUN = Instant.parse("2026-11-29T12:00:00Z");

    private final AtomicLong nanos = new AtomicLong();

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static StorageKey key(long chat) {
        return StorageKey.bot(1).chat(chat).user(2).build();
    }

    private static Outcome write(MemoryStateStorage storage, StorageKey key, Mutation.Builder change) {
        CompletableFuture<Outcome> answer = storage.write(key, change.build()).toCompletableFuture();
        assertThat(answer).isDone();
        return answer.join();
    }

    private static long version(Outcome outcome) {
        return ((Applied) outcome).version();
    }

    private static Snapshot read(MemoryStateStorage storage, StorageKey key) {
        CompletableFuture<Snapshot> answer = storage.read(key).toCompletableFuture();
        assertThat(answer).isDone();
        return answer.join();
    }

    @Test
    void nothingIsLeftOfHundredThousandClearedConversations() {
        try (MemoryStateStorage storage = new MemoryStateStorage()) {
            for (int i = 0; i < 100_000; i++) {
                write(storage, key(i), Mutation.builder().state("A").put("a", "1"));
                write(storage, key(i), CLEAR);
            }
            assertThat(storage.size()).isZero();
        }
    }

    @Test
    void nothingIsLeftOfHundredThousandEndedConversations() {
        try (MemoryStateStorage storage = MemoryStateStorage.builder()
                .ticker(nanos::get)
                .ttl(Duration.ofMinutes(1))
                .build()) {
            for (int i = 0; i < 100_000; i++) {
                write(storage, key(i), Mutation.builder().state("A").put("a", "1"));
            }
            assertThat(storage.size()).isEqualTo(100_000);
            nanos.addAndGet(Duration.ofMinutes(2).toNanos());
            for (int i = 0; i < 1_000 && storage.size() > 0; i++) {
                storage.cleanUp();
            }
            assertThat(storage.size()).isZero();
        }
    }

    @Test
    void endedConversationsLeaveWithoutTraffic() {
        try (MemoryStateStorage storage =
                MemoryStateStorage.builder().ttl(Duration.ofMillis(10)).build()) {
            for (int i = 0; i < 3_000; i++) {
                write(storage, key(i), Mutation.builder().state("A"));
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> storage.size() == 0);
        }
    }

    @Test
    void tombstoneStaysAsLongAsItIsSet() {
        for (Duration life : List.of(Duration.ofDays(2), Duration.ofSeconds(5))) {
            MemoryStateStorage.Builder builder =
                    MemoryStateStorage.builder().ticker(nanos::get).ttl(Duration.ofDays(400));
            if (!life.equals(Duration.ofDays(2))) {
                builder.tombstoneTtl(life);
            }
            try (MemoryStateStorage storage = builder.build()) {
                write(storage, key(1), Mutation.builder().state("A").fencingToken(5));
                write(storage, key(1), CLEAR);
                nanos.addAndGet(life.minusMillis(1).toNanos());
                assertThat(write(storage, key(1), Mutation.builder().fencingToken(4)))
                        .isEqualTo(Fenced.of(5));
                nanos.addAndGet(Duration.ofMillis(1).toNanos());
                assertThat(read(storage, key(1))).isEqualTo(Snapshot.none());
                assertThat(write(storage, key(1), Mutation.builder().state("B").fencingToken(4)))
                        .isInstanceOf(Applied.class);
            }
        }
    }

    /** An ended conversation stays one record until its events and fencing token end too, and nothing after that. */
    @Test
    void eventsAndTokenOutliveTheEndAsLongAsATombstone() {
        try (MemoryStateStorage storage = MemoryStateStorage.builder()
                .ticker(nanos::get)
                .clock(() -> BEGUN.plusNanos(nanos.get()))
                .ttl(Duration.ofHours(1))
                .tombstoneTtl(Duration.ofHours(10))
                .build()) {
            write(storage, key(1), Mutation.builder().state("A").eventId(7).fencingToken(5));
            pass(Duration.ofHours(1).minusMillis(1));
            assertThat(read(storage, key(1)).state()).hasValue("A");
            pass(Duration.ofMillis(1));
            assertThat(read(storage, key(1)).hasEnded()).isTrue();
            assertThat(read(storage, key(1)).since()).hasValue(BEGUN.plus(Duration.ofHours(1)));
            assertThat(write(storage, key(1), Mutation.builder().fencingToken(4)))
                    .isEqualTo(Fenced.of(5));
            assertThat(write(storage, key(1), Mutation.builder().state("B").eventId(7)))
                    .isInstanceOf(Duplicate.class);
            assertThat(storage.size()).isOne();
            pass(Duration.ofHours(9).minusMillis(1));
            assertThat(read(storage, key(1)).hasEnded()).isTrue();
            pass(Duration.ofMillis(1));
            assertThat(read(storage, key(1))).isEqualTo(Snapshot.none());
            storage.cleanUp();
            assertThat(storage.size()).isZero();
        }
    }

    @Test
    void aLongerTimeToLiveThanATombstonesIsTheEndOfAll() {
        try (MemoryStateStorage storage = MemoryStateStorage.builder()
                .ticker(nanos::get)
                .clock(() -> BEGUN.plusNanos(nanos.get()))
                .ttl(Duration.ofHours(10))
                .tombstoneTtl(Duration.ofHours(1))
                .build()) {
            write(storage, key(1), Mutation.builder().state("A").eventId(7).fencingToken(5));
            pass(Duration.ofHours(10).minusMillis(1));
            assertThat(read(storage, key(1)).state()).hasValue("A");
            pass(Duration.ofMillis(1));
            assertThat(read(storage, key(1))).isEqualTo(Snapshot.none());
        }
    }

    /** A record that replaces an ended one has a version above that of the end. */
    @Test
    void versionsRiseAcrossTheEndAndTheTombstonesEnd() {
        Instant still = BEGUN;
        try (MemoryStateStorage storage = MemoryStateStorage.builder()
                .ticker(nanos::get)
                .clock(() -> still)
                .ttl(Duration.ofMillis(1))
                .tombstoneTtl(Duration.ofSeconds(1))
                .build()) {
            long last =
                    version(write(storage, key(1), Mutation.builder().state("A").eventId(1)));
            pass(Duration.ofSeconds(1));
            long next =
                    version(write(storage, key(1), Mutation.builder().state("A").eventId(1)));
            assertThat(next).isGreaterThan(last + 1);
        }
    }

    @Test
    void conversationEndsExactlyAtItsTime() {
        try (MemoryStateStorage storage = MemoryStateStorage.builder()
                .ticker(nanos::get)
                .ttl(Duration.ofSeconds(1))
                .build()) {
            write(storage, key(1), Mutation.builder().state("A"));
            nanos.addAndGet(999_999_999);
            assertThat(read(storage, key(1)).state()).hasValue("A");
            nanos.incrementAndGet();
            assertThat(read(storage, key(1))).isEqualTo(Snapshot.none());
        }
    }

    /** Threads write, clear and recreate so fast that there may be several writes per microsecond. */
    @Test
    void versionsOfAKeyNeverRepeatUnderHammering() throws Exception {
        int threads = 4;
        try (MemoryStateStorage storage = new MemoryStateStorage()) {
            ExecutorService pool = Executors.newFixedThreadPool(threads);
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<Set<Long>>> seen = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                seen.add(pool.submit(() -> {
                    start.await();
                    Set<Long> versions = new HashSet<>();
                    long last = 0;
                    for (int i = 0; i < 50_000; i++) {
                        Outcome outcome = write(
                                storage,
                                key(1),
                                i % 10 == 0 ? CLEAR : Mutation.builder().state("A"));
                        long version = version(outcome);
                        if (version != 0) {
                            assertThat(version > last)
                                    .as("%d after %d", version, last)
                                    .isTrue();
                            versions.add(version);
                            last = version;
                        }
                    }
                    return versions;
                }));
            }
            int count = 0;
            Set<Long> all = new HashSet<>();
            for (Future<Set<Long>> versions : seen) {
                count += versions.get().size();
                all.addAll(versions.get());
            }
            pool.shutdown();
            assertThat(all).hasSize(count);
        }
    }

    @Test
    void closingForgetsEverything() {
        MemoryStateStorage storage = new MemoryStateStorage();
        write(storage, key(1), Mutation.builder().state("A"));
        storage.close();
        assertThat(storage.size()).isZero();
    }

    @Test
    void storagesShareNothing() {
        try (MemoryStateStorage one = new MemoryStateStorage();
                MemoryStateStorage other = new MemoryStateStorage()) {
            write(one, key(1), Mutation.builder().state("A"));
            assertThat(read(other, key(1))).isEqualTo(Snapshot.none());
        }
    }

    @Test
    void canDoEverything() {
        try (MemoryStateStorage storage = new MemoryStateStorage()) {
            assertThat(storage.capabilities()).containsExactlyInAnyOrder(Capability.values());
        }
    }

    @Test
    void impossibleTimesToLiveAreRefusedByName() {
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofMillis(-1), Mutation.MAX_TTL.plusMillis(1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> MemoryStateStorage.builder().ttl(wrong))
                    .withMessageContaining(wrong.toString());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> MemoryStateStorage.builder().tombstoneTtl(wrong))
                    .withMessageContaining(wrong.toString());
        }
    }
}
