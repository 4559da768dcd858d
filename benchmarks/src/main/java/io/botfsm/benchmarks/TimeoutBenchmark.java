package io.botfsm.benchmarks;

import io.botfsm.Fsm;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.timeout.TimeoutHandler;
import io.botfsm.timeout.TimeoutRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How fast one instance and three instances fire deadlines that are due at once, and how late a single deadline is
 * fired. The handler clears the deadline with one read and one write.
 */
public final class TimeoutBenchmark {
    private static final int AT_ONCE = 1_000;
    private static final int ALONE = 100;

    private final List<BotRedis> clients;
    private final StateStorage storage;
    private final AtomicInteger fired = new AtomicInteger();
    private final AtomicInteger twice = new AtomicInteger();
    private final AtomicLong latest = new AtomicLong();
    private final AtomicLong disorder = new AtomicLong();

    private TimeoutBenchmark(List<BotRedis> clients) {
        this.clients = clients;
        this.storage = clients.get(0).stateStorage();
    }

    private static StorageKey key(int bot, int user) {
        return StorageKey.bot(bot).chat(user).user(user).build();
    }

    /**
     * Measures, and prints.
     *
     * @param args how many deadlines are due at once, 100,000 unless given, and the client, Lettuce unless it is
     *     {@code jedis}
     */
    public static void main(String[] args) throws Exception {
        int users = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
        boolean isJedis = args.length > 1 && args[1].equals("jedis");
        try (RedisServerProcess server = RedisServerProcess.start();
                BotRedis one = connect(server, isJedis);
                BotRedis two = connect(server, isJedis);
                BotRedis three = connect(server, isJedis)) {
            TimeoutBenchmark benchmark = new TimeoutBenchmark(List.of(one, two, three));
            print("Java %s; %s", Runtime.version(), isJedis ? "Jedis" : "Lettuce");
            benchmark.atOnce(1, users / 10, 1); // warm-up
            benchmark.atOnce(2, users, 1);
            benchmark.atOnce(3, users, 3);
            benchmark.alone(4);
        }
    }

    private static BotRedis connect(RedisServerProcess server, boolean isJedis) {
        return isJedis ? JedisRedis.connect(server.uri(0)) : LettuceRedis.connect(server.uri(0));
    }

    private void atOnce(int bot, int users, int instances) throws Exception {
        Instant first = Instant.now().minus(Duration.ofHours(1));
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int user = 0; user < users; user++) {
            Mutation asked = Mutation.builder()
                    .state("ASKED")
                    .deadline(first.plusMillis(10L * user))
                    .build();
            writes.add(storage.write(key(bot, user), asked).toCompletableFuture());
            if (writes.size() == AT_ONCE) {
                CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new))
                        .join();
                writes.clear();
            }
        }
        CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).join();
        fired.set(0);
        twice.set(0);
        latest.set(0);
        disorder.set(0);
        long begin = System.nanoTime();
        List<TimeoutRunner> runners = new ArrayList<>();
        for (int i = 0; i < instances; i++) {
            runners.add(TimeoutRunner.builder(bot).start(Fsm.of(clients.get(i).stateStorage()), this::fire));
        }
        while (fired.get() < users) {
            Thread.sleep(5);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        end(runners);
        print(
                "%,d due at once, %d instance(s): %,.0f a second; at most %,d places out of order; %d found twice",
                users, instances, users / seconds, disorder.get() / 10, twice.get());
    }

    private boolean fire(Fsm fsm, StorageKey key, Instant deadline) {
        boolean isMine = fsm.handle(key, turn -> {
                    boolean isDue =
                            turn.snapshot().deadline().filter(deadline::equals).isPresent();
                    var unused = isDue ? turn.clearTimeout() : turn;
                    return isDue;
                })
                .orElse(now -> false);
        long millis = deadline.toEpochMilli();
        disorder.accumulateAndGet(latest.accumulateAndGet(millis, Math::max) - millis, Math::max);
        if (isMine) {
            fired.incrementAndGet();
        } else {
            twice.incrementAndGet();
        }
        return true;
    }

    private void alone(int bot) throws Exception {
        long[] millis = new long[ALONE];
        AtomicInteger done = new AtomicInteger();
        TimeoutHandler handler = (fsm, key, deadline) -> {
            long late = Duration.between(deadline, Instant.now()).toMillis();
            fsm.handle(key, turn -> turn.clearTimeout());
            millis[done.get()] = late;
            done.incrementAndGet();
            return true;
        };
        Fsm fsm = Fsm.of(storage);
        List<TimeoutRunner> runners = List.of(TimeoutRunner.builder(bot).start(fsm, handler));
        for (int i = 0; i < ALONE; i++) {
            Duration wait = Duration.ofMillis(ThreadLocalRandom.current().nextInt(1_000, 3_000));
            fsm.handle(key(bot, i), turn -> turn.state("ASKED").timeout(wait));
            while (done.get() == i) {
                Thread.sleep(1);
            }
        }
        end(runners);
        Arrays.sort(millis);
        print(
                "one due alone, %d times: %d ms late in the median, %d at most",
                ALONE, millis[ALONE / 2], millis[ALONE - 1]);
    }

    private static void end(List<TimeoutRunner> runners) throws Exception {
        for (TimeoutRunner runner : runners) {
            runner.stopPolling();
            runner.drain(Duration.ofMinutes(1));
        }
    }

    private static void print(String line, Object... values) {
        System.out.println(String.format(Locale.ROOT, line, values));
    }
}
