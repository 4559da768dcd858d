package io.botfsm.redis.client.testing;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.succeeds;
import static io.botfsm.redis.client.testing.Calls.unavailable;
import static io.botfsm.redis.client.testing.Calls.untilItReads;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.lock.AcquireResult;
import io.botfsm.lock.AcquireResult.Acquired;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.redis.testkit.TestAuthority;
import io.botfsm.redis.testkit.TestAuthority.Signed;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a server's answers mean through one of the clients: when it connects, and when it was connected before. The
 * table is in the project's documentation, page "Redis in operation", section "Outages and refusals".
 */
@Timeout(120)
public abstract class OutageSuite {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration BACK = Duration.ofSeconds(2);
    private static final Duration TTL = Duration.ofSeconds(3);
    private static final RedisUser BOT =
            RedisUser.OF_CONVERSATIONS.with(RedisUser.OF_LEASES.rights().toArray(String[]::new));

    private final ClientInTest client;

    protected OutageSuite(ClientInTest client) {
        this.client = client;
    }

    /**
     * Connects by TLS.
     *
     * @param trusted whose signature the client accepts
     * @param port of localhost
     */
    protected abstract TlsRedis connectByTls(TestAuthority trusted, int port);

    /** Redis by TLS, and the client to close behind it. */
    public record TlsRedis(BotRedis redis, Runnable closeClient) implements AutoCloseable {
        @Override
        public void close() {
            redis.close();
            closeClient.run();
        }
    }

    private static String named(RedisUser user, RedisServerProcess server) {
        return user.in(server.uri(0));
    }

    /** Requires that a storage and a lease store that were open before report an outage, and recover from it. */
    private static void isAnOutage(BotRedis redis, String why, Runnable begin, Runnable end) {
        try (LeaseStore leases = redis.leaseStore()) {
            StateStorage storage = redis.stateStorage();
            StorageKey key = freshKey();
            applied(storage, key, Mutation.builder().state("A"));

            begin.run();

            Mutation change = Mutation.builder().state("B").build();
            Awaitility.await().untilAsserted(() -> {
                StorageUnavailableException failure = unavailable(storage.write(key, change));
                assertThat(failure.mayBeApplied()).isFalse();
                assertThat(failure).hasStackTraceContaining(why);
            });
            Awaitility.await()
                    .untilAsserted(() -> assertThat(
                                    Leases.failure(leases.acquire(Leases.request("bot", Leases.claim()))))
                            .hasMessageContaining(why)
                            .matches(failure -> !failure.isLasting(), "an outage"));
            for (int i = 0; i < 3; i++) { // also while it goes on
                assertThat(Leases.failure(leases.acquire(Leases.request("bot", Leases.claim())))
                                .isLasting())
                        .isFalse();
            }

            end.run();

            assertThat(untilItReads(storage, key)).isLessThan(BACK);
            assertThat(Leases.untilItAnswers(leases)).isLessThan(BACK);
            assertThat(applied(storage, key, Mutation.builder().state("C")).previousState())
                    .contains("A");
        }
    }

    private void isRefused(String uri, String why) {
        assertThatThrownBy(() -> client.connect(uri, TIMEOUT))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining(why);
        assertThatThrownBy(() -> client.leaseStore(uri, TIMEOUT)).isInstanceOf(StorageRefusedException.class);
    }

    private void isUnavailable(String uri) {
        assertThatThrownBy(() -> client.connect(uri, TIMEOUT)).isInstanceOf(StorageUnavailableException.class);
        assertThatThrownBy(() -> client.leaseStore(uri, TIMEOUT)).isInstanceOf(StorageUnavailableException.class);
    }

    private static void as(RedisServerProcess server, String... command) {
        try (RespConnection admin = server.connect()) {
            admin.call(command);
        }
    }

    private static void changePassword(RedisServerProcess server, RedisUser user, String password) {
        as(server, "ACL", "SETUSER", user.name(), "resetpass", ">" + password);
        as(server, "CLIENT", "KILL", "USER", user.name());
    }

    @Test
    void aPasswordThatIsChangedIsAnOutage() {
        try (RedisServerProcess server = RedisServerProcess.start(BOT.setting());
                BotRedis redis = client.connect(named(BOT, server), TIMEOUT)) {
            isAnOutage(
                    redis,
                    "wrong user name or password",
                    () -> changePassword(server, BOT, "another"),
                    () -> as(server, "ACL", "SETUSER", BOT.name(), "resetpass", ">" + BOT.password()));
            changePassword(server, BOT, "another");
            isRefused(named(BOT, server), "wrong user name or password");
        }
    }

