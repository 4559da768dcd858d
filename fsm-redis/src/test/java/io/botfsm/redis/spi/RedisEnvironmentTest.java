package io.botfsm.redis.spi;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class RedisEnvironmentTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.redis.spi");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
    }

    private List<String> logged() {
        return log.list.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }

    private static RedisUri uri(Map<String, String> variables) {
        return RedisUri.fromEnvironment(variables);
    }

    @Test
    void nothingSetMeansTheUsualLocalServer() {
        assertThat(uri(Map.of())).hasToString("redis://localhost:6379");
    }

    @Test
    void aUrlSaysEverything() {
        RedisUri uri = uri(Map.of("REDIS_FSM_URL", "rediss://bot:secret@host:7000/3"));
        assertThat(uri).hasToString("rediss://host:7000/3");
        assertThat(uri.user()).contains("bot");
        assertThat(uri.password()).contains("secret");
    }

    @Test
    void partsMakeAServer() {
        RedisUri uri = uri(Map.of(
                "REDIS_FSM_HOST", "host",
                "REDIS_FSM_PORT", "7000",
                "REDIS_FSM_DB", "3",
                "REDIS_FSM_USERNAME", "bot",
                "REDIS_FSM_PASSWORD", "p@ss:w/rd#%"));
        assertThat(uri).hasToString("redis://host:7000/3");
        assertThat(uri.user()).contains("bot");
        assertThat(uri.password()).contains("p@ss:w/rd#%");
    }

    @Test
    void aPasswordNeedsNoUser() {
        RedisUri uri = uri(Map.of("REDIS_FSM_PASSWORD", "secret"));
        assertThat(uri.user()).isEmpty();
        assertThat(uri.password()).contains("secret");
    }

    @Test
    void emptyVariablesCountAsAbsent() {
        Map<String, String> empty = new HashMap<>();
        for (String part : new String[] {"URL", "HOST", "PORT", "DB", "USERNAME", "PASSWORD"}) {
            empty.put("REDIS_FSM_" + part, " ");
        }
        assertThat(uri(empty)).hasToString("redis://localhost:6379");
    }

    @ParameterizedTest
    @CsvSource({
        "HOST, other",
        "PORT, 7000",
        "PORT, tcp://10.0.0.11:6379",
        "DB, 1",
        "USERNAME, other",
        "PASSWORD, secret2"
    })
    void aCompleteUrlTakesPrecedenceAndTheLogNamesWhatIsIgnored(String part, String value) {
        RedisUri uri = uri(Map.of("REDIS_FSM_URL", "redis://bot:secret@host", "REDIS_FSM_" + part, value));

        assertThat(uri).hasToString("redis://host:6379");
        assertThat(uri.user()).contains("bot");
        assertThat(uri.password()).contains("secret");
        assertThat(logged())
                .containsExactly("WARN Ignoring REDIS_FSM_" + part + " because REDIS_FSM_URL is set")
                .noneMatch(line -> line.contains("secret"));
    }

    /** The variables that Kubernetes sets if a Service is called redis-fsm. */
    private static Map<String, String> ofKubernetes() {
        return Map.of(
                "REDIS_FSM_SERVICE_HOST", "10.0.0.11",
                "REDIS_FSM_SERVICE_PORT", "6379",
                "REDIS_FSM_SERVICE_PORT_REDIS", "6379",
                "REDIS_FSM_PORT", "tcp://10.0.0.11:6379",
                "REDIS_FSM_PORT_6379_TCP", "tcp://10.0.0.11:6379",
                "REDIS_FSM_PORT_6379_TCP_PROTO", "tcp",
                "REDIS_FSM_PORT_6379_TCP_PORT", "6379",
                "REDIS_FSM_PORT_6379_TCP_ADDR", "10.0.0.11");
    }

    private static Map<String, String> ofKubernetesAnd(String name, String value) {
        Map<String, String> all = new HashMap<>(ofKubernetes());
        all.put(name, value);
        return all;
    }

    @Test
    void aUrlBesideTheVariablesOfAServiceOfKubernetes() {
        assertThat(uri(ofKubernetesAnd("REDIS_FSM_URL", "redis://redis-fsm:6379/2")))
                .hasToString("redis://redis-fsm:6379/2");
        assertThat(logged()).containsExactly("WARN Ignoring REDIS_FSM_PORT because REDIS_FSM_URL is set");
    }

    @Test
    void theServiceOfKubernetesIsTheServerIfNothingElseIs() {
        assertThat(uri(ofKubernetes())).hasToString("redis://10.0.0.11:6379");
        assertThat(uri(Map.of("REDIS_FSM_PORT", "tcp://[fd00::11]:7000", "REDIS_FSM_DB", "3")))
                .hasToString("redis://[fd00::11]:7000/3");
        assertThat(uri(ofKubernetesAnd("REDIS_FSM_HOST", "10.0.0.11"))).hasToString("redis://10.0.0.11:6379");
    }

    /** It may well be the name of the Service. */
    @ParameterizedTest
    @ValueSource(strings = {"redis-fsm", "redis-fsm.prod.svc.cluster.local", "10-0-0-11.example"})
    void aNameBesideTheServiceOfKubernetesHasThePortOfTheService(String name) {
        Map<String, String> variables = Map.of("REDIS_FSM_HOST", name, "REDIS_FSM_PORT", "tcp://10.0.0.11:6380");
        assertThat(uri(variables)).hasToString("redis://" + name + ":6380");
        assertThat(logged())
                .containsExactly("INFO Using port 6380, which REDIS_FSM_PORT announces, for REDIS_FSM_HOST");
    }

    /** The port of the Service is not that of another server. */
    @ParameterizedTest
    @CsvSource({"10.0.0.12, 10.0.0.12", "fd00::11, [fd00::11]", "[fd00::11], [fd00::11]"})
    void anotherAddressBesideTheServiceOfKubernetesHasTheStandardPort(String host, String name) {
        Map<String, String> variables = Map.of("REDIS_FSM_HOST", host, "REDIS_FSM_PORT", "tcp://10.0.0.11:6380");
        assertThat(uri(variables)).hasToString("redis://" + name + ":6379");
        assertThat(logged())
                .containsExactly("WARN Ignoring REDIS_FSM_PORT, which announces an address other than REDIS_FSM_HOST,"
                        + " and using port 6379; to choose another port, set REDIS_FSM_PORT to a plain number");
    }

    /** The URL in a configuration, the password in a secret. */
    @Test
    void aUrlWithoutCredentialsIsCompleted() {
        RedisUri uri = uri(Map.of(
                "REDIS_FSM_URL", "rediss://host:7000/3?timeout=5s&verifyPeer=CA",
                "REDIS_FSM_USERNAME", "bot",
                "REDIS_FSM_PASSWORD", "p@ss:w/rd#%"));
        assertThat(uri).hasToString("rediss://host:7000/3");
        assertThat(uri.timeout()).contains(Duration.ofSeconds(5));
        assertThat(uri.peerCheck()).isEqualTo(RedisUri.PeerCheck.CA);
        assertThat(uri.user()).contains("bot");
        assertThat(uri.password()).contains("p@ss:w/rd#%");
        assertThat(logged()).isEmpty();
    }

    @Test
    void sentinelsHaveCredentialsOfTheirOwn() {
        RedisUri uri = uri(Map.of(
                "REDIS_FSM_URL", "redis-sentinel://h1,h2/1#main",
                "REDIS_FSM_PASSWORD", "secret",
                "REDIS_FSM_SENTINEL_USERNAME", "watcher",
                "REDIS_FSM_SENTINEL_PASSWORD", "secret2\n"));
        assertThat(uri).hasToString("redis-sentinel://h1:26379,h2:26379/1#main");
        assertThat(uri.password()).contains("secret");
        assertThat(uri.sentinelUser()).contains("watcher");
        assertThat(uri.sentinelPassword()).contains("secret2");
        assertThat(logged())
                .singleElement(as(STRING))
                .startsWith("WARN Removed the line break at the end of the Redis Sentinel password");
    }

    @Test
    void aUrlWithCredentialsOfSentinelsTakesPrecedenceToo() {
        RedisUri uri = uri(Map.of(
                "REDIS_FSM_URL", "redis-sentinel://h1?sentinelPassword=secret#main",
                "REDIS_FSM_SENTINEL_PASSWORD", "secret2"));
        assertThat(uri.sentinelPassword()).contains("secret");
        assertThat(logged()).containsExactly("WARN Ignoring REDIS_FSM_SENTINEL_PASSWORD because REDIS_FSM_URL is set");
    }

    @Test
    void credentialsOfSentinelsNeedSentinels() {
        assertThatThrownBy(() -> uri(Map.of("REDIS_FSM_HOST", "host", "REDIS_FSM_SENTINEL_PASSWORD", "secret")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("REDIS_FSM_SENTINEL_PASSWORD is set, but REDIS_FSM_URL names no Sentinels")
                .message()
                .doesNotContain("secret\"");
        assertThatThrownBy(() -> uri(
                        Map.of("REDIS_FSM_URL", "redis-sentinel://h1#main", "REDIS_FSM_SENTINEL_USERNAME", "watcher")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("REDIS_FSM_SENTINEL_PASSWORD is not");
    }

    @Test
    void aFileWithASecretMayEndInALineBreak() {
        RedisUri uri = uri(Map.of(
                "REDIS_FSM_HOST", " host\n",
                "REDIS_FSM_PORT", "7000\r\n",
                "REDIS_FSM_DB", "3\n",
                "REDIS_FSM_USERNAME", "bot\n",
                "REDIS_FSM_PASSWORD", "se cret\r\n"));
        assertThat(uri).hasToString("redis://host:7000/3");
        assertThat(uri.user()).contains("bot");
        assertThat(uri.password()).contains("se cret");
        assertThat(logged())
                .singleElement(as(STRING))
                .startsWith("WARN Removed the line break at the end of the Redis password");

        assertThat(uri(Map.of("REDIS_FSM_URL", "redis://:secret@host:7000/1\n")))
                .hasToString("redis://host:7000/1");
        assertThat(uri(Map.of("REDIS_FSM_PORT", "tcp://h:7000\n"))).hasToString("redis://h:7000");
    }

    /** It may be intended; a warning is logged. */
    @ParameterizedTest
    @ValueSource(strings = {" secret", "secret ", "secret \n", "\tsecret"})
    void otherWhitespaceAroundAPasswordIsKept(String password) {
        assertThat(uri(Map.of("REDIS_FSM_PASSWORD", password)).password()).contains(password.replace("\n", ""));
        assertThat(logged())
                .contains("WARN The Redis password begins or ends with whitespace, which is kept")
                .noneMatch(line -> line.contains("secret"));
    }

    @ParameterizedTest
    @CsvSource({
        "::1, redis://[::1]:6379",
        "[::1], redis://[::1]:6379",
        "' [fd00::11] ', redis://[fd00::11]:6379",
        "::ffff:127.0.0.1, redis://[::ffff:127.0.0.1]:6379",
        "fe80::1%eth0, redis://[fe80::1%eth0]:6379",
        "[fe80::1%br-3f_0.1], redis://[fe80::1%br-3f_0.1]:6379",
    })
    void aHostMayBeAnIpv6AddressWithOrWithoutBrackets(String host, String name) {
        assertThat(uri(Map.of("REDIS_FSM_HOST", host))).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host:7000",
                "[::1]:7000",
                "h1,h2",
                "redis://host",
                "redis://bot:secret@host:7000/1",
                "redis://:secret",
                "bot:secret",
                "host/1",
                "my host",
                "[::1",
                "::1]",
            })
    void whatIsNoHostIsRefusedByName(String host) {
        assertThatThrownBy(() -> uri(Map.of("REDIS_FSM_HOST", host)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("REDIS_FSM_HOST: a host must be a name or an address")
                .message()
                .doesNotContain(host)
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "PORT, secret",
        "DB, redis://:secret",
        "PORT, 0",
        "PORT, 65536",
        "PORT, -1",
        "DB, -1",
        "DB, 1.5",
        "DB, 99999999999",
        "PORT, udp://10.0.0.11:53",
        "PORT, tcp://10.0.0.11"
    })
    void badNumbersAreRefusedByName(String part, String value) {
        assertThatThrownBy(() -> uri(Map.of("REDIS_FSM_" + part, value, "REDIS_FSM_PASSWORD", "secret")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("REDIS_FSM_" + part)
                .hasMessageContaining(value.matches("-?\\d+") ? '"' + value + '"' : "\"***\"")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void aUserWithoutPasswordIsRefused() {
        assertThatThrownBy(() -> uri(Map.of("REDIS_FSM_USERNAME", "bot")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("REDIS_FSM_PASSWORD");
    }

    @Test
    void aBadUrlIsRefusedByName() {
        assertThatThrownBy(() -> uri(Map.of("REDIS_FSM_URL", "redis://bot:secret@host/one")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("REDIS_FSM_URL")
                .message()
                .doesNotContain("secret");
    }
}
