package io.botfsm.redis.conformance;

import static io.botfsm.redis.conformance.Ports.eval;
import static io.botfsm.redis.conformance.Ports.evaluation;
import static io.botfsm.redis.conformance.Ports.failure;
import static io.botfsm.redis.conformance.Ports.get;
import static io.botfsm.redis.conformance.Ports.since;
import static io.botfsm.redis.conformance.Ports.succeeds;
import static io.botfsm.redis.conformance.Ports.until;
import static io.botfsm.redis.conformance.Ports.utf8;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPort.ChannelSubscription;
import io.botfsm.redis.spi.RedisPort.FollowedScripts;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The rules P01 to P18 of {@link RedisPort}, described in the project's documentation, page "Writing a port". A test of
 * a port extends this class and needs a server of its own, which it can cut off and restart.
 */
@Timeout(120)
public abstract class RedisPortConformance {
    private static final Duration TIMEOUT = Duration.ofMillis(1_500);

    /** The timeout, with room for threads that wait for a processor. */
    private static final Duration IN_TIME = TIMEOUT.plusSeconds(2);

    private static final Duration BACK = Duration.ofSeconds(2);
    private static final String COUNT = "return redis.call('HINCRBY', KEYS[1], 'n', 1)";
    private static final String PUBLISH = "return redis.call('PUBLISH', ARGV[1], '')";

    private final byte[] key = utf8("port:" + UUID.randomUUID());
    private final List<RedisPort> opened = new ArrayList<>();

    /** A suite. */
    protected RedisPortConformance() {}

    /**
     * Opens a port on the server.
     *
     * @param timeout how long a command may take
     */
    protected abstract RedisPort open(Duration timeout);

    /** Lets commands reach the server and loses what it answers, on open connections and new ones. */
    protected abstract void loseAnswers();

    /** Closes all connections and refuses new ones. */
    protected abstract void cutOff();

    /** Closes all connections and refuses the credentials of new ones ({@code NOAUTH}, {@code WRONGPASS}). */
    protected abstract void refuseCredentials();

    /**
     * Slows down the server's answers, on open connections and new ones: up to 1,000 bytes arrive at once, longer
     * answers in pieces of 1,000 bytes, with pauses of 100 ms.
     */
    protected abstract void slowDown();

    /** Ends each of these faults. */
    protected abstract void restore();

    /** Ends the server's process and starts another in its place, with or without its data. */
    protected abstract void restart();

    @AfterEach
    void close() {
        restore();
        opened.forEach(RedisPort::close);
    }

    private RedisPort port() {
        RedisPort port = open(TIMEOUT);
        opened.add(port);
        until(() -> succeeds(port.hgetall(key))); // on a busy machine connecting may take longer than a command
        return port;
    }

    private long counted(RedisPort port) {
        List<byte[]> hash = get(port.hgetall(key));
        return hash.isEmpty() ? 0 : Long.parseLong(new String(hash.get(1), US_ASCII));
    }

    /**
     * Waits until the port knows that the server is unavailable: before, a command may be sent into a lost connection.
     */
    private void awaitLoss(RedisPort port) {
        until(() -> failure(port.hgetall(key)).kind() == CommandOutcome.NOT_SENT);
    }

    /** P01. */
    @Test
    protected void p01_commandsAreSentOnce() {
        RedisPort port = port();
        for (long i = 1; i <= 100; i++) {
            assertThat(eval(port, COUNT, key)).containsExactly(i);
        }
        assertThat(counted(port)).isEqualTo(100);
    }

    /** P02. */
    @Test
    protected void p02_anyBytesComeThrough() {
        RedisPort port = port();
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        byte[] anyKey = new byte[] {0, (byte) 0xff, '\r', '\n', (byte) 0x80};
        byte[] large = new byte[1_000_000];
        large[999_999] = (byte) 0xc3;
        for (byte[] value : List.of(all, new byte[0], large)) {
            String store = "redis.call('DEL', KEYS[1]); redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]); return ARGV[2]";
            List<Object> reply = eval(port, store, anyKey, all, value);
            assertThat((byte[]) reply.get(0)).isEqualTo(value);
            List<byte[]> hash = get(port.hgetall(anyKey));
            assertThat(hash).hasSize(2);
            assertThat(hash.get(0)).isEqualTo(all);
            assertThat(hash.get(1)).isEqualTo(value);
        }
    }

