package io.botfsm.redis.client.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a user of a client's entry class does first. */
@Timeout(60)
public abstract class EntrySuite {
    private final ClientInTest client;
    private final StorageKey key =
            StorageKey.bot("bot-" + UUID.randomUUID()).chat(1).user(2).build();

    protected EntrySuite(ClientInTest client) {
        this.client = client;
    }

    @Test
    void keepsAConversation() throws Exception {
        try (BotRedis redis = client.connect(RedisServers.shared().uri(1))) {
            StateStorage storage = redis.stateStorage();
            Applied first = (Applied) storage.write(
                            key,
                            Mutation.builder()
                                    .state("Onboarding:AGE")
                                    .put("name", "\"Ann\"")
                                    .eventId(5)
                                    .fencingToken(7)
                                    .build())
                    .toCompletableFuture()
                    .get(5, TimeUnit.SECONDS);
            assertThat(first.previousVersion()).isZero();

            Snapshot snapshot = storage.read(key).toCompletableFuture().get(5, TimeUnit.SECONDS);
            assertThat(snapshot.state()).contains("Onboarding:AGE");
            assertThat(snapshot.data()).isEqualTo(Map.of("name", "\"Ann\""));
            assertThat(snapshot.version()).isEqualTo(first.version());
            assertThat(snapshot.events().contains(EventId.of(5))).isTrue();

            assertThat(storage.write(key, Mutation.builder().eventId(5).build())
                            .toCompletableFuture()
                            .get(5, TimeUnit.SECONDS))
                    .isEqualTo(Duplicate.of(snapshot));
            assertThat(storage.write(key, Mutation.builder().expectNoState().build())
                            .toCompletableFuture()
                            .get(5, TimeUnit.SECONDS))
                    .isEqualTo(Conflict.of(snapshot));
            assertThat(storage.write(key, Mutation.builder().fencingToken(6).build())
                            .toCompletableFuture()
                            .get(5, TimeUnit.SECONDS))
                    .isEqualTo(Fenced.of(7));
        }
    }

    @Test
    void connectsToTheServerOfTheEnvironment() {
        RedisTestServer server = RedisServers.shared();
        Map<String, String> parts = Map.of(
                "REDIS_FSM_HOST",
                server.host(),
                "REDIS_FSM_PORT",
                Integer.toString(server.port()),
                "REDIS_FSM_DB",
                "4");
        try (BotRedis redis = client.fromEnvironment(parts)) {
            assertThat(redis).hasToString("BotRedis[" + server.uri(4) + "]");
        }
    }

    /** Nobody else could close it. */
    @Test
    void aLeaseStoreThatWasOpenedAloneClosesItsClient() {
        leavesNothing(uri -> {
            LeaseStore leases = client.leaseStore(uri, Duration.ofSeconds(5));
            Calls.get(leases.read("bot"));
            return leases::close;
        });
    }

    @Test
    void whatConnectedClosesItsClient() {
        leavesNothing(uri -> {
            BotRedis redis = client.connect(uri);
            Calls.read(redis.stateStorage(), key);
            Calls.get(redis.leaseStore().read("bot"));
            return redis::close;
        });
    }

    /** Compares the connections on the server, and the threads here, before and after. */
    private static void leavesNothing(Function<String, Runnable> open) {
        try (RedisTestServer server = RedisServers.start();
                RespConnection admin = server.connect()) {
            Set<Thread> before = Thread.getAllStackTraces().keySet();
            Runnable close = open.apply(server.uri(0));
            assertThat(connections(admin)).isGreaterThan(1);
            close.run();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(connections(admin)).isEqualTo(1));
            Awaitility.await()
                    .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                            .filteredOn(thread -> !before.contains(thread))
                            .extracting(Thread::getName)
                            .noneMatch(name -> name.startsWith("lettuce-") || name.startsWith("fsm-")));
        }
    }

    private static long connections(RespConnection admin) {
        return admin.text("CLIENT", "LIST").lines().count();
    }
}
