package io.botfsm.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A check returns a result, whatever the checked part does. */
@Timeout(60)
class HealthCheckTest {
    private static final Duration BRIEF = Duration.ofMillis(20);

    @Test
    void aQuestionThatReturnsIsAnswered() {
        HealthCheck check = HealthCheck.of("disk", () -> Health.up().with("free", "1 GB"));
        assertThat(check.name()).isEqualTo("disk");
        assertThat(check.check().isUp()).isTrue();
        assertThat(check.check().details()).containsEntry("free", "1 GB");
        assertThat(check.check()).hasToString("up{free=1 GB}");
    }

    @Test
    void aQuestionThatFailsIsDownAndSaysWhy() {
        Health health = HealthCheck.of("disk", () -> {
                    throw new IOException("no\nspace");
                })
                .check();
        assertThat(health.isUp()).isFalse();
        assertThat(health.details().get("reason")).contains("IOException: no").doesNotContain("\n");
        Health error = HealthCheck.of("disk", () -> {
                    throw new NoClassDefFoundError("a");
                })
                .check();
        assertThat(error.isUp()).isFalse();
    }

    /** Otherwise each check of a part that hangs would leave a thread behind. */
    @Test
    void aQuestionThatHangsIsDownAndAskedOnce() {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        HealthCheck check = HealthCheck.of("disk", () -> {
                    asked.incrementAndGet();
                    release.await();
                    return Health.up();
                })
                .timeout(BRIEF);
        for (int i = 0; i < 5; i++) {
            assertThat(check.check().details()).containsEntry("reason", "no answer within " + BRIEF);
        }
        assertThat(asked).hasValue(1);
        release.countDown();
        await().until(() -> check.check().isUp());
    }

    @Test
    void anInterruptedCheckIsDownAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        Health health = HealthCheck.of("disk", () -> {
                    new CountDownLatch(1).await();
                    return Health.up();
                })
                .check();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(health.isUp()).isFalse();
    }

    /** A storage whose reads return the given stage. */
    private record Reads(CompletionStage<Snapshot> answer) implements StateStorage {
        @Override
        public CompletionStage<Snapshot> read(StorageKey key) {
            return answer;
        }

        @Override
        public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
            throw new IllegalStateException("a check writes nothing");
        }

        @Override
        public Set<Capability> capabilities() {
            return Set.of();
        }

        @Override
        public void close() {
            // nothing to close
        }
    }

    @Test
    void aStorageIsUpWhileItAnswersReads() {
        StorageKey key = StorageKey.bot(7).chat(0).user(0).build();
        assertThat(HealthCheck.storage(new Reads(CompletableFuture.completedStage(Snapshot.none())), 7)
                        .check()
                        .isUp())
                .isTrue();
        Health away = HealthCheck.storage(
                        new Reads(CompletableFuture.failedStage(
                                new StorageUnavailableException(key, Duration.ofSeconds(1), false, null))),
                        7)
                .check();
        assertThat(away.isUp()).isFalse();
        assertThat(away.details().get("reason")).startsWith(StorageUnavailableException.class.getName());
        assertThat(HealthCheck.storage(new Reads(new CompletableFuture<>()), 7)
                        .timeout(BRIEF)
                        .check()
                        .isUp())
                .isFalse();
    }

    @Test
    void aLockIsUpWhoeverHoldsIt() {
        MemoryLeaseStore store = new MemoryLeaseStore();
        try (InstanceLock lock = InstanceLock.builder(store, "bot").build()) {
            HealthCheck check = HealthCheck.lock(lock);
            assertThat(check.check()).hasToString("up{holder=none}");
            try (Lease lease = lock.tryAcquire().orThrow()) {
                assertThat(check.check().details())
                        .containsEntry("pid", Long.toString(lease.holder().pid()))
                        .containsKeys("host", "remaining");
            }
            store.close();
            assertThat(check.check().isUp()).isFalse();
        }
    }

    private record Polled(boolean isPolling, boolean hasFailed, Duration sinceLastPoll) implements PollingStatus {
        @Override
        public int pending() {
            return 0;
        }

        @Override
        public Duration lag() {
            return Duration.ZERO;
        }

        @Override
        public long conflicts() {
            return 0;
        }

        @Override
        public long deadLetters() {
            return 0;
        }
    }

    @Test
    void pollingIsDownOnceTheMessengerHasNotAnsweredForTooLong() {
        AtomicReference<Optional<Polled>> session = new AtomicReference<>(Optional.empty());
        HealthCheck check = HealthCheck.polling(session::get, Duration.ofMinutes(2));
        assertThat(check.check()).hasToString("up{polling=no}");
        session.set(Optional.of(new Polled(true, false, Duration.ofMinutes(2))));
        assertThat(check.check()).hasToString("up{sinceLastPoll=PT2M}");
        session.set(Optional.of(new Polled(true, false, Duration.ofSeconds(121))));
        assertThat(check.check().isUp()).isFalse();
        session.set(Optional.of(new Polled(false, false, Duration.ofHours(1))));
        assertThat(check.check()).hasToString("up{polling=no}");
    }

    /** Such as because of a revoked token: unlike an instance that stands by, it will not poll again. */
    @Test
    void pollingThatHasEndedByAFailureIsDown() {
        HealthCheck check =
                HealthCheck.polling(() -> Optional.of(new Polled(false, true, Duration.ZERO)), Duration.ofMinutes(2));
        assertThat(check.check().isUp()).isFalse();
        assertThat(check.check().details().get("reason")).contains("failed permanently");
    }

    @Test
    void settingsThatCannotWorkAreRefused() {
        HealthCheck check = HealthCheck.of("disk", Health::up);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthCheck.of(" ", Health::up))
                .withMessageContaining("blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> check.timeout(Duration.ZERO))
                .withMessageContaining("PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> check.timeout(Duration.ofSeconds(61)))
                .withMessageContaining("PT1M1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthCheck.polling(Optional::<Polled>empty, Duration.ZERO))
                .withMessageContaining("PT0S");
    }
}