    /** P03. */
    @Test
    protected void p03_repliesHaveOneForm() {
        RedisPort port = port();
        assertThat(eval(port, "return 7", key)).containsExactly(7L);
        assertThat(eval(port, "return {}", key)).isEmpty();
        assertThat(eval(port, "return {1, {2, {3}}, 4}", key)).containsExactly(1L, List.of(2L, List.of(3L)), 4L);
        assertThat((byte[]) eval(port, "return 'a'", key).get(0)).isEqualTo(utf8("a"));
        assertThat((byte[]) eval(port, "return redis.status_reply('OK')", key).get(0))
                .isEqualTo(utf8("OK"));
        assertThat((byte[]) eval(port, "return false", key).get(0)).isEmpty();
        assertThat((byte[]) eval(port, "return {1, false}", key).get(1)).isEmpty();
        assertThat(get(port.hgetall(key))).isEmpty();
        assertThat(get(port.info("server"))).contains("redis_version:");
        assertThat(scanned(port)).isEmpty();
        eval(port, COUNT, key);
        assertThat(scanned(port)).hasSize(1).first().isEqualTo(key);
        assertThat(get(port.configGet("maxmemory"))).hasSize(2).first().isEqualTo(utf8("maxmemory"));
    }

    /** Returns the keys that a scan finds in its only page: the server holds this key at most. */
    private List<?> scanned(RedisPort port) {
        List<Object> reply = get(port.scan(utf8("0"), key, 10));
        assertThat(reply).hasSize(2).first().isEqualTo(utf8("0"));
        return (List<?>) reply.get(1);
    }

    /** P04. */
    @Test
    protected void p04_unknownScriptsAreTold() {
        RedisPort port = port();
        byte[] script = utf8("return '" + UUID.randomUUID() + "'");
        String unknown = "0123456789012345678901234567890123456789";
        assertThat(failure(port.evalsha(unknown, List.of(key), List.of())).kind())
                .isEqualTo(CommandOutcome.NO_SCRIPT);
        String sha = get(port.scriptLoad(script));
        assertThat(sha).matches("[0-9a-f]{40}");
        List<Object> loaded = get(port.evalsha(sha, List.of(key), List.of()));
        assertThat((byte[]) loaded.get(0)).hasSize(36);
        assertThat(get(port.eval(script, List.of(key), List.of()))).hasSize(1);
    }

    /** P05. */
    @Test
    protected void p05_refusalsAreTold() {
        RedisPort port = port();
        eval(port, "return redis.call('SET', KEYS[1], 'x')", key);
        RedisPortException refused = failure(port.hgetall(key));
        assertThat(refused.kind()).isEqualTo(CommandOutcome.REFUSED);
        assertThat(refused.code()).isEqualTo("WRONGTYPE");
        assertThat(refused.isLasting()).isTrue();
        assertThat(eval(port, "return 1", key)).containsExactly(1L);
    }

    /** P06. */
    @Test
    protected void p06_lostRepliesLeaveTheOutcomeUnknown() {
        RedisPort port = port();
        loseAnswers();
        long begin = System.nanoTime();
        RedisPortException lost = failure(evaluation(port, COUNT, key));
        assertThat(since(begin)).isLessThan(IN_TIME);
        assertThat(lost.kind()).isEqualTo(CommandOutcome.OUTCOME_UNKNOWN);
        restore();
        until(() -> succeeds(port.hgetall(key)));
        assertThat(counted(port)).isEqualTo(1);
    }

    /** P07. */
    @Test
    protected void p07_whatWasNotSentNeverIs() {
        RedisPort port = port();
        eval(port, COUNT, key);
        cutOff();
        awaitLoss(port);
        for (int i = 0; i < 20; i++) {
            long begin = System.nanoTime();
            assertThat(failure(evaluation(port, COUNT, key)).kind()).isEqualTo(CommandOutcome.NOT_SENT);
            assertThat(since(begin)).isLessThan(IN_TIME);
        }
        restore();
        until(() -> succeeds(port.hgetall(key)));
        assertThat(counted(port)).isEqualTo(1);
    }

    /** P08. */
    @Test
    protected void p08_worksAgainByItself() {
        RedisPort port = port();
        cutOff();
        awaitLoss(port);
        restore();
        assertThat(until(() -> succeeds(port.hgetall(key)))).isLessThan(BACK);
    }

    /** P09. */
    @Test
    protected void p09_theNumberTellsProcessesApart() {
        RedisPort port = port();
        long number = port.connection();
        for (int i = 0; i < 20; i++) {
            eval(port, "return 1", key);
        }
        assertThat(port.connection()).as("the same process").isEqualTo(number);
        restart();
        until(() -> succeeds(port.hgetall(key)));
        assertThat(port.connection()).as("another process").isGreaterThan(number);
    }

