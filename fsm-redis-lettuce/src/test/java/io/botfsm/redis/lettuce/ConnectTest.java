package io.botfsm.redis.lettuce;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.failure;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.client.testing.Calls;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.lettuce.core.RedisURI;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

@Timeout(60)
class ConnectTest {
    private static final RedisUser MINIMAL = RedisUser.OF_CONVERSATIONS;
    private static final String SECRET = MINIMAL.password();

    private static RedisServerProcess server;
    private static RespConnection admin;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start("databases 16");
        admin = server.connect();
    }

    @AfterAll
    static void stop() {
        admin.close();
        server.close();
    }

    @AfterEach
    void leavesNothingBehind() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> admin.text("CLIENT", "LIST").lines().count() == 1);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(lettuceThreads()).isEmpty());
    }

    private static List<String> lettuceThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("lettuce-"))
                .toList();
    }

    private static String uri(String credentials, int database) {
        return String.format(Locale.ROOT, "redis://%s@%s:%d/%d", credentials, server.host(), server.port(), database);
    }

    private static String stackTrace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static <T extends Throwable> void refused(ThrowingCallable connect, Class<T> type, String... words) {
        assertThatThrownBy(connect)
                .isInstanceOf(type)
                .hasMessageContainingAll(words)
                .satisfies(failure -> assertThat(stackTrace(failure)).doesNotContain(SECRET));
    }

    @Test
    void aServerThatIsNotThereIsUnavailable() {
        int port = RedisServerProcess.freePort();
        refused(
                () -> LettuceRedis.connect("redis://bot:" + SECRET + "@127.0.0.1:" + port),
                StorageUnavailableException.class,
                "redis://127.0.0.1:" + port,
                "refused");
    }

    @Test
    void aServerThatIsNotKnownIsUnavailable() {
        refused(
                () -> LettuceRedis.connect("redis://bot:" + SECRET + "@no-such-host.invalid:7000"),
                StorageUnavailableException.class,
                "redis://no-such-host.invalid:7000");
    }

    @Test
    void aServerThatDoesNotAnswerIsUnavailableInTime() {
        try (FaultyProxy proxy = new FaultyProxy(server)) {
            proxy.blackhole();
            long begin = System.nanoTime();
            refused(
                    () -> LettuceRedis.builder(proxy.uri(0))
                            .commandTimeout(Duration.ofMillis(300))
                            .connect(),
                    StorageUnavailableException.class,
                    "redis://127.0.0.1:" + proxy.port());
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
        }
    }

    @Test
    void wrongPasswordIsRefused() {
        refused(
                () -> LettuceRedis.connect(uri("nobody:" + SECRET, 0)),
                StorageRefusedException.class,
                "redis://" + server.host() + ":" + server.port(),
                "wrong user name or password");
    }

    @Test
    void aMissingPasswordIsRefused() {
        admin.call("CONFIG", "SET", "requirepass", SECRET);
        try {
            refused(() -> LettuceRedis.connect(server.uri(0)), StorageRefusedException.class, "a password is needed");
            LettuceRedis.connect(uri(":" + SECRET, 0)).close();
        } finally {
            admin.call("CONFIG", "SET", "requirepass", "");
        }
    }

    @Test
    void aDatabaseThatDoesNotExistIsRefused() {
        refused(
                () -> LettuceRedis.connect(server.uri(16)),
                StorageRefusedException.class,
                server.uri(16),
                "no such database");
    }

    @Test
    void theDatabaseOfTheUriIsUsed() {
        StorageKey key = freshKey();
        try (BotRedis redis = LettuceRedis.connect(server.uri(5));
                RespConnection five = server.connect()) {
            applied(redis.stateStorage(), key, Mutation.builder().state("A"));
            five.call("SELECT", "5");
            assertThat(five.number("DBSIZE")).isEqualTo(1);
            assertThat(admin.number("DBSIZE")).as("database 0").isZero();
            five.call("FLUSHDB");
        }
    }

    @Test
    void theDocumentedRightsAreTheMinimalOnes() throws IOException {
        assertThat(Files.readString(Path.of("../docs/reference/redis-layout.md")))
                .contains(String.join(" ", MINIMAL.rights()));
    }

    @Test
    void theMinimalRightsAreEnough() {
        MINIMAL.createOver(admin);
        StorageKey key = freshKey();
        admin.call("ACL", "LOG", "RESET");
        try (BotRedis redis = LettuceRedis.connect(uri("bot:" + SECRET, 3))) {
            StateStorage storage = redis.stateStorage();
            applied(
                    storage,
                    key,
                    Mutation.builder()
                            .state("A")
                            .put("a", "1")
                            .put("b", "2")
                            .eventId(1)
                            .fencingToken(1));
            applied(storage, key, Mutation.builder().remove("a").ttl(Duration.ofHours(1)));
            applied(storage, key, Mutation.builder().persist());
            assertThat(read(storage, key).state()).contains("A");
            applied(storage, key, Mutation.builder().clearState().remove("b"));
        }
        assertThat((List<?>) admin.call("ACL", "LOG"))
                .as("what the server had to deny")
                .isEmpty();
    }

    static Stream<String> commands() {
        return MINIMAL.commands();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aMissingRightIsRefusedByNameAndLeavesNothing(String command) {
        MINIMAL.without("+" + command).createOver(admin);

        refused(
                () -> LettuceRedis.connect(uri("bot:" + SECRET, 3)),
                StorageRefusedException.class,
                command.toUpperCase(Locale.ROOT).replace('|', ' '));
        assertThat(admin.text("INFO", "keyspace")).doesNotContain("db");
    }

    @Test
    void rightsForAnotherPrefixAreTried() {
        MINIMAL.without("~fsm:*").with("~shop:*").createOver(admin);
        RedisStorageOptions shop =
                RedisStorageOptions.builder().keyPrefix("shop").build();

        refused(() -> LettuceRedis.connect(uri("bot:" + SECRET, 0)), StorageRefusedException.class, "keys fsm:*");
        try (BotRedis redis = LettuceRedis.builder(uri("bot:" + SECRET, 0))
                .storageOptions(shop)
                .connect()) {
            applied(
                    redis.stateStorage(),
                    freshKey(),
                    Mutation.builder().state("A").ttl(Duration.ofSeconds(1)));
            refused(
                    () -> redis.stateStorage(RedisStorageOptions.defaults()),
                    StorageRefusedException.class,
                    "keys fsm:*");
        }
    }

    @Test
    void aServerThatIsTooOldIsRefused() throws IOException {
        try (StandIn old = new StandIn("6.0.16")) {
            refused(
                    () -> LettuceRedis.connect("redis://127.0.0.1:" + old.port()),
                    StorageRefusedException.class,
                    "redis://127.0.0.1:" + old.port(),
                    "6.0.16",
                    "6.2 or newer is required");
        }
    }

    @Test
    void closingIsQuickAndFinal() {
        BotRedis redis = LettuceRedis.connect(server.uri(0));
        StateStorage storage = redis.stateStorage();
        long begin = System.nanoTime();
        redis.close();
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        System.out.println("[measured] closed in " + took.toMillis() + " ms");
        assertThat(took).isLessThan(Duration.ofSeconds(1));
        redis.close();
        assertThat(failure(storage.read(freshKey()))).isInstanceOf(StorageClosedException.class);
        assertThat(failure(storage.write(freshKey(), Mutation.builder().build())))
                .isInstanceOf(StorageClosedException.class);
    }

    @Test
    void closingOneStorageLeavesTheOthers() {
        try (BotRedis redis = LettuceRedis.connect(server.uri(0))) {
            StateStorage first = redis.stateStorage();
            first.close();
            assertThat(failure(first.read(freshKey()))).isInstanceOf(StorageClosedException.class);
            read(redis.stateStorage(), freshKey());
        }
    }

    @Test
    void impossibleTimeoutsAreRefused() {
        for (Duration impossible : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            refused(
                    () -> LettuceRedis.builder(server.uri(0)).commandTimeout(impossible),
                    IllegalArgumentException.class,
                    impossible.toString());
        }
        for (String impossible : List.of("0", "-1")) {
            String uri = server.uri(0) + "?timeout=" + impossible;
            refused(() -> LettuceRedis.connect(uri), IllegalArgumentException.class, "timeout must be positive");
        }
    }

    @Test
    void theTimeoutOfTheUriIsTheCommandTimeout() {
        try (FaultyProxy proxy = new FaultyProxy(server);
                BotRedis redis = LettuceRedis.connect(proxy.uri(0) + "?timeout=300ms")) {
            proxy.hold();
            assertThat(Calls.unavailable(redis.stateStorage().read(freshKey())).timeout())
                    .isEqualTo(Duration.ofMillis(300));
        }
    }

    @Test
    void credentialsAreInNoLog() {
        MINIMAL.createOver(admin);
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        Level before = root.getLevel();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        root.addAppender(log);
        root.getAppender("out").stop();
        root.setLevel(Level.DEBUG);
        try (FaultyProxy proxy = new FaultyProxy(server)) {
            RedisURI uri =
                    RedisURI.create(String.format(Locale.ROOT, "redis://bot:%s@127.0.0.1:%d/0", SECRET, proxy.port()));
            try (BotRedis redis = LettuceRedis.connect(uri)) {
                StateStorage storage = redis.stateStorage();
                proxy.cut();
                Calls.unavailable(storage.read(freshKey()));
                proxy.heal();
                Calls.untilItReads(storage, freshKey());
                assertThat(redis.toString()).doesNotContain(SECRET).doesNotContain("bot:");
            }
            MINIMAL.with("nopass").createOver(admin);
        } finally {
            root.setLevel(before);
            root.getAppender("out").start();
            root.detachAppender(log);
        }
        assertThat(log.list).as("what was logged").hasSizeGreaterThan(100);
        for (ILoggingEvent event : List.copyOf(log.list)) {
            assertThat(event.getFormattedMessage()).doesNotContain(SECRET);
            if (event.getThrowableProxy() != null) {
                assertThat(ThrowableProxyUtil.asString(event.getThrowableProxy()))
                        .doesNotContain(SECRET);
            }
        }
    }

    /** Answers HELLO and INFO, as a server of some version, and nothing else. */
    private static final class StandIn implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        private final String version;

        StandIn(String version) throws IOException {
            this.version = version;
            Thread thread = new Thread(this::serve, "stand-in");
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return listener.getLocalPort();
        }

        private void serve() {
            while (!listener.isClosed()) {
                try (Socket client = listener.accept()) {
                    answer(client);
                } catch (IOException e) {
                    // The client has gone, or the test is over.
                }
            }
        }

        private void answer(Socket client) throws IOException {
            BufferedReader lines = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals("HELLO")) {
                    reply(client, "%2\r\n+server\r\n+redis\r\n+version\r\n+" + version + "\r\n");
                } else if (line.equals("INFO")) {
                    String text = "# Server\r\nredis_version:" + version + "\r\n";
                    reply(client, "$" + text.length() + "\r\n" + text + "\r\n");
                }
            }
        }

        private static void reply(Socket client, String text) throws IOException {
            client.getOutputStream().write(text.getBytes(UTF_8));
        }

        @Override
        public void close() {
            try {
                listener.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
