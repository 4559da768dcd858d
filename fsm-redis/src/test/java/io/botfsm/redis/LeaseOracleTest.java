package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RespConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The scripts of leases against a model of a few lines: the same random calls to both, and after each the same answer,
 * the same values in Redis, the right times to live, and as many messages. Repeat a failure with
 * {@code -Dbotfsm.seed=…}.
 */
@Timeout(600)
class LeaseOracleTest {
    private static final int CALLS = Boolean.getBoolean("botfsm.proof") ? 500_000 : 20_000;
    private static final int CALLS_PER_NAME = 50;
    private static final long HOUR = Duration.ofHours(1).toMillis();

    /** How much of a time to live may have passed between a call and its check. */
    private static final long SLACK = Duration.ofSeconds(30).toMillis();

    private static final List<Claim> CLAIMS = List.of(
            new Claim("a", "host 1"), new Claim("a", "host 2"), new Claim("b", "имя|😀\n\u0000"), new Claim("c", ""));

    private final long seed = Long.getLong("botfsm.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<String, Integer> seen = new HashMap<>();
    private RespConnection redis;
    private LeaseStore store;

    private String name;
    private String lease;
    private String fence;
    private Fences fences;

    // The model.
    private @Nullable Claim holder;
    private long ttl;
    private long token;
    private long fenceTtl;

    /** When the fence was created; 0 if that is not known yet. */
    private long since;

    private long stepBegun;
    private long messages;

    @BeforeEach
    void connect() {
        redis = RedisServers.shared().connect();
        redis.call("SELECT", "2");
        store = new RedisLeaseStore(new SocketPort(redis), Duration.ofSeconds(30), RedisLeaseOptions.defaults());
    }

    @AfterEach
    void disconnect() {
        redis.call("FLUSHDB");
        redis.close();
    }

    @Test
    void scriptsDecideLikeTheModel() throws Exception {
        System.out.println("[seed] LeaseOracleTest: -Dbotfsm.seed=" + seed);
        messages = redis.calls("publish");
        for (int i = 0; i < CALLS / CALLS_PER_NAME; i++) {
            begin("name " + i);
            for (int call = 0; call < CALLS_PER_NAME; call++) {
                String where = String.format(Locale.ROOT, "seed %d, call %d of %s", seed, call, name);
                one(where);
                compare(where);
            }
            assertThat(redis.calls("publish")).as(name).isEqualTo(messages);
        }
        System.out.println("[oracle] " + CALLS + " calls: " + seen);
        assertThat(seen.keySet())
                .contains(
                        "granted", "occupied", "renewed", "not yours", "released", "not released", "forced", "used up");
        assertThat(seen.values()).allMatch(count -> count > CALLS / 1_000);
    }

    private void begin(String next) {
        name = next;
        lease = "lock:{" + name + "}";
        fence = lease + ":fence";
        fences = random.nextBoolean() ? Fences.KEPT : Fences.EXPIRING;
        holder = null;
        token = 0;
        since = 0;
        fenceTtl = -2;
    }

    private void one(String where) throws Exception {
        stepBegun = micros();
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> acquire(where);
            case 3, 4, 5 -> renew(where);
            case 6, 7 -> release(where);
            case 8 -> expire();
            default -> forceOrForget(where);
        }
        assertThat(get(store.read(name))).as(where).satisfies(this::isStored);
    }

    private LeaseRequest request() {
        Duration length = Duration.ofMillis(HOUR + random.nextInt(1_000_000));
        long floor = switch (random.nextInt(40)) {
            case 0 -> LeaseRequest.MAX_FENCING_TOKEN - random.nextInt(2);
            case 1, 2, 3, 4, 5, 6 ->
                Math.min(LeaseRequest.MAX_FENCING_TOKEN, token + random.nextInt(5) - Math.min(token, 2));
            case 7, 8 -> random.nextInt(5);
            default -> 0;
        };
        return new LeaseRequest(name, CLAIMS.get(random.nextInt(CLAIMS.size())), length, floor, fences);
    }

    private long micros() {
        List<?> time = (List<?>) redis.call("TIME");
        return Long.parseLong(text(time.get(0))) * 1_000_000 + Long.parseLong(text(time.get(1)));
    }

    private static String text(@Nullable Object bytes) {
        return new String((byte[]) bytes, UTF_8);
    }

