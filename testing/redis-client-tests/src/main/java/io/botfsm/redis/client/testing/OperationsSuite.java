package io.botfsm.redis.client.testing;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.get;
import static io.botfsm.redis.client.testing.Calls.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.Durability;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.aiogram.AiogramLayout;
import io.botfsm.redis.aiogram.AiogramStateStorage;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.UnconfirmedWriteException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * About twenty operations of every kind that an adapter sends. The build runs them with the oldest and with the newest
 * version of the client that is supported.
 */
@Timeout(60)
public abstract class OperationsSuite {
    private final ClientInTest client;
    private final Class<?> ofLibrary;
    private final String artifact;
    private final StorageKey key = freshKey();

    /**
     * The tests of a client.
     *
     * @param ofLibrary a class of the client library
     * @param artifact the library's Maven coordinates, {@code group/artifact}
     */
    protected OperationsSuite(ClientInTest client, Class<?> ofLibrary, String artifact) {
        this.client = client;
        this.ofLibrary = ofLibrary;
        this.artifact = artifact;
    }

    /** Otherwise the other tests would say nothing about the intended version. */
    @Test
    void theLibraryIsOfTheVersionThatIsMeant() throws Exception {
        Properties properties = new Properties();
        try (InputStream in = ofLibrary.getResourceAsStream("/META-INF/maven/" + artifact + "/pom.properties")) {
            properties.load(in);
        }
        assertThat(properties).containsEntry("version", System.getProperty("botfsm.client.version"));
    }

    @Test
    void conversations() {
        try (BotRedis redis = client.connect(RedisServers.shared().uri(1))) {
            StateStorage storage = redis.stateStorage();
            assertThat(read(storage, key).version()).isZero();
            applied(
                    storage,
                    key,
                    Mutation.builder()
                            .state("A")
                            .put("name", "\"Ann\"")
                            .put("age", "7")
                            .eventId(5)
                            .fencingToken(7));
            applied(storage, key, Mutation.builder().remove("age").ttl(Duration.ofMinutes(1)));
            assertThat(read(storage, key).data()).isEqualTo(Map.of("name", "\"Ann\""));
            assertThat(get(storage.write(key, Mutation.builder().eventId(5).build())))
                    .isInstanceOf(Duplicate.class);
            assertThat(get(storage.write(key, Mutation.builder().expectNoState().build())))
                    .isInstanceOf(Conflict.class);
            assertThat(get(storage.write(key, Mutation.builder().fencingToken(6).build())))
                    .isInstanceOf(Fenced.class);
            applied(storage, key, Mutation.builder().clearState().replaceData(Map.of()));
            assertThat(read(storage, key).state()).isEmpty();

            StateStorage durable = redis.stateStorage(RedisStorageOptions.builder()
                    .durability(Durability.replicas(1, Duration.ofMillis(100))) // there is none
                    .build());
            assertThat(Calls.failure(
                            durable.write(key, Mutation.builder().state("B").build())))
                    .isInstanceOf(UnconfirmedWriteException.class);
            assertThat(read(storage, key).state()).contains("B");

            StorageKey ofAiogram =
                    StorageKey.bot(1).chat(2).user(System.nanoTime()).build();
            StateStorage aiogram =
                    AiogramStateStorage.of(redis, AiogramLayout.builder().bot(1).build());
            applied(aiogram, ofAiogram, Mutation.builder().state("A").put("name", "\"Ann\""));
            assertThat(read(aiogram, ofAiogram).data()).containsEntry("name", "\"Ann\"");
        }
    }

    @Test
    void leases() {
        Claim claim = Leases.claim();
        String name = "operations-" + claim.token();
        AtomicInteger hints = new AtomicInteger();
        try (BotRedis redis = client.connect(RedisServers.shared().uri(1));
                LeaseStore leases = redis.leaseStore()) {
            Leases.granted(leases, name, claim);
            LeaseStore.Subscription subscription = Leases.subscribed(leases, name, hints::incrementAndGet);
            assertThat(get(leases.acquire(Leases.request(name, Leases.claim()))))
                    .isInstanceOf(Acquisition.Occupied.class);
            Leases.renewed(leases, name, claim);
            assertThat(get(leases.read(name)).claim()).contains(claim);
            assertThat(Leases.released(leases, name, claim)).isTrue();
            Awaitility.await().until(() -> hints.get() > 0);
            subscription.close();
        }
    }

    @Test
    void aLostConnectionIsReplaced() {
        try (FaultyProxy proxy = new FaultyProxy(RedisServers.shared());
                BotRedis redis = client.connect(proxy.uri(1), Duration.ofSeconds(10))) {
            applied(redis.stateStorage(), key, Mutation.builder().state("A"));
            proxy.cut();
            Calls.unavailable(redis.stateStorage().read(key));
            proxy.heal();
            Calls.untilItReads(redis.stateStorage(), key);
        }
    }
}