    /** P10. */
    @Test
    protected void p10_messagesAreTold() {
        RedisPort port = port();
        byte[] channel = utf8("channel:" + UUID.randomUUID());
        String name = new String(channel, UTF_8);
        AtomicInteger hints = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        ChannelSubscription one = get(port.subscribe(name, hints::incrementAndGet));
        get(port.subscribe(name, others::incrementAndGet));
        for (int i = 1; i <= 50; i++) {
            int atLeast = i;
            assertThat(eval(port, PUBLISH, key, channel)).containsExactly(1L);
            until(() -> hints.get() >= atLeast && others.get() >= atLeast);
        }
        one.close();
        one.close();
        eval(port, PUBLISH, key, channel);
        until(() -> others.get() >= 51);
        assertThat(hints).hasValue(50);
    }

    /** P11. */
    @Test
    protected void p11_aReplacedConnectionIsTold() {
        RedisPort port = port();
        byte[] channel = utf8("channel:" + UUID.randomUUID());
        AtomicInteger hints = new AtomicInteger();
        get(port.subscribe(new String(channel, UTF_8), hints::incrementAndGet));
        cutOff();
        awaitLoss(port);
        restore();
        until(() -> hints.get() >= 1);
        until(() -> succeeds(port.hgetall(key)));
        int before = hints.get();
        until(() -> eval(port, PUBLISH, key, channel).equals(List.of(1L)));
        until(() -> hints.get() > before);
    }