    private void acquire(String where) throws Exception {
        LeaseRequest request = request();
        if (holder == null && token == LeaseRequest.MAX_FENCING_TOKEN) {
            isUsedUp(where, store.acquire(request));
            return;
        }
        long before = micros();
        Acquisition answer = get(store.acquire(request));
        long after = micros();
        if (holder != null) {
            assertThat(answer).as(where).isInstanceOfSatisfying(Occupied.class, occupied -> {
                assertThat(occupied.claim()).as(where).isEqualTo(holder);
                assertThat(occupied.remaining().orElseThrow().toMillis())
                        .as(where)
                        .isBetween(ttl - SLACK, ttl);
            });
            count("occupied");
            return;
        }
        long granted = ((Granted) answer).fencingToken();
        long least = Math.max(token + 1, request.floor());
        assertThat(granted).as(where).isBetween(Math.max(least, before), Math.max(least, after));
        token = granted;
        hold(request);
        count("granted");
    }

    private void hold(LeaseRequest request) {
        holder = request.claim();
        ttl = request.ttl().toMillis();
        if (token > 0) {
            fenceTtl = fences == Fences.KEPT ? -1 : ttl + HOUR;
        }
    }

    private void renew(String where) throws Exception {
        LeaseRequest request = request();
        if (request.claim().equals(holder)) {
            assertThat(get(store.renew(request))).as(where).isEqualTo(new Renewed());
            token = Math.max(token, request.floor());
            hold(request);
            count("renewed");
        } else {
            assertThat(get(store.renew(request)))
                    .as(where)
                    .isInstanceOfSatisfying(NotYours.class, answer -> isStored(answer.found()));
            count("not yours");
        }
    }

    private void release(String where) throws Exception {
        Claim claim = CLAIMS.get(random.nextInt(CLAIMS.size()));
        boolean had = claim.equals(holder);
        assertThat(get(store.release(name, claim))).as(where).isEqualTo(had);
        if (had) {
            holder = null;
            messages++;
        }
        count(had ? "released" : "not released");
    }

    private void expire() {
        redis.call("DEL", lease);
        holder = null;
    }

    private void forceOrForget(String where) throws Exception {
        if (random.nextInt(4) == 0) {
            redis.call("DEL", fence);
            token = 0;
            since = 0;
            fenceTtl = -2;
            return;
        }
        if (token == LeaseRequest.MAX_FENCING_TOKEN) {
            isUsedUp(where, store.force(name));
            return;
        }
        long before = micros();
        get(store.force(name));
        long raised = Long.parseLong(redis.text("GET", fence).split(" ", -1)[0]);
        assertThat(raised).as(where).isBetween(Math.max(token + 1, before), Math.max(token + 1, micros()));
        if (token == 0) {
            fenceTtl = HOUR;
        }
        token = raised;
        holder = null;
        messages++;
        count("forced");
    }

    private void isUsedUp(String where, CompletionStage<?> answer) throws Exception {
        try {
            throw new AssertionError(where + ": " + get(answer));
        } catch (ExecutionException e) {
            assertThat(e.getCause())
                    .as(where)
                    .isInstanceOfSatisfying(
                            LeaseStoreException.class,
                            failure -> assertThat(failure.isLasting()).isTrue())
                    .hasMessageContaining(fence);
        }
        count("used up");
    }

    private void count(String what) {
        seen.merge(what, 1, Integer::sum);
    }

    private void isStored(StoredLease stored) {
        assertThat(stored.claim()).isEqualTo(Optional.ofNullable(holder));
        assertThat(stored.remaining().isPresent()).isEqualTo(holder != null);
        stored.remaining().ifPresent(left -> assertThat(left.toMillis()).isBetween(ttl - SLACK, ttl));
        assertThat(stored.fencingToken()).isEqualTo(token == 0 ? OptionalLong.empty() : OptionalLong.of(token));
    }

    /** Compares the content of Redis with the model, without using the scripts. */
    private void compare(String where) {
        assertThat(redis.text("GET", lease)).as(where).isEqualTo(holder == null ? "null" : holder.text());
        compareFence(where, redis.text("GET", fence));
        checkPttl(where, lease, holder == null ? -2 : ttl);
        checkPttl(where, fence, fenceTtl);
    }

    /** The fence holds the highest token and the time at which it was created. */
    private void compareFence(String where, String stored) {
        if (token == 0) {
            assertThat(stored).as(where).isEqualTo("null");
            since = 0;
            return;
        }
        String[] numbers = stored.split(" ", -1);
        assertThat(numbers).as(where).hasSize(2).startsWith(Long.toString(token));
        if (since == 0) {
            since = Long.parseLong(numbers[1]);
            assertThat(since).as(where).isBetween(stepBegun, micros());
        } else {
            assertThat(Long.parseLong(numbers[1])).as(where).isEqualTo(since);
        }
    }

    private void checkPttl(String where, String key, long expected) {
        long pttl = redis.number("PTTL", key);
        if (expected < 0) {
            assertThat(pttl).as(where + ", " + key).isEqualTo(expected);
        } else {
            assertThat(pttl).as(where + ", " + key).isBetween(expected - SLACK, expected);
        }
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
