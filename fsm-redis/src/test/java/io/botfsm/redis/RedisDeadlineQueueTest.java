package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.deadline.DeadlineKeys;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import io.botfsm.storage.deadline.MendReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What a search for due conversations costs, and what does not stop it. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisDeadlineQueueTest {
    private static final Instant PAST = Instant.parse("2020-01-01T00:00:00Z");

    private RedisServerProcess server;
    private RespConnection admin;
    private CountingPort port;
    private StateStorage storage;

    @BeforeAll
    void start() {
        server = RedisServerProcess.start();
        admin = server.connect();
    }

    @AfterAll
    void stop() {
        admin.close();
        server.close();
    }

    @BeforeEach
    void open() {
        admin.call("FLUSHALL");
        port = new CountingPort(server.connect());
        storage = new RedisStateStorage(port, Duration.ofSeconds(5), RedisStorageOptions.defaults());
    }

    @AfterEach
    void close() {
        storage.close();
        port.close();
    }

    /** Counts calls of scripts, and what they return. */
    private static final class CountingPort extends SocketPort {
        private long lists;
        private long listed;
        private String moving = "";

        private CountingPort(RespConnection connection) {
            super(connection);
        }

        @Override
        public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
            if (keys.size() == 2 && new String(keys.get(0), UTF_8).equals(moving)) {
                return CompletableFuture.failedFuture(
                        RedisPortException.ofServerError("TRYAGAIN Multiple keys request during rehashing of slot"));
            }
            return super.evalsha(sha, keys, args).thenApply(reply -> {
                if (keys.size() == 1
                        && args.size() > 4) { // arguments 5 and following of the listing script are indexes
                    lists++;
                    listed += reply.size() / 3;
                }
                return reply;
            });
        }
    }

    private DeadlineQueue queue() {
        return storage.extension(DeadlineQueue.class).orElseThrow();
    }

    private static StorageKey key(long user) {
        return StorageKey.bot(1).chat(user).user(user).build();
    }

    private void due(StorageKey key, Instant deadline) {
        assertThat(storage.write(
                                key,
                                Mutation.builder().state("A").deadline(deadline).build())
                        .toCompletableFuture()
                        .join())
                .isInstanceOf(Applied.class);
    }

    private static List<StorageKey> keys(List<DueConversation> due) {
        return due.stream().map(DueConversation::key).toList();
    }

    private static String index(StorageKey key) {
        return new String(new DeadlineKeys("fsm").conversationAndIndex(key).get(1), UTF_8);
    }

    @Test
    void aBacklogThatNothingConfirmsTakesFewRounds() {
        for (int user = 0; user < 5_000; user++) {
            admin.call("ZADD", index(key(user)), "" + user, key(user).toText());
        }
        due(key(6_000), PAST);
        assertThat(keys(queue().due(1, 10))).containsExactly(key(6_000));
        assertThat(port.lists).isBetween(1L, 4 * 16L);
        assertThat(admin.number("DBSIZE")).isEqualTo(2);
    }

    @Test
    void onlyTheEarliestOfABacklogAreListed() {
        LongStream.range(0, 5_000).forEach(user -> due(key(user), PAST.plusSeconds(user)));
        due(key(5_000), PAST.minusSeconds(1));
        List<StorageKey> first = LongStream.concat(LongStream.of(5_000), LongStream.range(0, 99))
                .mapToObj(RedisDeadlineQueueTest::key)
                .toList();
        assertThat(keys(queue().due(1, 100))).isEqualTo(first);
        assertThat(port.listed).isBetween(100L, 1_000L);
        admin.call("FLUSHALL");
        LongStream.range(0, 5_000).forEach(user -> due(key(user), PAST)); // all at the same place
        port.listed = 0;
        assertThat(queue().due(1, 100)).hasSize(100);
        assertThat(port.listed).isBetween(100L, 1_000L);
        assertThat(queue().due(1, 1_000)).hasSize(1_000);
    }

    /** Texts that are not keys, and keys of another bot. */
    @Test
    void whatBelongsToNoConversationHidesNothing() {
        due(key(1), PAST);
        for (int i = 0; i < 300; i++) {
            admin.call("ZADD", index(key(1)), "-inf", "no key " + i);
        }
        admin.call("ZADD", index(key(1)), "5", "2:1:1");
        assertThat(keys(queue().due(1, 1))).containsExactly(key(1));
        assertThat(admin.number("ZCOUNT", index(key(1)), "-inf", "100")).isZero();
        assertThat(queue().mend(ConversationFilter.all()).removed()).isEqualTo(301);
        assertThat(admin.number("ZCARD", index(key(1)))).isEqualTo(1);
    }

    /** As while a slot is being moved, and the move does not end. */
    @Test
    void whatIsBetweenTwoNodesHidesNothingElse() {
        due(key(1), PAST);
        due(key(2), PAST.plusSeconds(1));
        port.moving = "fsm:{1:1:1}";
        assertThat(keys(queue().due(1, 1))).containsExactly(key(2));
        assertThat(queue().mend(ConversationFilter.all()).toString())
                .isEqualTo(MendReport.of(1, 0, 0, 0).toString());
        port.moving = "";
        assertThat(keys(queue().due(1, 10))).containsExactly(key(1), key(2));
    }

    private StateStorage endingAfterTenSeconds(AtomicReference<Instant> now) {
        RedisStorageOptions options =
                RedisStorageOptions.builder().ttl(Duration.ofSeconds(10)).build();
        return new RedisStateStorage(port, Duration.ofSeconds(5), options, now::get);
    }

    /** A write that was sent before the end of a conversation may arrive after a search that was made after the end. */
    @Test
    void aWriteOfAnEarlierTimeFindsItsDeadlineAgain() {
        Instant begin = Instant.now();
        Instant end = begin.plusSeconds(10);
        AtomicReference<Instant> now = new AtomicReference<>(begin);
        StateStorage timed = endingAfterTenSeconds(now);
        Mutation write = Mutation.builder().state("A").eventId(1).deadline(PAST).build();
        timed.write(key(1), write).toCompletableFuture().join();
        DeadlineQueue queue = timed.extension(DeadlineQueue.class).orElseThrow();
        assertThat(keys(queue.due(1, 10))).containsExactly(key(1));
        now.set(end.plusSeconds(5));
        assertThat(queue.due(1, 10)).isEmpty();
        assertThat(queue.mend(ConversationFilter.all()).removed()).isZero();
        now.set(end.minusSeconds(1));
        timed.write(key(1), Mutation.builder().state("B").eventId(2).persist().build())
                .toCompletableFuture()
                .join();
        now.set(end.plusSeconds(59));
        assertThat(queue.due(1, 10)).isEmpty();
        now.set(end.plusSeconds(61));
        assertThat(keys(queue.due(1, 10))).containsExactly(key(1));
    }

    @Test
    void aMinuteAfterItsEndNothingIsLeftInTheIndex() {
        Instant begin = Instant.now();
        AtomicReference<Instant> now = new AtomicReference<>(begin);
        StateStorage timed = endingAfterTenSeconds(now);
        Mutation write = Mutation.builder().state("A").eventId(1).deadline(PAST).build();
        timed.write(key(1), write).toCompletableFuture().join();
        DeadlineQueue queue = timed.extension(DeadlineQueue.class).orElseThrow();
        for (int seconds : new int[] {11, 69}) {
            now.set(begin.plusSeconds(seconds));
            assertThat(queue.due(1, 10)).isEmpty();
            assertThat(admin.number("EXISTS", index(key(1)))).isEqualTo(1);
        }
        now.set(begin.plusSeconds(71));
        assertThat(queue.due(1, 10)).isEmpty();
        assertThat(admin.number("EXISTS", index(key(1)))).isZero();
    }
}
