package io.botfsm.integration.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.botfsm.Fsm;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.LockEvent;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LossReason;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A conversation has seen a fencing token above those of the lock, because of a wrong clock or a faulty writer. */
@Timeout(120)
class RefusedTokenTest {
    private static final Duration TTL = Duration.ofSeconds(1);
    private static final StorageKey KEY = StorageKey.bot("bot").chat(1).user(2).build();

    private final RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");

    @AfterEach
    void stop() {
        server.close();
    }

    /** An instance from its start to its end; others that are started later know nothing of it but by the server. */
    private final class Instance implements AutoCloseable {
        private final BotRedis redis = LettuceRedis.connect(server.uri(0));
        private final List<LockEvent> events = new CopyOnWriteArrayList<>();
        private final InstanceLock lock = InstanceLock.builder(redis.leaseStore(), "bot")
                .ttl(TTL)
                .listener(events::add)
                .build();

        Lease acquire() throws InterruptedException {
            return lock.acquire(Duration.ofSeconds(60)).orThrow();
        }

        void writes(StorageKey key, long token) {
            Fsm.of(redis.stateStorage()).fencedBy(token).context(key).setState("written");
        }

        FencedException isRefused(Lease lease) {
            FencedException refusal =
                    catchThrowableOfType(FencedException.class, () -> writes(KEY, lease.fencingToken()));
            assertThat(refusal).as("the write is refused").isNotNull();
            lease.fenced(refusal.highest());
            return refusal;
        }

        @Override
        public void close() {
            lock.close();
            redis.close();
        }
    }

    /** Without a standby: one instance ends because of it, and the next one writes. */
    @Test
    void ofAnHourAheadEndsOneInstanceOnly() throws Exception {
        long ahead = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now().plus(Duration.ofHours(1)));
        try (Instance first = new Instance()) {
            Lease lease = first.acquire();
            first.writes(KEY, ahead);
            CompletableFuture<LossReason> loss = new CompletableFuture<>();
            lease.onLost(loss::complete);
            first.isRefused(lease);
            assertThat(loss.get(20, TimeUnit.SECONDS)).isEqualTo(LossReason.FENCED);
        }
        for (int i = 0; i < 2; i++) {
            try (Instance next = new Instance()) {
                Lease lease = next.acquire();
                assertThat(lease.fencingToken()).isGreaterThan(ahead);
                next.writes(KEY, lease.fencingToken());
            }
        }
    }

    /** Learning it would use up all tokens; all other conversations continue, and an operator can free this one. */
    @Test
    void thatNoLeaseCanHaveHadConcernsItsConversationOnly() throws Exception {
        try (Instance instance = new Instance()) {
            Lease lease = instance.acquire();
            instance.writes(KEY, LeaseRequest.MAX_FENCING_TOKEN);
            FencedException refusal = instance.isRefused(lease);
            assertThat(refusal.highest()).isEqualTo(LeaseRequest.MAX_FENCING_TOKEN);

            assertThat(lease.isHeld()).isTrue();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(instance.events)
                            .contains(new LockEvent.ImplausibleToken(
                                    "bot", lease.fencingToken(), LeaseRequest.MAX_FENCING_TOKEN)));
            instance.writes(StorageKey.bot("bot").chat(1).user(3).build(), lease.fencingToken());
            try (RespConnection operator = server.connect()) {
                assertThat(operator.number("HDEL", "fsm:{bot:1:2}", "f")).isEqualTo(1);
            }
            instance.writes(KEY, lease.fencingToken());
        }
        try (Instance next = new Instance()) {
            assertThat(next.acquire().fencingToken()).isLessThan(1L << 52);
        }
    }
}
