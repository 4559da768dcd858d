package io.botfsm.integration.timeout;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.Proof;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.timeout.TimeoutHandler;
import io.botfsm.timeout.TimeoutRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Timeouts on a real server, through both clients: against a user who answers, and shared by instances. */
@Timeout(600)
class TimeoutsOnRedisTest {
    private static final int RACES = Proof.runs(10_000, 600);
    private static final int SHARED = Proof.runs(20_000, 2_000);

    enum Quiz {
        ASKED,
        ANSWERED,
        LATE
    }

    record Answer(String text) {}

    private static final Flow<String, String> QUIZ = Flow.of(Quiz.class, new Answer(""), f -> {
        f.idle("idle").begin("/quiz"::equals, Quiz.ASKED);
        f.state(Quiz.ASKED, s -> {
            s.ask("quick!").to(Quiz.ANSWERED);
            s.answer((turn, text) -> turn.data(new Answer(text)).goTo(Quiz.ANSWERED));
            s.after(Duration.ofMinutes(1), turn -> turn.data(new Answer("none")).goTo(Quiz.LATE), Quiz.LATE);
        });
        f.state(Quiz.ANSWERED, s -> s.ask(answer -> "answered " + answer.text()));
        f.state(Quiz.LATE, s -> {
            s.ask(answer -> "late " + answer.text()).ends();
            s.answer((turn, text) -> turn.again("too late"));
        });
    });

    private static RedisServerProcess server;
    private static BotRedis lettuce;
    private static BotRedis jedis;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start();
        lettuce = LettuceRedis.connect(server.uri(0));
        jedis = JedisRedis.connect(server.uri(0));
    }

    @AfterAll
    static void stop() {
        lettuce.close();
        jedis.close();
        server.close();
    }

    private static StorageKey key(int bot, int user) {
        return StorageKey.bot(bot).chat(user).user(user).build();
    }

    @Test
    void anAnswerAndATimeoutAreEffectiveOneOrTheOtherAsAWhole() throws Exception {
        List<Fsm> fsms = List.of(QUIZ.fsm(lettuce.stateStorage()), QUIZ.fsm(jedis.stateStorage()));
        CyclicBarrier together = new CyclicBarrier(2);
        int answered = 0;
        for (int race = 0; race < RACES; race++) {
            StorageKey key = key(1, race);
            Fsm user = fsms.get(race % 2);
            Fsm timer = fsms.get(race / 2 % 2);
            QUIZ.handle(user, key, EventId.of(1), "/quiz");
            Instant deadline = user.context(key).read().snapshot().deadline().orElseThrow();
            CompletableFuture<List<String>> sent = CompletableFuture.supplyAsync(() -> {
                List<String> replies = new ArrayList<>();
                await(together);
                QUIZ.fire(timer, key, deadline, replies::addAll);
                return replies;
            });
            await(together);
            List<String> replies = QUIZ.handle(user, key, EventId.of(2), "mine");
            Snapshot stored = stored(sent, user, key);
            if (sent.get().isEmpty()) {
                answered++;
                assertThat(replies).containsExactly("answered mine");
                assertThat(stored.state()).contains("Quiz:ANSWERED");
                assertThat(stored.data()).isEqualTo(Map.of("Quiz:text", "\"mine\""));
            } else {
                assertThat(sent.get()).containsExactly("late none");
                assertThat(replies).containsExactly("too late", "late none");
                assertThat(stored.state()).contains("Quiz:LATE");
                assertThat(stored.data()).isEqualTo(Map.of("Quiz:text", "\"none\""));
            }
            assertThat(stored.deadline()).isEmpty();
            assertThat(stored.attributes()).doesNotContainKey("flow.unsent");
        }
        System.out.println(String.format(
                Locale.ROOT, "[measured] %,d of %,d answers were faster than the timeout", answered, RACES));
        assertThat(answered).as("both happen").isBetween(1, RACES - 1);
    }

    private static void await(CyclicBarrier together) {
        try {
            together.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Snapshot stored(CompletableFuture<?> after, Fsm fsm, StorageKey key) throws Exception {
        var unused = after.get();
        return fsm.context(key).read().snapshot();
    }

    @Test
    void threeInstancesFireEachOnce() throws Exception {
        List<BotRedis> clients = List.of(lettuce, jedis, lettuce);
        Fsm past = Fsm.builder(lettuce.stateStorage())
                .clock(() -> Instant.now().minusSeconds(60))
                .build();
        IntStream.range(0, SHARED)
                .forEach(user ->
                        past.handle(key(2, user), turn -> turn.state("ASKED").timeout(Duration.ofMillis(1 + user))));
        Map<StorageKey, AtomicInteger> effects = new ConcurrentHashMap<>();
        Set<Integer> instances = ConcurrentHashMap.newKeySet();
        CountDownLatch atWork = new CountDownLatch(clients.size());
        List<TimeoutRunner> runners = new ArrayList<>();
        for (int i = 0; i < clients.size(); i++) {
            int instance = i;
            TimeoutHandler handler = (fsm, key, deadline) -> {
                if (instances.add(instance)) {
                    atWork.countDown();
                }
                atWork.await(); // until each has begun
                boolean isMine = fsm.handle(key, turn -> {
                            boolean isDue = turn.snapshot()
                                    .deadline()
                                    .filter(deadline::equals)
                                    .isPresent();
                            var unused = isDue ? turn.clearTimeout() : turn;
                            return isDue;
                        })
                        .orElse(now -> false);
                if (isMine) {
                    effects.computeIfAbsent(key, each -> new AtomicInteger()).incrementAndGet();
                }
                return true;
            };
            runners.add(TimeoutRunner.builder(2).start(Fsm.of(clients.get(i).stateStorage()), handler));
        }
        try {
            Awaitility.await().atMost(Duration.ofMinutes(5)).until(() -> effects.size() == SHARED);
        } finally {
            for (TimeoutRunner runner : runners) {
                runner.stopPolling();
                runner.drain(Duration.ofMinutes(1));
            }
        }
        assertThat(effects.values()).allMatch(times -> times.get() == 1);
        assertThat(jedis.stateStorage()
                        .extension(DeadlineQueue.class)
                        .orElseThrow()
                        .due(2, 10))
                .isEmpty();
    }
}
