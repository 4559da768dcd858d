package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.FsmContext;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lifecycle.BotRunner.BotFactory;
import io.botfsm.lock.AcquireResult;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LossReason;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bots under a lock in a real Redis that loses nothing, so that none has to wait for an earlier holder. */
@Timeout(120)
class RunUnderLockTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private static RedisServerProcess server;
    private static BotRedis reader;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start("appendonly yes", "appendfsync always");
        reader = LettuceRedis.connect(server.uri(1));
    }

    @AfterAll
    static void stop() {
        reader.close();
        server.close();
    }

    // snippet: lock-run
    static int run(BotRedis redis, Callable<List<String>> longPoll) {
        Fsm fsm = Fsm.of(redis.stateStorage());
        return BotRunner.of(
                        InstanceLock.builder(redis.leaseStore(), "orders-bot").build())
                .standby() // or leave it out: then a second instance ends at once, with status 75
                .drainTimeout(Duration.ofSeconds(20))
                .thenClose("redis", Duration.ofSeconds(5), redis)
                .run(lease -> {
                    Fsm fenced = fsm.fencedBy(lease.fencingToken()); // writes of a replaced instance are refused
                    return new PollingBot(lease, longPoll, text -> handle(fenced, text));
                });
    }
    // end

    private static String useByHand(String uri) throws InterruptedException {
        // snippet: lock-use
        try (BotRedis redis = LettuceRedis.connect(uri);
                InstanceLock lock = InstanceLock.builder(redis.leaseStore(), "orders-bot")
                        .ttl(Duration.ofSeconds(30)) // the default: renewed every 10 s
                        .build()) {
            AcquireResult attempt = lock.tryAcquire(); // one round trip; up to a ttl if Redis may have forgotten
            if (attempt instanceof AcquireResult.HeldBy held) {
                return String.format(
                        Locale.ROOT,
                        "process %d on %s is active",
                        held.holder().pid(),
                        held.holder().host());
            }
            Lease lease = attempt.orThrow();
            Fsm fenced = Fsm.of(redis.stateStorage()).fencedBy(lease.fencingToken());
            return workAsLongAsActive(lease, () -> work(fenced)) ? "done" : "lost the lock";
        }
        // end
    }

    // snippet: lock-loop
    /** Whether there is no more to do; false when the lease is lost. Interrupt it if the lease is closed elsewhere. */
    static boolean workAsLongAsActive(Lease lease, BooleanSupplier work) throws InterruptedException {
        CompletableFuture<LossReason> lost = new CompletableFuture<>();
        lease.onLost(lost::complete);
        boolean more = true;
        while (more && !lost.isDone()) {
            if (lease.isHeld()) { // computed from the clock, never from a flag
                more = work.getAsBoolean();
            } else {
                Thread.sleep(20); // for the moment, or lost: ask again
            }
        }
        return !more;
    }
    // end

    private static boolean work(Fsm fenced) {
        fenced.context(KEY).updateData("last", "work");
        return false;
    }

    @Test
    void usedByHandItTellsWhoIsActive() throws InterruptedException {
        assertThat(useByHand(server.uri(3))).isEqualTo("done");
        try (BotRedis other = LettuceRedis.connect(server.uri(3));
                InstanceLock lock =
                        InstanceLock.builder(other.leaseStore(), "orders-bot").build()) {
            var unused = lock.tryAcquire().orThrow();
            assertThat(useByHand(server.uri(3)))
                    .startsWith("process " + ProcessHandle.current().pid() + " on ")
                    .endsWith(" is active");
        }
    }

    private static void handle(Fsm fsm, String text) {
        fsm.context(KEY).updateData("last", text);
    }

    @Test
    void oneRunsAfterTheOther() throws InterruptedException {
        BlockingQueue<List<String>> updates = new LinkedBlockingQueue<>();
        CompletableFuture<Integer> firstStatus = new CompletableFuture<>();
        CompletableFuture<Integer> secondStatus = new CompletableFuture<>();
        Thread first = main(updates, firstStatus);
        updates.add(List.of("hello"));
        awaitLast("hello");
        Thread second = main(updates, secondStatus);
        first.interrupt(); // as SIGTERM does
        assertThat(firstStatus).succeedsWithin(PATIENCE).isEqualTo(BotRunner.STOPPED);
        updates.add(List.of("hello again"));
        awaitLast("hello again");
        second.interrupt();

        assertThat(secondStatus).succeedsWithin(PATIENCE).isEqualTo(BotRunner.STOPPED);
        first.join();
        second.join();
    }

    private static Thread main(BlockingQueue<List<String>> updates, CompletableFuture<Integer> status) {
        Thread main = new Thread(() -> status.complete(run(LettuceRedis.connect(server.uri(1)), updates::take)));
        main.start();
        return main;
    }

    private static void awaitLast(String text) throws InterruptedException {
        FsmContext conversation = Fsm.of(reader.stateStorage()).context(KEY);
        while (!conversation.value("last", String.class).equals(Optional.of(text))) {
            Thread.sleep(20); // bounded by the test's time
        }
    }

    @Test
    void endsWhenPollingBreaks() {
        int status = run(LettuceRedis.connect(server.uri(2)), () -> {
            throw new IllegalStateException("401 Unauthorized");
        });
        assertThat(status).isEqualTo(BotRunner.FAILED);
    }

    // snippet: lock-framework
    /** Begun by the framework once the web server is up, and stopped by it once that has drained. */
    static final class BotService {
        private final BotRunner runner;
        private final CompletableFuture<Integer> status;

        BotService(BotRedis redis, BotFactory factory) {
            runner = BotRunner.of(InstanceLock.builder(redis.leaseStore(), "orders-bot")
                            .build())
                    .standby();
            status = runner.start(factory); // returns at once
        }

        CompletableFuture<Integer> status() {
            return status;
        }

        void stop(Runnable whenStopped) {
            runner.stop(whenStopped); // the bot is drained then, and the lock released
        }
    }
    // end

    @Test
    void aFrameworkStopsABotThatCouldNotStart() throws Exception {
        try (BotRedis redis = LettuceRedis.connect(server.uri(5));
                InstanceLock observer =
                        InstanceLock.builder(redis.leaseStore(), "orders-bot").build()) {
            CountDownLatch tried = new CountDownLatch(1);
            CountDownLatch stopped = new CountDownLatch(1);
            BotService service = new BotService(redis, lease -> {
                tried.countDown();
                throw new IllegalStateException("no such queue");
            });
            tried.await(); // bounded by the test's time
            service.stop(stopped::countDown);
            stopped.await(); // bounded by the test's time

            assertThat(observer.holder()).isEmpty();
        }
    }

    @Test
    void aFrameworkStopsTheBotInItsOwnOrder() throws Exception {
        BlockingQueue<List<String>> updates = new LinkedBlockingQueue<>();
        try (BotRedis redis = LettuceRedis.connect(server.uri(4));
                InstanceLock observer =
                        InstanceLock.builder(redis.leaseStore(), "orders-bot").build()) {
            CountDownLatch handled = new CountDownLatch(1);
            CountDownLatch stopped = new CountDownLatch(1);
            BotService service =
                    new BotService(redis, lease -> new PollingBot(lease, updates::take, text -> handled.countDown()));
            updates.add(List.of("hello"));
            handled.await(); // bounded by the test's time
            assertThat(observer.holder()).isPresent();
            service.stop(stopped::countDown);
            stopped.await(); // bounded by the test's time

            assertThat(observer.holder()).isEmpty();
        }
    }
}
