package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.internal.Script;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RedisServerCheckTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static RedisServerProcess server;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void check(RedisUser user) {
        check(user, check -> check.run("fsm"));
    }

    private static void checkForLeases(RedisUser user) {
        check(user, check -> check.runForLeases("lock"));
    }

    private static void check(RedisUser user, Consumer<RedisServerCheck> run) {
        try (RespConnection admin = server.connect();
                RespConnection connection = server.connect()) {
            user.createOver(admin);
            connection.call("AUTH", user.name(), user.password());
            try {
                run.accept(new RedisServerCheck(new SocketPort(connection), "redis://test", TIMEOUT));
            } finally {
                assertThat(admin.number("DBSIZE")).as("keys left behind").isZero();
            }
        }
    }

    /** All commands except those that only clients need. */
    static Stream<String> commandsOfConversations() {
        return RedisUser.OF_CONVERSATIONS.commands().filter(command -> !command.equals("select"));
    }

    /** All commands except those that only clients need, and those that leases can do without. */
    static Stream<String> commandsOfLeases() {
        return RedisUser.OF_LEASES
                .commands()
                .filter(command ->
                        !Set.of("select", "unsubscribe", "config|get").contains(command));
    }

    @Test
    void theMinimalRightsAreEnough() {
        assertThatCode(() -> check(RedisUser.OF_CONVERSATIONS)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("commandsOfConversations")
    void aMissingRightIsRefusedByName(String command) {
        RedisUser user = RedisUser.OF_CONVERSATIONS.without("+" + command);

        assertThatThrownBy(() -> check(user))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("redis://test")
                .hasMessageContaining(command.toUpperCase(Locale.ROOT).replace('|', ' '));
    }

    @Test
    void theProbeTriesEveryCommandOfTheScripts() {
        Set<String> ofDeadlines = Set.of("ZADD", "ZREM", "WRONGTYPE"); // tried when a queue is first used
        Set<String> tried = commands(Scripts.PROBE);
        for (Script script : Scripts.OF_CONVERSATIONS) {
            Set<String> used = commands(script);
            used.removeAll(ofDeadlines);
            assertThat(tried).containsAll(used);
        }
        assertThat(commands(Scripts.WRITE)).hasSize(9 + ofDeadlines.size());
    }

    @Test
    void theMinimalRightsForLeasesAreEnough() {
        assertThatCode(() -> checkForLeases(RedisUser.OF_LEASES)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("commandsOfLeases")
    void aRightThatLeasesMissIsRefusedByName(String command) {
        RedisUser user = RedisUser.OF_LEASES.without("+" + command);

        assertThatThrownBy(() -> checkForLeases(user))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("redis://test")
                .hasMessageContaining(
                        "no permission for " + command.toUpperCase(Locale.ROOT).replace('|', ' '));
    }

    @ParameterizedTest
    @ValueSource(strings = {"~lock:*", "&lock:*"})
    void missingRightsForKeysOrChannelsOfLeasesAreRefused(String right) {
        RedisUser user = RedisUser.OF_LEASES.without(right);

        assertThatThrownBy(() -> checkForLeases(user))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("keys and channels lock:*");
    }

    /** The fence of a lease is a key too. */
    @Test
    void rightsForTheLeaseAloneAreNotEnough() {
        RedisUser user = RedisUser.OF_LEASES.without("~lock:*").with("~lock:{*}");

        assertThatThrownBy(() -> checkForLeases(user)).isInstanceOf(StorageRefusedException.class);
    }

    @Test
    void theProbeForLeasesTriesEveryCommandOfTheScripts() {
        Set<String> tried = commands(Scripts.LEASE_PROBE);
        Set<String> used = Scripts.OF_LEASES.stream()
                .filter(script -> script != Scripts.LEASE_PROBE)
                .flatMap(script -> commands(script).stream())
                .filter(name -> !name.equals("KEEPTTL")) // an option
                .collect(Collectors.toSet());
        assertThat(tried).containsAll(used);
        assertThat(used).containsExactlyInAnyOrder("GET", "SET", "TIME", "PTTL", "PEXPIRE", "DEL", "PUBLISH");
    }

    private static Set<String> commands(Script script) {
        return Pattern.compile("'([A-Z]{3,})'")
                .matcher(new String(script.text(), UTF_8))
                .results()
                .map(name -> name.group(1))
                .collect(Collectors.toSet());
    }

    @Test
    void missingRightsForTheKeysAreRefused() {
        RedisUser user = RedisUser.OF_CONVERSATIONS.without("~fsm:*").with("~other:*");

        assertThatThrownBy(() -> check(user))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("keys fsm:*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.2.0", "6.2.14", "6.10.1", "7.0.15", "7.2.4", "8.0.0", "10.1", "255.255.255"})
    void newEnoughServersPass(String version) {
        assertThatCode(() -> checkVersion("# Server\r\nredis_version:" + version + "\r\nredis_mode:standalone\r\n"))
                .isInstanceOf(CheckPassedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.0.16", "5.0.14", "2.8.9", "6.1.240"})
    void oldServersAreRefused(String version) {
        assertThatThrownBy(() -> checkVersion("# Server\r\nredis_version:" + version + "\r\nredis_mode:standalone\r\n"))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessage("redis://test runs Redis " + version + "; 6.2 or newer is required");
    }

    /** Its scripts would truncate numbers, and store records that cannot be read. */
    @Test
    void a32BitServerIsRefused() {
        String info = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\narch_bits:";
        assertThatCode(() -> checkVersion(info + "64\r\n")).isInstanceOf(CheckPassedException.class);
        assertThatThrownBy(() -> checkVersion(info + "32\r\n"))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageStartingWith("redis://test is a 32-bit build of Redis");
    }

    @Test
    void aServerWithoutVersionIsRefused() {
        assertThatThrownBy(() -> checkVersion("# Server\r\n"))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("does not report its version");
    }

    @Test
    void aServerThatDoesNotAnswerIsUnavailable() {
        assertThatThrownBy(() -> new RedisServerCheck(
                                new InfoPort(CompletableFuture::new), "redis://test", Duration.ofMillis(50))
                        .run("fsm"))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("no answer to INFO");
    }

    @Test
    void anInterruptIsKept() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() ->
                        new RedisServerCheck(new InfoPort(CompletableFuture::new), "redis://test", TIMEOUT).run("fsm"))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aConnectionThatIsLostAtOnceIsAskedAgainWhenItIsReplaced() {
        Iterator<CompletionStage<String>> answers = List.<CompletionStage<String>>of(
                        notSent(), notSent(), CompletableFuture.completedFuture("redis_version:7.0.0"))
                .iterator();
        assertThatThrownBy(() -> new RedisServerCheck(new InfoPort(answers::next), "redis://test", TIMEOUT).run("fsm"))
                .isInstanceOf(CheckPassedException.class);
        assertThat(answers.hasNext()).isFalse();
    }

    @Test
    void aConnectionThatIsNotReplacedIsGivenUp() {
        assertThatThrownBy(
                        () -> new RedisServerCheck(new InfoPort(RedisServerCheckTest::notSent), "redis://test", TIMEOUT)
                                .run("fsm"))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("INFO: not sent");
    }

    /** Subscriptions have their own connection. */
    @Test
    void aSubscriptionThatWasNotSentIsAskedForAgain() {
        AtomicInteger asked = new AtomicInteger();
        try (RespConnection connection = server.connect()) {
            RedisPort port = new SocketPort(connection) {
                @Override
                public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
                    return asked.incrementAndGet() < 3
                            ? CompletableFuture.failedFuture(RedisPortException.notSent(null))
                            : super.subscribe(channel, hint);
                }
            };
            new RedisServerCheck(port, "redis://test", TIMEOUT).runForLeases("lock");
        }
        assertThat(asked).hasValue(3);
    }

    @Test
    void connectingDoesNotTakeManyTimesAsLongSinceItAsksAgain() {
        AtomicInteger asked = new AtomicInteger();
        try (RespConnection connection = server.connect()) {
            RedisPort port = new SocketPort(connection) {
                @Override
                public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
                    asked.incrementAndGet();
                    return CompletableFuture.supplyAsync(
                            () -> {
                                throw RedisPortException.notSent(null);
                            },
                            CompletableFuture.delayedExecutor(TIMEOUT.toMillis() / 2, TimeUnit.MILLISECONDS));
                }
            };
            assertThatThrownBy(() -> new RedisServerCheck(port, "redis://test", TIMEOUT).runForLeases("lock"))
                    .isInstanceOf(StorageUnavailableException.class)
                    .hasMessageContaining("SUBSCRIBE");
        }
        assertThat(asked).hasValueLessThan(5); // 8 s, 2.5 s each; without a limit it would never end
    }

    private static CompletionStage<String> notSent() {
        return CompletableFuture.failedFuture(RedisPortException.notSent(null));
    }

    private static void checkVersion(String info) {
        new RedisServerCheck(new InfoPort(() -> CompletableFuture.completedFuture(info)), "redis://test", TIMEOUT)
                .run("fsm");
    }

    @SuppressWarnings("serial") // never sent over a wire
    private static final class CheckPassedException extends RuntimeException {}

    /** Answers INFO only. */
    private record InfoPort(Supplier<CompletionStage<String>> answers) implements RedisPort {
        @Override
        public CompletionStage<String> info(String section) {
            return answers.get();
        }

        @Override
        public CompletionStage<List<byte[]>> hgetall(byte[] key) {
            throw new CheckPassedException();
        }

        @Override
        public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
            throw new CheckPassedException();
        }

        @Override
        public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
            throw new CheckPassedException();
        }

        @Override
        public CompletionStage<String> scriptLoad(byte[] script) {
            throw new CheckPassedException();
        }

        @Override
        public CompletionStage<List<byte[]>> configGet(String pattern) {
            throw new CheckPassedException();
        }

        @Override
        public CompletionStage<List<Object>> scan(byte[] cursor, byte[] pattern, int count) {
            throw new CheckPassedException();
        }

        @Override
        public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
            throw new CheckPassedException();
        }

        @Override
        public FollowedScripts followedBy(List<byte[]> command) {
            throw new CheckPassedException();
        }

        @Override
        public long connection() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