    @Test
    void aPasswordThatIsAskedForLaterIsAnOutage() {
        try (RedisServerProcess server = RedisServerProcess.start();
                BotRedis redis = client.connect(server.uri(1), TIMEOUT)) {
            isAnOutage(
                    redis,
                    "a password is needed",
                    () -> {
                        try (RespConnection admin = server.connect()) {
                            admin.call("CONFIG", "SET", "requirepass", "secret");
                            admin.call("CLIENT", "KILL", "TYPE", "pubsub");
                            admin.call("CLIENT", "KILL", "TYPE", "normal");
                        }
                    },
                    () -> {
                        try (RespConnection admin = server.connect()) {
                            admin.call("AUTH", "secret");
                            admin.call("CONFIG", "SET", "requirepass", "");
                        }
                    });
            as(server, "CONFIG", "SET", "requirepass", "secret");
            isRefused(server.uri(1), "a password is needed");
        }
    }

    /** The one that ended for good with one client and waited on with the other. */
    @Test
    void aStandbyOutlivesAChangeOfThePassword() throws Exception {
        RedisUser standby = new RedisUser("standby", "hunter3", BOT.rights());
        try (RedisServerProcess server = RedisServerProcess.start(BOT.setting(), standby.setting());
                BotRedis active = client.connect(named(BOT, server), TIMEOUT);
                BotRedis waiting = client.connect(named(standby, server), TIMEOUT);
                LeaseStore ofActive = active.leaseStore();
                LeaseStore ofStandby = waiting.leaseStore();
                InstanceLock held =
                        InstanceLock.builder(ofActive, "bot").ttl(TTL).build();
                InstanceLock wanted =
                        InstanceLock.builder(ofStandby, "bot").ttl(TTL).build()) {
            Acquired first = (Acquired) held.acquire(Calls.PATIENCE);
            CompletableFuture<AcquireResult> second = CompletableFuture.supplyAsync(() -> {
                try {
                    return wanted.acquire(Calls.PATIENCE.multipliedBy(3));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            Awaitility.await().until(() -> listeners(server) == 1);

            changePassword(server, standby, "another");
            Awaitility.await().until(() -> !succeeds(ofStandby.read("bot")));
            // Long enough for the standby to poll, which it does while no hint arrives.
            Awaitility.await()
                    .pollDelay(Duration.ofSeconds(2))
                    .atMost(Calls.PATIENCE)
                    .until(() -> !succeeds(ofStandby.read("bot")));
            assertThat(second).isNotDone();
            as(server, "ACL", "SETUSER", standby.name(), "resetpass", ">" + standby.password());

            first.lease().close();
            assertThat(second.get(Calls.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(Acquired.class);
        }
    }

    private static long listeners(RedisServerProcess server) {
        try (RespConnection redis = server.connect()) {
            return redis.call("PUBSUB", "NUMSUB", "lock:{bot}") instanceof List<?> reply ? (Long) reply.get(1) : -1;
        }
    }

    /** A lost right is not an outage: other commands may still work, and this one never will. */
    @Test
    void aRightThatIsTakenAwayIsARefusal() {
        try (RedisServerProcess server = RedisServerProcess.start(BOT.setting());
                BotRedis redis = client.connect(named(BOT, server), TIMEOUT);
                LeaseStore leases = redis.leaseStore()) {
            StateStorage storage = redis.stateStorage();
            applied(storage, freshKey(), Mutation.builder().state("A"));
            as(server, "ACL", "SETUSER", BOT.name(), "-hgetall", "-evalsha");
            assertThat(Calls.failure(storage.read(freshKey()))).isInstanceOf(StorageRefusedException.class);
            assertThat(Leases.failure(leases.read("bot")).isLasting()).isTrue();
            isRefused(named(BOT, server), "no permission for");
        }
    }

    @Test
    void aServerThatCannotSaveIsAnOutage(@TempDir Path directory) throws IOException {
        Path saves = Files.createDirectory(directory.resolve("saves"));
        try (RedisServerProcess server = RedisServerProcess.start("dir " + saves, "save 3600 1");
                BotRedis redis = client.connect(server.uri(0), TIMEOUT)) {
            isAnOutage(
                    redis,
                    "it cannot save its data",
                    () -> {
                        deleted(saves);
                        as(server, "BGSAVE");
                        Awaitility.await()
                                .until(() -> info(server, "persistence").contains("rdb_last_bgsave_status:err"));
                        isUnavailable(server.uri(0));
                    },
                    () -> as(server, "CONFIG", "SET", "stop-writes-on-bgsave-error", "no"));
        }
    }

    private static void deleted(Path directory) {
        try (var files = Files.list(directory)) {
            files.forEach(file -> assertThat(file.toFile().delete()).isTrue());
            Files.delete(directory);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String info(RedisServerProcess server, String section) {
        try (RespConnection admin = server.connect()) {
            return admin.text("INFO", section);
        }
    }

    /** Loading takes a millisecond for each key. */
    @Test
    void aServerThatLoadsItsDataIsAnOutage() {
        try (RedisServerProcess server = RedisServerProcess.start(
                        "dbfilename all.rdb", "key-load-delay 1000", "loading-process-events-interval-bytes 1024");
                BotRedis redis = client.connect(server.uri(0), TIMEOUT)) {
            List<CompletableFuture<Void>> starting = new ArrayList<>();
            isAnOutage(
                    redis,
                    "it is still loading its data",
                    () -> {
                        as(server, "EVAL", "for i = 1, 3000 do redis.call('SET', 'filler:' .. i, i) end", "0");
                        as(server, "SAVE");
                        server.kill();
                        starting.add(CompletableFuture.runAsync(server::startAgain));
                    },
                    () -> starting.forEach(CompletableFuture::join));
        }
    }

    @Test
    void aReplicaIsRefusedAtFirstAndAnOutageLater() {
        for (String whileItsMasterIsAway : List.of("replica-serve-stale-data no", "replica-serve-stale-data yes")) {
            int nobody = RedisServerProcess.freePort();
            String replicaOf = String.format(Locale.ROOT, "replicaof 127.0.0.1 %d", nobody);
            try (RedisServerProcess replica = RedisServerProcess.start(replicaOf, whileItsMasterIsAway)) {
                isRefused(replica.uri(0), "is a replica");
            }
            try (RedisServerProcess server = RedisServerProcess.start(whileItsMasterIsAway);
                    BotRedis redis = client.connect(server.uri(0), TIMEOUT)) {
                isAnOutage(
                        redis,
                        "Redis answered",
                        () -> as(server, "REPLICAOF", "127.0.0.1", Integer.toString(nobody)),
                        () -> as(server, "REPLICAOF", "NO", "ONE"));
            }
        }
    }

    @Test
    void aNameThatLeadsNowhereIsAnOutage() {
        isUnavailable("redis://redis.invalid");
        isUnavailable("redis-sentinel://redis.invalid,sentinel.invalid#mymaster");
    }

    @Test
    void aCertificateThatIsNotTrustedIsRefusedAtFirstAndAnOutageLater(@TempDir Path ours, @TempDir Path theirs)
            throws IOException {
        TestAuthority authority = new TestAuthority(ours, "ours");
        Signed signed = authority.sign("server");
        TestAuthority other = new TestAuthority(theirs, "theirs");
        Signed wrong = other.sign("server");
        Path certificate = Files.copy(signed.certificate(), ours.resolve("used.pem"));
        Path key = Files.copy(signed.key(), ours.resolve("used-key.pem"));
        int port = RedisServerProcess.freePort();
        try (RedisServerProcess server = RedisServerProcess.start(
                        "tls-port " + port,
                        "tls-cert-file " + certificate,
                        "tls-key-file " + key,
                        "tls-ca-cert-file " + authority.certificate(),
                        "tls-auth-clients no",
                        "appendonly yes",
                        "appendfsync always");
                TlsRedis connected = connectByTls(authority, port)) {
            isAnOutage(
                    connected.redis(),
                    "certificat",
                    () -> restarted(server, wrong, certificate, key),
                    () -> restarted(server, signed, certificate, key));
            assertThatThrownBy(() -> connectByTls(other, port))
                    .isInstanceOf(StorageRefusedException.class)
                    .isInstanceOf(FsmException.class);
        }
    }

    private static void restarted(RedisServerProcess server, Signed signed, Path certificate, Path key) {
        try {
            server.stop();
            Files.copy(signed.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(signed.key(), key, StandardCopyOption.REPLACE_EXISTING);
            server.startAgain();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
