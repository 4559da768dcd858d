package io.botfsm.integration.monitoring;

import io.botfsm.flow.Flow;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.micrometer.BotMetrics;
import io.botfsm.monitoring.HealthCheck;
import io.botfsm.recovery.RecoveredConversation;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.PollingSession;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.Texts;
import io.botfsm.transition.NotifyingStateStorage;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One instance of a bot that is measured in all its parts, with a registry of its own, as in a separate process. */
final class MonitoredBot implements AutoCloseable {
    static final String LOCK = "pizza-bot";

    /** So long that an instance does not notice within a test that its lease was taken away. */
    private static final Duration TTL = Duration.ofMinutes(10);

    enum Order {
        SIZE,
        BAKING,
        PLACED
    }

    record Pizza(@Nullable String size) {}

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicInteger failures = new AtomicInteger(1);
    /** What handlers of the text "slow" wait for. */
    final CountDownLatch gate = new CountDownLatch(1);

    private final BotRedis redis;
    private final StateStorage storage;
    private final LeaseStore leases;
    private final InstanceLock operator;
    private final EventIsolation isolation = EventIsolation.inProcess();
    private final TelegramRunner runner;
    private final CompletableFuture<Integer> status;

    MonitoredBot(String redisUri, BotApiDouble telegram) {
        BotToken token = BotToken.of(telegram.token());
        redis = LettuceRedis.builder(redisUri)
                .commandTimeout(Duration.ofSeconds(15)) // for machines that are busy with other tests
                .connect();
        StateStorage inner = redis.stateStorage();
        leases = redis.leaseStore();
        operator = InstanceLock.builder(leases, LOCK).ttl(TTL).build();
        Flow<String, String> flow = flow();
        BotMetrics metrics = BotMetrics.of(registry, "pizza");
        RecoveringStateStorage recovering = RecoveringStateStorage.builder(metrics.measure(inner), new NoRecovery())
                .build();
        metrics.bind(recovering);
        metrics.bind(isolation);
        metrics.bindWork(flow);
        metrics.bind(inner.extension(UpdateInbox.class).orElseThrow(), token.botId());
        metrics.bind(HealthCheck.storage(inner, token.botId()));
        metrics.bind(HealthCheck.lock(operator));
        storage = new NotifyingStateStorage(recovering, List.of(metrics.transitions(flow.rules())));
        runner = TelegramRunner.polling(token)
                .server(telegram.uri())
                .flow(flow, Texts.in(), Texts.out())
                .storage(storage, leases)
                .lock(LOCK)
                .standby()
                .fsmSettings(fsm -> fsm.decorate(metrics::measure))
                .lockSettings(lock -> lock.ttl(TTL).listener(metrics.lock(LOCK)))
                .pollingSettings(polling -> polling.attempts(2)
                        .isolation(isolation)
                        .longPollTimeout(Duration.ofSeconds(1))
                        .onStart((PollingSession session) -> metrics.bind(session)))
                .timeoutSettings(timeouts -> timeouts.onStart(metrics::bind))
                .senderSettings(sender -> sender.onBuild(metrics::bind))
                .runnerSettings(BotRunner::withoutSignals);
        status = CompletableFuture.supplyAsync(runner::run, task -> new Thread(task, "bot").start());
    }

    private Flow<String, String> flow() {
        return Flow.of(Order.class, new Pizza(null), f -> {
            f.idle("Send /order.").begin("/order"::equals, Order.SIZE).end("/cancel"::equals, "Nothing ordered.");
            f.state(Order.SIZE, s -> {
                s.ask("Which size?").to(Order.BAKING);
                s.after(Duration.ofMillis(500), turn -> turn.again("Are you still there?"));
                s.answer((turn, text) -> {
                    if (text.equals("poison")) {
                        throw new IllegalArgumentException("poison");
                    }
                    if (text.equals("slow")) {
                        awaitGate();
                    }
                    return turn.data(new Pizza(text)).goTo(Order.BAKING);
                });
            });
            f.state(
                    Order.BAKING,
                    s -> s.work(
                                    job -> {
                                        if (failures.getAndDecrement() > 0) {
                                            throw new IllegalStateException("the oven is cold");
                                        }
                                        return job.id();
                                    },
                                    (turn, id) -> turn.goTo(Order.PLACED))
                            .to(Order.PLACED));
            f.state(Order.PLACED, s -> s.ask("On its way."));
        });
    }

    private void awaitGate() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A second source that knows no conversation. */
    private static final class NoRecovery implements StateRecovery {
        @Override
        public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
            return CompletableFuture.completedStage(Optional.empty());
        }

        @Override
        public CompletionStage<Void> cleared(StorageKey key, long version) {
            return CompletableFuture.completedStage(null);
        }
    }

    PrometheusMeterRegistry registry() {
        return registry;
    }

    String scrape() {
        return registry.scrape();
    }

    /** The sum of the samples of this name that have this in their tags. */
    double sampled(String name, String tag) {
        return scrape().lines()
                .filter(line -> line.startsWith(name + "{") && line.contains(tag))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    boolean isActive() {
        if (status.isCompletedExceptionally()) {
            var unused = status.join(); // says why it never will be
        }
        return sampled("botfsm_lock_held", LOCK) == 1;
    }

    /** Frees the lock, as an operator does, or a store that has forgotten the lease. */
    void takeLockAway() {
        operator.forceRelease();
    }

    @Override
    public void close() {
        gate.countDown();
        runner.stop();
        var unused = status.join();
        isolation.close();
        operator.close();
        leases.close();
        storage.close();
        redis.close();
    }
}
