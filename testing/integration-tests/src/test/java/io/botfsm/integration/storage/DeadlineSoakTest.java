package io.botfsm.integration.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.Calls;
import io.botfsm.redis.client.testing.Proof;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisClusterServers;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.MendReport;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Deadlines are set, moved, cleared and deferred by two processes, each with another client, while their server is
 * killed and continues from an older snapshot, or while the slots of a cluster move. Afterwards every conversation with
 * a deadline is in the index in time. Entries that are deleted by hand are all restored by mending.
 */
@Timeout(3_600)
class DeadlineSoakTest {
    private static final int WRITES = Proof.runs(1_000_000, 20_000);
    private static final int ROUNDS = Proof.runs(20, 3);

    private final DeadlineWriters writers = new DeadlineWriters();

    @Test
    void everyDeadlineIsInTheIndexInTimeAfterRestartsFromOlderSnapshots() throws Exception {
        long lost = 0;
        try (RedisServerProcess server = RedisServerProcess.start();
                BotRedis lettuce = LettuceRedis.connect(server.uri(0));
                BotRedis jedis = JedisRedis.connect(server.uri(0));
                writers) {
            for (int round = 0; round < ROUNDS; round++) {
                writeWhileTheServerIsKilled(server, round);
                StateStorage storage = (round % 2 == 0 ? lettuce : jedis).stateStorage();
                Calls.untilItReads(storage, DeadlineWriter.key(0));
                lost += check(List.of(server), storage, round);
            }
        }
        report(ROUNDS + " restarts from an older snapshot", lost);
        assertThat(writers.done()).isGreaterThanOrEqualTo(WRITES / 2);
        assertThat(writers.deferred()).isPositive();
    }

    private void writeWhileTheServerIsKilled(RedisServerProcess server, int round) throws Exception {
        long before = writers.done() + writers.failed();
        int half = WRITES / ROUNDS / 2;
        writers.start(server.uri(0), round, 2 * half);
        writers.awaitWrites(before + half / 2);
        try (RespConnection admin = server.connect()) {
            admin.call("SAVE");
        }
        writers.awaitWrites(before + half);
        server.kill();
        server.startAgain();
        writers.join();
    }

    @Test
    void everyDeadlineIsInTheIndexInTimeWhileSlotsMove() throws Exception {
        try (RedisClusterServers cluster = RedisClusterServers.start(3, 0);
                BotRedis redis = LettuceRedis.connect(cluster.uri());
                writers) {
            Random random = new Random(1);
            writers.start(cluster.uri(), 0, WRITES);
            int moves = 0;
            for (; writers.areAlive(); moves++) {
                StorageKey moved = DeadlineWriter.key(random.nextInt(DeadlineWriter.USERS));
                int slot =
                        cluster.slot(String.format(Locale.ROOT, "{%s:%s:%s}", moved.bot(), moved.chat(), moved.user()));
                RedisServerProcess from = cluster.masterOf(slot);
                cluster.move(slot, from, cluster.anotherMaster(from), () -> {});
            }
            writers.join();
            long lost = check(cluster.servers(), redis.stateStorage(), 1);
            report(moves + " moves of slots", lost);
        }
        assertThat(writers.done()).isEqualTo(WRITES);
        assertThat(writers.failed()).isZero();
        assertThat(writers.deferred()).isPositive();
    }

    /** Returns how many entries were lost by hand, and mended. */
    private int check(List<RedisServerProcess> servers, StateStorage storage, int seed) {
        DeadlineIndexes.awaitEnds();
        DeadlineIndexes indexes = new DeadlineIndexes(servers, storage, writers.begun());
        assertThat(indexes.violations()).isEmpty();
        assertThat(indexes.foundDue()).isEqualTo(indexes.due());
        int lost = indexes.lose(new Random(seed));
        MendReport mended = storage.extension(DeadlineQueue.class).orElseThrow().mend(ConversationFilter.all());
        assertThat(mended.added()).isEqualTo(lost);
        assertThat(indexes.violations()).isEmpty();
        return lost;
    }

    private void report(String faults, long lost) {
        System.out.println(String.format(
                Locale.ROOT,
                "[soak] %,d writes, %,d failed, %,d deferrals, %s, %,d entries lost and mended",
                writers.done(),
                writers.failed(),
                writers.deferred(),
                faults,
                lost));
    }
}