    /** P12. */
    @Test
    protected void p12_callsReturnAtOnce() {
        RedisPort port = port();
        loseAnswers();
        List<CompletionStage<?>> stages = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            stages.add(Ports.atOnce(TIMEOUT.dividedBy(2), () -> evaluation(port, COUNT, key)));
        }
        stages.forEach(Ports::failure);
    }

    /** P13. */
    @Test
    protected void p13_manyThreadsGetTheirOwnReplies() throws InterruptedException {
        RedisPort port = open(Duration.ofSeconds(10));
        opened.add(port);
        AtomicInteger right = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 16; t++) {
            String name = "t" + t + "-";
            threads.add(new Thread(() -> {
                for (int i = 0; i < 100; i++) {
                    byte[] own = utf8(name + i);
                    List<Object> reply = eval(port, "return ARGV[1]", key, own);
                    if (Arrays.equals((byte[]) reply.get(0), own)) {
                        right.incrementAndGet();
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(right).hasValue(1_600);
    }

    /** P14. */
    @Test
    protected void p14_closedIsClosed() {
        RedisPort port = port();
        loseAnswers();
        CompletionStage<?> underWay = evaluation(port, COUNT, key);
        port.close();
        port.close();
        failure(underWay);
        assertThat(failure(port.hgetall(key)).kind()).isEqualTo(CommandOutcome.CLOSED);
        assertThat(failure(evaluation(port, COUNT, key)).kind()).isEqualTo(CommandOutcome.CLOSED);
        assertThat(failure(port.subscribe("channel", () -> {})).kind()).isEqualTo(CommandOutcome.CLOSED);
    }

    /** P15. */
    @Test
    protected void p15_errorsQuoteNothing() {
        RedisPort port = port();
        String error = "return redis.error_reply('ERR ' .. KEYS[1] .. ' ' .. ARGV[1])";
        byte[] secretKey = utf8("secret-key");
        RedisPortException refused = failure(evaluation(port, error, secretKey, utf8("secret-value")));
        assertThat(refused).hasMessageNotContaining("secret");
        loseAnswers();
        RedisPortException lost = failure(evaluation(port, COUNT, secretKey, utf8("secret-value")));
        for (Throwable t = lost; t != null; t = t.getCause()) {
            assertThat(String.valueOf(t.getMessage())).doesNotContain("secret");
        }
    }

    /** P16. */
    @Test
    protected void p16_aCommandFollowsScriptsElsewhere() {
        RedisPort port = port();
        FollowedScripts patient = port.followedBy(words("WAIT", "1", "1000")); // no replica: it waits all that time
        CompletionStage<List<Object>> waiting = patient.eval(utf8(COUNT), List.of(key), List.of());
        until(() -> counted(port) == 1);
        assertThat(waiting.toCompletableFuture())
                .as("not held up by what follows")
                .isNotDone();
        assertThat(get(waiting)).containsExactly(1L, List.of(0L));

        FollowedScripts wrong = port.followedBy(words("WAIT", "nobody", "1"));
        List<Object> reply = get(wrong.eval(utf8(COUNT), List.of(key), List.of()));
        assertThat(reply).hasSize(2).first().isEqualTo(2L);
        assertThat(reply.get(1)).isInstanceOf(RedisPortException.class);

        FollowedScripts many = port.followedBy(words("WAIT", "1", "10"));
        List<CompletionStage<List<Object>>> counts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            counts.add(many.eval(utf8(COUNT), List.of(key), List.of()));
        }
        assertThat(counts.stream().map(count -> get(count).get(0)).distinct()).hasSize(20);
        assertThat(counted(port)).isEqualTo(22);
        assertThat(failure(many.evalsha("f".repeat(40), List.of(key), List.of()))
                        .kind())
                .isEqualTo(CommandOutcome.NO_SCRIPT);

        many.close();
        assertThat(failure(many.eval(utf8(COUNT), List.of(key), List.of())).kind())
                .isEqualTo(CommandOutcome.CLOSED);
        port.close();
        assertThat(failure(patient.eval(utf8(COUNT), List.of(key), List.of())).kind())
                .isEqualTo(CommandOutcome.CLOSED);
    }

    /** P16 with P06. */
    @Test
    protected void p16_followedScriptsWhoseRepliesAreLostAreUnknown() {
        RedisPort port = port();
        FollowedScripts scripts = port.followedBy(words("WAIT", "1", "1"));
        assertThat(get(scripts.eval(utf8(COUNT), List.of(key), List.of())).get(0))
                .isEqualTo(1L);
        loseAnswers();
        assertThat(failure(scripts.eval(utf8(COUNT), List.of(key), List.of())).kind())
                .isEqualTo(CommandOutcome.OUTCOME_UNKNOWN);
        restore();
        until(() -> succeeds(port.hgetall(key)));
        assertThat(counted(port)).isEqualTo(2);
    }

    /** P17. */
    @Test
    protected void p17_whatFindsNoConnectionWasNotSent() {
        RedisPort port = port();
        eval(port, COUNT, key);
        refuseCredentials();
        awaitLoss(port);
        until(() -> failure(evaluation(port, COUNT, key)).code().matches("NOAUTH|WRONGPASS"));
        RedisPortException unsent = failure(evaluation(port, COUNT, key));
        assertThat(unsent.kind()).isEqualTo(CommandOutcome.NOT_SENT);
        assertThat(unsent.isLastingOnceConnected()).isFalse();
        restore();
        assertThat(until(() -> succeeds(port.hgetall(key)))).isLessThan(BACK);
        assertThat(counted(port)).isEqualTo(1);
    }

    /** P18. */
    @Test
    protected void p18_aSlowReplyIsNotWaitedForAnyLonger() throws InterruptedException {
        RedisPort port = port();
        byte[] large = utf8("large:" + UUID.randomUUID());
        eval(port, "return redis.call('HSET', KEYS[1], 'f', ARGV[1])", large, new byte[100_000]);
        for (int i = 0; i < 100; i++) { // a blocking client now runs the call on the waiting thread
            awaited(port, key);
        }
        slowDown();
        long begin = System.nanoTime();
        List<Thread> waiting = new ArrayList<>();
        List<CommandOutcome> outcomes = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 16; i++) {
            waiting.add(new Thread(() -> outcomes.add(outcome(port, large))));
        }
        waiting.forEach(Thread::start);
        for (Thread one : waiting) {
            one.join(Ports.PATIENCE.toMillis());
        }
        assertThat(since(begin)).as("until nobody waits any more").isLessThan(IN_TIME);
        assertThat(outcomes).hasSize(16).isSubsetOf(CommandOutcome.NOT_SENT, CommandOutcome.OUTCOME_UNKNOWN);
        assertThat(until(() -> succeeds(port.hgetall(key))))
                .as("until others can read again")
                .isLessThan(BACK);
    }

    /** Waits for a read as a blocking caller does. */
    private static void awaited(RedisPort port, byte[] name) {
        port.hgetall(name).toCompletableFuture().join();
    }

    private static CommandOutcome outcome(RedisPort port, byte[] name) {
        try {
            awaited(port, name);
            throw new AssertionError("such a reply takes 10 seconds");
        } catch (CompletionException e) {
            return Objects.requireNonNull((RedisPortException) e.getCause()).kind();
        }
    }

    private static List<byte[]> words(String... words) {
        return Arrays.stream(words).map(Ports::utf8).toList();
    }
}
