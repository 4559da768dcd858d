package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.lock.store.StoredLease;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RespConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RedisLeaseStoreTest {
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final Claim MINE = new Claim("mine", "host 1");
    private static final Claim THEIRS = new Claim("theirs", "host 2");

    private final String name = "bot-" + UUID.randomUUID();
    private final String lease = "lock:{" + name + "}";
    private final String fence = lease + ":fence";
    private RespConnection redis;
    private LeaseStore store;

    @BeforeEach
    void connect() {
        redis = RedisServers.shared().connect();
        store = over(new SocketPort(redis));
    }

    @AfterEach
    void disconnect() {
        redis.call("CONFIG", "SET", "maxmemory", "0");
        redis.call("DEL", lease, fence);
        redis.close();
    }

    private static LeaseStore over(RedisPort port) {
        return new RedisLeaseStore(port, DEADLINE, RedisLeaseOptions.defaults());
    }

    private LeaseRequest request(Claim claim, Duration ttl) {
        return new LeaseRequest(name, claim, ttl, 0, Fences.KEPT);
    }

    private LeaseRequest request() {
        return request(MINE, Duration.ofSeconds(30));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static LeaseStoreException failure(CompletionStage<?> stage) throws Exception {
        List<Throwable> direct = new ArrayList<>();
        var unused = stage.whenComplete((value, failure) -> direct.add(failure));
        try {
            throw new AssertionError("it did not fail: " + get(stage));
        } catch (ExecutionException e) {
            assertThat(direct).as("what dependents are given").containsExactly(e.getCause());
            return (LeaseStoreException) e.getCause();
        }
    }

    /** Every operation on a store, for what they have in common. */
    private List<Function<LeaseStore, CompletionStage<?>>> operations() {
        return List.of(
                s -> s.acquire(request()),
                s -> s.renew(request()),
                s -> s.release(name, MINE),
                s -> s.read(name),
                s -> s.force(name));
    }

    @Test
    void aLeaseEndsWithItsTimeToLiveAndItsFenceStays() throws Exception {
        long first = ((Granted) get(store.acquire(request(MINE, Duration.ofMillis(1))))).fencingToken();
        Awaitility.await().until(() -> get(store.read(name)).claim().isEmpty());
        assertThat(get(store.read(name)))
                .isEqualTo(new StoredLease(Optional.empty(), Optional.empty(), OptionalLong.of(first)));
        assertThat(get(store.renew(request()))).isInstanceOf(NotYours.class);
        assertThat(((Granted) get(store.acquire(request(THEIRS, Duration.ofSeconds(30))))).fencingToken())
                .isGreaterThan(first);
        assertThat(get(store.release(name, MINE))).isFalse();
    }

    @Test
    void aServerThatForgotTheScriptIsSentItWithinTheSameCall() throws Exception {
        for (Function<LeaseStore, CompletionStage<?>> operation : operations()) {
            redis.call("SCRIPT", "FLUSH");
            long evals = redis.calls("eval");
            get(operation.apply(store));
            get(operation.apply(store));
            assertThat(redis.calls("eval") - evals).isEqualTo(1);
        }
    }

    /** It is held forever, and not by this library. */
    @Test
    void aLeaseWithoutTimeToLiveIsReportedWithoutRemainingTime() throws Exception {
        redis.call("SET", lease, "someone|else|entirely");
        Claim claim = new Claim("someone", "else|entirely");
        assertThat(get(store.acquire(request()))).isEqualTo(new Occupied(claim, Optional.empty()));
        assertThat(get(store.renew(request())))
                .isEqualTo(new NotYours(new StoredLease(Optional.of(claim), Optional.empty(), OptionalLong.empty())));
        assertThat(redis.number("PTTL", lease)).isEqualTo(-1);
        assertThat(get(store.release(name, claim))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no bar", "|", "|x"})
    void aLeaseOfSomethingElseIsOccupied(String value) throws Exception {
        redis.call("SET", lease, value);
        assertThat(get(store.acquire(request()))).isEqualTo(new Occupied(Claim.parse(value), Optional.empty()));
        assertThat(redis.text("GET", lease)).isEqualTo(value);
        get(store.force(name));
        assertThat(get(store.acquire(request()))).isInstanceOf(Granted.class);
    }

    @Test
    void aKeyOfAnotherKindIsRefusedByNameAndLeftAlone() throws Exception {
        redis.call("HSET", lease, "s", "hunter2");
        for (Function<LeaseStore, CompletionStage<?>> operation : operations()) {
            assertThat(failure(operation.apply(store)))
                    .hasMessageContaining(lease)
                    .hasMessageContaining("WRONGTYPE")
                    .matches(LeaseStoreException::isLasting);
        }
        assertThat(redis.hash(lease.getBytes(UTF_8))).containsOnlyKeys("s");
        assertThat(redis.number("EXISTS", fence)).isZero();
    }

    @Test
    void aFenceOfAnotherKindIsRefusedByNameAndLeftAlone() throws Exception {
        redis.call("HSET", fence, "s", "hunter2");
        assertThat(failure(store.acquire(request())))
                .hasMessageContaining(lease)
                .hasMessageContaining("WRONGTYPE")
                .matches(LeaseStoreException::isLasting);
        assertThat(failure(store.force(name))).matches(LeaseStoreException::isLasting);
        assertThat(redis.number("EXISTS", lease)).isZero();
        assertThat(redis.hash(fence.getBytes(UTF_8))).containsOnlyKeys("s");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hunter2",
                "1e300",
                "5",
                "9007199254740991",
                "99999999999999999999",
                "9007199254740991 1700000000000000",
                "inf 1700000000000000",
                "x 1700000000000000",
                " 1700000000000000"
            })
    void aFenceThatCannotRiseIsRefusedByNameAndLeftAlone(String value) throws Exception {
        redis.call("SET", fence, value);
        assertThat(failure(store.acquire(request())))
                .hasMessageContaining(fence)
                .matches(LeaseStoreException::isLasting);
        redis.call("SET", lease, MINE.text());
        assertThat(failure(store.force(name))).hasMessageContaining(fence).matches(LeaseStoreException::isLasting);
        assertThat(redis.text("GET", lease)).isEqualTo(MINE.text());
        assertThat(redis.text("GET", fence)).isEqualTo(value);
    }

    /** A lease that is held matters more than a fence that is damaged. */
    @Test
    void aDamagedFenceHidesNothingElse() throws Exception {
        get(store.acquire(request()));
        for (String damaged : List.of("damaged", "and more damaged", "x 1700000000000000", " 1700000000000000")) {
            redis.call("SET", fence, damaged);
            assertThat(get(store.read(name)).fencingToken()).isEmpty();
            assertThat(get(store.renew(request().withFloor(5)))).isInstanceOf(Renewed.class);
            assertThat(get(store.renew(request(THEIRS, Duration.ofSeconds(1))))).isInstanceOf(NotYours.class);
            assertThat(redis.text("GET", fence)).isEqualTo(damaged);
        }
    }

    @Test
    void theHighestTokenIsTheLast() throws Exception {
        Granted highest = (Granted) get(store.acquire(request().withFloor(LeaseRequest.MAX_FENCING_TOKEN)));
        assertThat(highest.fencingToken()).isEqualTo(LeaseRequest.MAX_FENCING_TOKEN);
        assertThat(get(store.acquire(request())))
                .as("an exhausted name is not granted to anyone, but still held")
                .isInstanceOf(Occupied.class);
    }

    /** A token may be ahead of the time; the age of a fence is not derived from it. */
    @Test
    void aFenceIsNoOlderForAHighToken() throws Exception {
        LeaseStore declared = new RedisLeaseStore(
                new SocketPort(redis),
                DEADLINE,
                RedisLeaseOptions.builder().newStore(true).build());
        Awaitility.await("an uptime that counts").until(() -> {
            LeaseRequest another = new LeaseRequest(name, MINE, Duration.ofSeconds(30), 0, Fences.EXPIRING);
            boolean counts = ((Granted) get(declared.acquire(another))).memory().compareTo(Duration.ofSeconds(1)) > 0;
            get(declared.release(name, MINE));
            return counts;
        });
        redis.call(
                "EVAL",
                "redis.call('SELECT', 9) return redis.call('FLUSHDB')",
                "0"); // it cannot show that it lost nothing
        redis.call("DEL", fence);
        long begin = System.nanoTime();
        Duration first = ((Granted) get(store.acquire(request().withFloor(1L << 52)))).memory();
        get(store.release(name, MINE));
        Duration second = ((Granted) get(store.acquire(request()))).memory();
        assertThat(first).isZero();
        assertThat(second).isLessThanOrEqualTo(Duration.ofNanos(System.nanoTime() - begin));
    }

    /** While it has no memory left, Redis refuses a SET, but not the commands that renew or release a lease. */
    @Test
    void aServerWithoutMemoryKeepsAndFreesLeases() throws Exception {
        get(store.acquire(request()));
        long before = get(store.read(name)).fencingToken().orElseThrow();
        redis.call("CONFIG", "SET", "maxmemory", "1");

        assertThat(get(store.renew(request().withFloor(before + 5)))).isInstanceOf(Renewed.class);
        assertThat(get(store.read(name)).fencingToken()).hasValue(before + 5);
        assertThat(get(store.release(name, MINE))).isTrue();
        LeaseStoreException full = failure(store.acquire(request()));
        assertThat(full).hasMessageContaining("OOM").matches(failure -> !failure.isLasting());
        assertThat(redis.number("EXISTS", lease)).isZero();
        assertThat(redis.text("GET", fence)).startsWith((before + 5) + " ");

        redis.call("CONFIG", "SET", "maxmemory", "0");
        get(store.acquire(request()));
        redis.call("CONFIG", "SET", "maxmemory", "1");
        get(store.force(name));
        assertThat(redis.number("EXISTS", lease)).isZero();
    }

    @Test
    void theLongestTimesAreUnderstood() throws Exception {
        Duration longest = LeaseRequest.MAX_TTL;
        LeaseRequest expiring = new LeaseRequest(name, MINE, longest, 0, Fences.EXPIRING);
        assertThat(get(store.acquire(expiring))).isInstanceOf(Granted.class);
        assertThat(get(store.renew(expiring))).isInstanceOf(Renewed.class);
        assertThat(get(store.read(name)).remaining().orElseThrow()).isGreaterThan(longest.minusMinutes(1));
    }

    @Test
    void anotherPrefixIsAnotherStore() throws Exception {
        LeaseStore other = new RedisLeaseStore(
                new SocketPort(redis),
                DEADLINE,
                RedisLeaseOptions.builder().keyPrefix("shop:lock").build());
        get(store.acquire(request()));
        assertThat(get(other.acquire(request(THEIRS, Duration.ofSeconds(30))))).isInstanceOf(Granted.class);
        assertThat(redis.text("GET", "shop:lock:{" + name + "}")).isEqualTo(THEIRS.text());
        get(other.release(name, THEIRS));
        redis.call("DEL", "shop:lock:{" + name + "}:fence");
    }

    @Test
    void closingEndsTheStoreAndItsPort() throws Exception {
        store.close();
        store.close();
        for (Function<LeaseStore, CompletionStage<?>> operation : operations()) {
            assertThat(failure(operation.apply(store)))
                    .hasMessageContaining("closed")
                    .matches(LeaseStoreException::isLasting);
        }
        assertThat(failure(store.subscribe(name, () -> {}))).matches(LeaseStoreException::isLasting);
        assertThatThrownBy(() -> redis.call("PING")).isInstanceOf(RuntimeException.class);
        redis = RedisServers.shared().connect();
    }

    @ParameterizedTest
    @CsvSource({
        "LOADING Redis is loading, false",
        "BUSY Redis is busy, false",
        "READONLY You can't write, false",
        "MISCONF Errors writing, false",
        "NOPERM this user has no permissions, true",
        "NOAUTH Authentication required, false",
        "WRONGPASS invalid, false",
        "ERR something of user_script @user_script:1, true",
    })
    void aServersErrorIsReportedAsWhatItMeans(String text, boolean lasting) throws Exception {
        LeaseStore failing = over(new FailingPort(RedisPortException.ofServerError(text)));
        for (Function<LeaseStore, CompletionStage<?>> operation : operations()) {
            assertThat(failure(operation.apply(failing)))
                    .hasMessageContaining(lease)
                    .hasCauseInstanceOf(RedisPortException.class)
                    .matches(failure -> failure.isLasting() == lasting);
        }
        assertThat(failure(failing.subscribe(name, () -> {}))).matches(failure -> failure.isLasting() == lasting);
    }

    @Test
    void otherFailuresAreReportedAsWhatTheyMean() throws Exception {
        assertThat(failure(
                        over(new FailingPort(RedisPortException.notSent(null))).renew(request())))
                .matches(failure -> !failure.isLasting());
        assertThat(failure(over(new FailingPort(RedisPortException.outcomeUnknown(null)))
                        .renew(request())))
                .matches(failure -> !failure.isLasting());
        assertThat(failure(over(new FailingPort(RedisPortException.closed())).renew(request())))
                .matches(LeaseStoreException::isLasting);
        assertThat(failure(over(new FailingPort(new CompletionException(RedisPortException.closed())))
                        .renew(request())))
                .matches(LeaseStoreException::isLasting);
        assertThat(failure(
                        over(new FailingPort(new IllegalStateException("oops"))).renew(request())))
                .matches(failure -> !failure.isLasting());
    }

    @Test
    void sendingTheScriptToItStaysWithinTheDeadline() throws Exception {
        RedisPort hangs = new FailingPort(RedisPortException.ofServerError("NOSCRIPT No matching script.")) {
            @Override
            public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
                return new CompletableFuture<>();
            }
        };
        Duration deadline = Duration.ofMillis(300);
        long begin = System.nanoTime();
        CompletionStage<Acquisition> acquired =
                new RedisLeaseStore(hangs, deadline, RedisLeaseOptions.defaults()).acquire(request());
        assertThat(failure(acquired)).matches(failure -> !failure.isLasting());
        assertThat(System.nanoTime() - begin).isLessThan(deadline.plusSeconds(2).toNanos());
    }

    @Test
    void impossibleDeadlinesAreRefused() {
        for (Duration impossible : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            assertThatThrownBy(() -> new RedisLeaseStore(
                            new FailingPort(RedisPortException.closed()), impossible, RedisLeaseOptions.defaults()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(impossible.toString());
        }
    }

    @Test
    void optionsAreCheckedAndEchoed() {
        assertThatThrownBy(() -> RedisLeaseOptions.builder().keyPrefix("a{b}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a{b}");
        assertThat(RedisLeaseOptions.builder().keyPrefix("x").newStore(true).build())
                .hasToString("RedisLeaseOptions[keyPrefix=x, newStore=true]");
        assertThat(RedisLeaseOptions.defaults().isNewStore()).isFalse();
    }
}
