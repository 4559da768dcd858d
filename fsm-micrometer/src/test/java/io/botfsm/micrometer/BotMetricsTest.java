package io.botfsm.micrometer;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.flow.WorkFailedException;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.LockEvent;
import io.botfsm.lock.LockListener;
import io.botfsm.lock.store.LossReason;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.monitoring.Health;
import io.botfsm.monitoring.HealthCheck;
import io.botfsm.monitoring.PollingStatus;
import io.botfsm.monitoring.SendingStatus;
import io.botfsm.recovery.RecoveredConversation;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.storage.EventId;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.timeout.TimeoutRunner;
import io.botfsm.transition.NotifyingStateStorage;
import io.botfsm.transition.TransitionRules;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BotMetricsTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final StorageKey KEY =
            StorageKey.bot(1).chat(777_001).user(777_002).build();

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final BotMetrics metrics = BotMetrics.of(registry, "pizza");

    enum Order {
        SIZE,
        PLACED
    }

    private double counted(String name, String... tags) {
        Counter counter = registry.find(name).tags(tags).counter();
        return counter == null ? 0 : counter.count();
    }

    private long timed(String name, String... tags) {
        Timer timer = registry.find(name).tags(tags).timer();
        return timer == null ? 0 : timer.count();
    }

    private double total(String name, String... tags) {
        FunctionCounter counter = registry.find(name).tags(tags).functionCounter();
        return counter == null ? Double.NaN : counter.count();
    }

    private double shown(String name) {
        TimeGauge inTime = registry.find(name).timeGauge();
        if (inTime != null) {
            return inTime.value(TimeUnit.SECONDS);
        }
        Gauge gauge = registry.find(name).gauge();
        return gauge == null ? Double.NaN : gauge.value();
    }

    private static Fsm order(Fsm fsm) {
        fsm.handle(KEY, EventId.of(1), turn -> turn.put("size", "secret").state(Order.SIZE));
        return fsm;
    }

    @Test
    void eventsAreTimedByStateAndOutcome() {
        Fsm fsm = order(metrics.measure(
                Fsm.builder(new MemoryStateStorage()).states(Order.class).build()));
        order(fsm);
        fsm.handleAsync(KEY, EventId.of(2), turn -> turn.state(Order.PLACED))
                .toCompletableFuture()
                .join();
        fsm.handle(KEY, turn -> turn.clear());
        assertThatThrownBy(() -> fsm.handle(KEY, turn -> {
                    throw new IllegalArgumentException("of the application");
                }))
                .hasMessage("of the application");
        fsm.fencedBy(5).handle(KEY, turn -> turn.state(Order.SIZE));
        assertThatThrownBy(() -> fsm.fencedBy(4).handle(KEY, turn -> turn.state(Order.PLACED)))
                .isInstanceOf(FencedException.class);

        assertThat(timed("botfsm.handle", "state", "Order:SIZE", "outcome", "done"))
                .isEqualTo(2);
        assertThat(timed("botfsm.handle", "state", "Order:SIZE", "outcome", "repeated"))
                .isEqualTo(1);
        assertThat(timed("botfsm.handle", "state", "Order:PLACED", "outcome", "done"))
                .isEqualTo(1);
        assertThat(timed("botfsm.handle", "state", "none", "outcome", "done")).isEqualTo(1);
        assertThat(timed("botfsm.handle", "state", "unknown", "outcome", "failed"))
                .isEqualTo(1);
        assertThat(timed("botfsm.handle", "state", "unknown", "outcome", "fenced"))
                .isEqualTo(1);
    }

    @Test
    void callsOfTheStorageAreTimedByOutcome() {
        StateStorage storage = metrics.measure(new MemoryStateStorage());
        order(Fsm.builder(storage).states(Order.class).build());
        write(storage, Mutation.builder().expectVersion(1).state("late").build());
        write(storage, Mutation.builder().eventId(EventId.of(1)).state("again").build());
        var unused = storage.read(KEY).toCompletableFuture().join();

        assertThat(timed("botfsm.storage", "operation", "read", "outcome", "empty"))
                .isEqualTo(1);
        assertThat(timed("botfsm.storage", "operation", "read", "outcome", "found"))
                .isEqualTo(1);
        assertThat(timed("botfsm.storage", "operation", "write", "outcome", "applied"))
                .isEqualTo(1);
        assertThat(timed("botfsm.storage", "operation", "write", "outcome", "conflict"))
                .isEqualTo(1);
        assertThat(timed("botfsm.storage", "operation", "write", "outcome", "duplicate"))
                .isEqualTo(1);
    }

    private static void write(StateStorage storage, Mutation mutation) {
        var unused = storage.write(KEY, mutation).toCompletableFuture().join();
    }

    @Test
    void failuresOfTheStorageAreTimedWhereverTheyComeFrom() {
        StateStorage storage = metrics.measure(new ForwardingStateStorage(new MemoryStateStorage()) {
            @Override
            public CompletionStage<Snapshot> read(StorageKey key) {
                return CompletableFuture.failedFuture(unavailable());
            }

            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                throw unavailable();
            }

            private StorageUnavailableException unavailable() {
                return new StorageUnavailableException(KEY, Duration.ofSeconds(1), false, null);
            }
        });
        assertThat(storage.read(KEY)).isCompletedExceptionally();
        assertThatThrownBy(
                        () -> storage.write(KEY, Mutation.builder().state("A").build()))
                .isInstanceOf(StorageUnavailableException.class);

        assertThat(timed("botfsm.storage", "operation", "read", "outcome", "unavailable"))
                .isEqualTo(1);
        assertThat(timed("botfsm.storage", "operation", "write", "outcome", "unavailable"))
                .isEqualTo(1);
    }

    /** Here, a filter throws; another cause is a meter of the same name with another type or other tags. */
    @Test
    void aMeterThatFailsFailsNoEvent() {
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                throw new IllegalStateException("a filter of the application");
            }
        });
        Fsm fsm = metrics.measure(Fsm.builder(metrics.measure(new MemoryStateStorage()))
                .states(Order.class)
                .build());
        assertThat(order(fsm).context(KEY).state(Order.class)).contains(Order.SIZE);
        assertThatThrownBy(() -> fsm.handle(KEY, turn -> {
                    throw new IllegalArgumentException("of the application");
                }))
                .hasMessage("of the application");
    }

    /** The answer to a release may come after the next lease has begun. */
    @Test
    void aLateReleaseDoesNotHideTheNextLease() {
        LockListener lock = metrics.lock();
        lock.on(new LockEvent.Activated("pizza-bot", 8, Optional.empty()));
        lock.on(new LockEvent.Released("pizza-bot", 7, true));
        assertThat(shown("botfsm.lock.held")).isEqualTo(1);
        lock.on(new LockEvent.Lost("pizza-bot", 8, LossReason.EXPIRED));
        assertThat(shown("botfsm.lock.held")).isZero();
    }

    /** As with a bot that is run again in the same JVM. */
    @Test
    void aSecondLockOfTheSameNameIsShown() {
        LockListener first = metrics.lock("pizza-bot");
        first.on(new LockEvent.Activated("pizza-bot", 7, Optional.empty()));
        first.on(new LockEvent.Released("pizza-bot", 7, true));
        metrics.lock("pizza-bot").on(new LockEvent.Activated("pizza-bot", 8, Optional.empty()));
        assertThat(shown("botfsm.lock.held")).isEqualTo(1);
        assertThat(shown("botfsm.lock.fencing.token")).isEqualTo(8);
        metrics.lock().on(new LockEvent.Released("pizza-bot", 8, true));
        assertThat(shown("botfsm.lock.held")).isZero();
    }

    /** A bot may store any text as a state; states that it has not declared are not tag values. */
    @Test
    void onlyDeclaredStatesAreToldApart() {
        Fsm fsm = metrics.measure(
                Fsm.builder(new MemoryStateStorage()).states(Order.class).build());
        fsm.handle(KEY, turn -> turn.state("Ann, +49 30 1234567"));
        order(fsm);
        assertThat(timed("botfsm.handle", "state", "other")).isEqualTo(1);
        assertThat(timed("botfsm.handle", "state", "Order:SIZE")).isEqualTo(1);
        assertThat(registry.scrape()).doesNotContain("Ann");
    }

    /** A caller may complete the stage it is given, such as by a timeout of its own. */
    @Test
    void aCallThatTheCallerGivesUpIsTimed() {
        StateStorage hanging = new ForwardingStateStorage(new MemoryStateStorage()) {
            @Override
            public CompletionStage<Snapshot> read(StorageKey key) {
                return new CompletableFuture<>();
            }

            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                return new CompletableFuture<>();
            }
        };
        StateStorage storage = metrics.measure(hanging);
        storage.read(KEY).toCompletableFuture().cancel(false);
        storage.write(KEY, Mutation.builder().state("A").build())
                .toCompletableFuture()
                .cancel(false);
        metrics.measure(Fsm.of(hanging))
                .handleAsync(KEY, turn -> turn.state("A"))
                .toCompletableFuture()
                .cancel(false);
        assertThat(timed("botfsm.storage", "operation", "read", "outcome", "failed"))
                .isEqualTo(1);
        assertThat(timed("botfsm.storage", "operation", "write", "outcome", "failed"))
                .isEqualTo(1);
        assertThat(timed("botfsm.handle", "outcome", "failed")).isEqualTo(1);
    }

    @Test
    void anAsynchronousEventThatThrowsAtOnceIsTimed() {
        Fsm fsm = metrics.measure(Fsm.of(new ForwardingStateStorage(new MemoryStateStorage()) {
            @Override
            public CompletionStage<Snapshot> read(StorageKey key) {
                throw new IllegalStateException("outside its contract");
            }
        }));
        assertThatThrownBy(() -> fsm.handleAsync(KEY, turn -> turn.state("A"))).hasMessage("outside its contract");
        assertThat(timed("botfsm.handle", "outcome", "failed")).isEqualTo(1);
    }

    @Test
    void changesOfStateAreCounted() {
        StateStorage storage = new NotifyingStateStorage(new MemoryStateStorage(), List.of(metrics.transitions()));
        order(Fsm.builder(storage).states(Order.class).build());
        await().atMost(SOON).until(() -> counted("botfsm.transitions", "from", "none", "to", "Order:SIZE") == 1);
        metrics.transitions().onDiscarded(3);
        assertThat(counted("botfsm.transitions.discarded")).isEqualTo(3);
    }

    /** A bot may store any text as a state. */
    @Test
    void statesThatAreTooManyAreCountedTogether() {
        StateStorage storage = new NotifyingStateStorage(new MemoryStateStorage(), List.of(metrics.transitions()));
        Fsm fsm = metrics.measure(Fsm.of(storage));
        int all = BotMetrics.MOST_STATES + 50;
        for (int i = 0; i < all; i++) {
            String state = "state " + i;
            fsm.handle(KEY, turn -> turn.clearState());
            fsm.handle(KEY, turn -> turn.state(state));
        }
        await().atMost(SOON).until(() -> counted("botfsm.transitions", "from", "none", "to", "other") == 50);
        assertThat(timed("botfsm.handle", "state", "other", "outcome", "done")).isEqualTo(50);
        assertThat(registry.find("botfsm.handle").timers())
                .as("one for each state, for other, for none, and for a refused transition")
                .hasSize(BotMetrics.MOST_STATES + 3);
    }

    @Test
    void changesThatNoRuleDeclaresAreCounted() {
        TransitionRules rules = TransitionRules.builder().begin(Order.SIZE).build();
        StateStorage storage = new NotifyingStateStorage(new MemoryStateStorage(), List.of(metrics.transitions(rules)));
        Fsm fsm = order(Fsm.builder(storage).states(Order.class).build());
        assertThat(counted("botfsm.transitions.undeclared")).isZero();
        fsm.handle(KEY, turn -> turn.state(Order.PLACED));
        await().atMost(SOON).until(() -> counted("botfsm.transitions.undeclared") == 1);
        assertThat(counted("botfsm.transitions", "from", "Order:SIZE", "to", "Order:PLACED"))
                .isEqualTo(1);
    }

    /** Prometheus sees no increase when a series first appears. */
    @Test
    void whatAnAlertLooksAtIsThereFromTheStart() {
        var unused = metrics.measure(
                metrics.measure(Fsm.of(new MemoryStateStorage())).storage());
        var unusedToo = metrics.lock("pizza-bot");
        assertThat(registry.scrape())
                .contains("botfsm_storage_seconds_count{bot=\"pizza\",operation=\"write\",outcome=\"fenced\"} 0")
                .contains("botfsm_storage_seconds_count{bot=\"pizza\",operation=\"read\",outcome=\"unavailable\"} 0")
                .contains(
                        "botfsm_handle_seconds_count{bot=\"pizza\",outcome=\"transition_refused\",state=\"unknown\"} 0")
                .contains("botfsm_lock_held{bot=\"pizza\",lock=\"pizza-bot\"} 0.0");
    }

    /** What a session of polling reports. */
    private record Polled(boolean isPolling, Duration sinceLastPoll, int pending, Duration lag, long conflicts)
            implements PollingStatus {
        @Override
        public boolean hasFailed() {
            return false;
        }

        @Override
        public long deadLetters() {
            return conflicts / 2;
        }
    }

    @Test
    void pollingIsThatOfTheLastSessionAndItsCountsThoseOfAll() {
        metrics.bind(new Polled(true, Duration.ofMillis(1_500), 3, Duration.ofSeconds(7), 4));
        assertThat(shown("botfsm.polling.last.success")).isEqualTo(1.5);
        assertThat(shown("botfsm.polling.lag")).isEqualTo(7);
        assertThat(shown("botfsm.polling.pending")).isEqualTo(3);
        assertThat(total("botfsm.polling.conflicts")).isEqualTo(4);
        Polled second = new Polled(true, Duration.ofSeconds(2), 0, Duration.ZERO, 2);
        metrics.bind(second);
        metrics.bind(second);
        System.gc(); // nothing else holds the session
        assertThat(shown("botfsm.polling.last.success")).isEqualTo(2);
        assertThat(total("botfsm.polling.conflicts")).isEqualTo(6);
        assertThat(total("botfsm.polling.dead.letters")).isEqualTo(3);
        metrics.bind(new Polled(false, Duration.ofHours(1), 5, Duration.ofHours(1), 0));
        assertThat(shown("botfsm.polling.last.success"))
                .as("an instance that stands by")
                .isNaN();
        assertThat(shown("botfsm.polling.lag")).isNaN();
        assertThat(shown("botfsm.polling.pending")).isNaN();
        assertThat(total("botfsm.polling.conflicts")).isEqualTo(6);
        assertThat(registry.scrape()).contains("botfsm_polling_conflicts_total{bot=\"pizza\"} 6.0");
    }

    /** What a sender reports. */
    private record Sent(long sent, long limited, long delayed, long dropped, long failed, int waiting)
            implements SendingStatus {}

    @Test
    void messagesAreCountedByWhatBecameOfThem() {
        metrics.bind(new Sent(7, 5, 3, 2, 4, 1));
        assertThat(registry.scrape())
                .contains("botfsm_sends_total{bot=\"pizza\",result=\"sent\"} 7.0")
                .contains("botfsm_sends_total{bot=\"pizza\",result=\"limited\"} 5.0")
                .contains("botfsm_sends_total{bot=\"pizza\",result=\"delayed\"} 3.0")
                .contains("botfsm_sends_total{bot=\"pizza\",result=\"dropped\"} 2.0")
                .contains("botfsm_sends_total{bot=\"pizza\",result=\"failed\"} 4.0")
                .contains("botfsm_sends_waiting{bot=\"pizza\"} 1.0");
    }

    /** As with a bot that is run again in the same JVM. */
    @Test
    void whatIsBoundAgainIsShownInPlaceOfTheFormer() {
        metrics.bind(new Sent(7, 5, 3, 2, 4, 1));
        metrics.bind(new Sent(1, 0, 0, 0, 0, 3));
        assertThat(total("botfsm.sends", "result", "sent")).isEqualTo(8);
        assertThat(shown("botfsm.sends.waiting")).isEqualTo(3);

        metrics.bind(HealthCheck.of("storage", () -> Health.down("closed")));
        metrics.bind(HealthCheck.of("storage", Health::up));
        assertThat(shown("botfsm.health")).isEqualTo(1);

        metrics.bind(inbox(() -> InboxCounts.of(3, 400, Optional.empty(), 2)), 1);
        metrics.bind(inbox(() -> InboxCounts.of(1, 100, Optional.empty(), 0)), 1);
        assertThat(shown("botfsm.inbox.updates")).isEqualTo(1);

        for (int run = 1; run <= 2; run++) {
            EventIsolation isolation = EventIsolation.inProcess();
            metrics.bind(isolation);
            CountDownLatch go = new CountDownLatch(1);
            var unused = isolation.submit(KEY, () -> go.await(20, TimeUnit.SECONDS));
            assertThat(shown("botfsm.isolation.handlers")).isEqualTo(1);
            go.countDown();
            isolation.close();

            StateStorage recovering = recovering();
            assertThat(recovering.read(KEY)).succeedsWithin(SOON);
            assertThat(total("botfsm.recovery", "result", "miss")).isEqualTo(run);
        }
    }

    private RecoveringStateStorage recovering() {
        StateRecovery source = new StateRecovery() {
            @Override
            public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
                return CompletableFuture.completedFuture(Optional.empty());
            }

            @Override
            public CompletionStage<Void> cleared(StorageKey key, long version) {
                return CompletableFuture.completedFuture(null);
            }
        };
        RecoveringStateStorage recovering =
                RecoveringStateStorage.builder(new MemoryStateStorage(), source).build();
        metrics.bind(recovering);
        return recovering;
    }

    @Test
    void theInboxIsShownWhileTheStorageAnswers() {
        AtomicReference<Callable<InboxCounts>> answer = new AtomicReference<>(
                () -> InboxCounts.of(3, 400, Optional.of(Instant.now().minusSeconds(60)), 2));
        AtomicInteger asked = new AtomicInteger();
        metrics.bind(
                inbox(() -> {
                    asked.incrementAndGet();
                    return answer.get().call();
                }),
                1);
        assertThat(shown("botfsm.inbox.updates")).isEqualTo(3);
        assertThat(shown("botfsm.inbox.bytes")).isEqualTo(400);
        assertThat(shown("botfsm.inbox.dead.letters")).isEqualTo(2);
        assertThat(shown("botfsm.inbox.age")).isBetween(60d, 600d);
        assertThat(asked).as("once for all meters").hasValueLessThan(4);
        answer.set(() -> {
            throw new StorageUnavailableException(KEY, Duration.ofSeconds(1), false, null);
        });
        await().atMost(SOON).until(() -> Double.isNaN(shown("botfsm.inbox.updates")));
        CountDownLatch hangs = new CountDownLatch(1);
        answer.set(() -> {
            hangs.await();
            return InboxCounts.of(0, 0, Optional.empty(), 0);
        });
        int before = asked.get();
        await().atMost(SOON).until(() -> Double.isNaN(shown("botfsm.inbox.updates")) && asked.get() > before);
        hangs.countDown();
        await().atMost(SOON).until(() -> shown("botfsm.inbox.updates") == 0);
        assertThat(shown("botfsm.inbox.age")).isZero();
    }

    /** An inbox that supports only {@code counts}. */
    private static UpdateInbox inbox(Callable<InboxCounts> counts) {
        return (UpdateInbox) Proxy.newProxyInstance(
                UpdateInbox.class.getClassLoader(), new Class<?>[] {UpdateInbox.class}, (proxy, method, args) -> {
                    assertThat(method.getName()).isEqualTo("counts");
                    return counts.call();
                });
    }

    @Test
    void timeoutsAreCountedOverAllRunners() throws Exception {
        MemoryStateStorage storage = new MemoryStateStorage();
        for (int run = 1; run <= 2; run++) {
            Fsm.builder(storage)
                    .clock(() -> Instant.now().minusSeconds(60))
                    .build()
                    .handle(KEY, turn -> turn.state("ASKED").timeout(Duration.ofSeconds(1)));
            TimeoutRunner runner = TimeoutRunner.builder(1)
                    .onStart(metrics::bind)
                    .start(Fsm.of(storage), (fsm, key, deadline) -> {
                        fsm.handle(key, turn -> turn.clearTimeout());
                        return true;
                    });
            int fired = run;
            await().atMost(SOON).until(() -> total("botfsm.timeouts", "result", "fired") == fired);
            assertThat(shown("botfsm.deadlines.due")).isZero();
            assertThat(shown("botfsm.deadlines.waiting")).isZero();
            assertThat(shown("botfsm.deadlines.lateness")).isBetween(50d, 600d);
            runner.stopPolling();
            runner.drain(SOON);
            assertThat(shown("botfsm.deadlines.due")).isNaN();
        }
        assertThat(total("botfsm.timeouts", "result", "failed")).isZero();
    }

    record Nothing(@Nullable String nothing) {}

    @Test
    void workOfFlowsIsCounted() {
        AtomicInteger failures = new AtomicInteger(1);
        Flow<String, String> flow = Flow.of(Order.class, new Nothing(null), f -> {
            f.idle("idle").begin("/order"::equals, Order.SIZE);
            f.state(
                    Order.SIZE,
                    s -> s.work(
                                    job -> {
                                        assertThat(shown("botfsm.flow.work.running"))
                                                .isEqualTo(1);
                                        if (failures.getAndDecrement() > 0) {
                                            throw new IllegalStateException("down");
                                        }
                                        return 1;
                                    },
                                    (turn, one) -> turn.goTo(Order.PLACED))
                            .to(Order.PLACED));
            f.state(Order.PLACED, s -> s.ask("placed."));
        });
        metrics.bindWork(flow);
        Fsm fsm = flow.fsm(new MemoryStateStorage());
        assertThatThrownBy(() -> flow.handle(fsm, KEY, "/order")).isInstanceOf(WorkFailedException.class);
        assertThat(flow.handle(fsm, KEY, "again")).contains("placed.");
        assertThat(total("botfsm.flow.work", "result", "failed")).isEqualTo(1);
        assertThat(total("botfsm.flow.work", "result", "done")).isEqualTo(1);
        assertThat(total("botfsm.flow.work.retried")).isEqualTo(1);
        assertThat(shown("botfsm.flow.work.running")).isZero();
    }

    @Test
    void healthIsShown() {
        AtomicBoolean works = new AtomicBoolean(true);
        metrics.bind(HealthCheck.of("storage", () -> works.get() ? Health.up() : Health.down("away")));
        assertThat(shown("botfsm.health")).isEqualTo(1);
        works.set(false);
        assertThat(registry.scrape()).contains("botfsm_health{bot=\"pizza\",check=\"storage\"} 0.0");
    }

    @Test
    void theLockIsShownWhileItIsHeld() {
        try (InstanceLock lock = InstanceLock.builder(new MemoryLeaseStore(), "pizza-bot")
                .listener(metrics.lock())
                .build()) {
            try (Lease lease = lock.tryAcquire().orThrow()) {
                await().atMost(SOON).until(() -> shown("botfsm.lock.held") == 1);
                assertThat(shown("botfsm.lock.fencing.token")).isEqualTo((double) lease.fencingToken());
            }
            await().atMost(SOON).until(() -> shown("botfsm.lock.held") == 0);
        }
        assertThat(counted("botfsm.lock.events", "lock", "pizza-bot", "event", "activated"))
                .isEqualTo(1);
        assertThat(counted("botfsm.lock.events", "lock", "pizza-bot", "event", "released"))
                .isEqualTo(1);
    }

    @Test
    void handlersAreShownWhileTheyRun() throws Exception {
        try (EventIsolation isolation = EventIsolation.inProcess()) {
            metrics.bind(isolation);
            CountDownLatch go = new CountDownLatch(1);
            CompletionStage<Boolean> first = isolation.submit(KEY, () -> go.await(20, TimeUnit.SECONDS));
            CompletionStage<Boolean> second = isolation.submit(KEY, () -> true);
            assertThat(shown("botfsm.isolation.handlers")).isEqualTo(2);
            assertThat(shown("botfsm.isolation.conversations")).isEqualTo(1);
            go.countDown();
            assertThat(first.toCompletableFuture().get()).isTrue();
            assertThat(second.toCompletableFuture().get()).isTrue();
            assertThat(isolation.drain(SOON)).isTrue();
            assertThat(shown("botfsm.isolation.handlers")).isZero();
            assertThat(isolation.submit(KEY, () -> true)).isCompletedExceptionally();
            assertThat(total("botfsm.isolation.refused")).isZero();
        }
    }

    /** After all of this has happened, a scrape shows the documented meters, and nothing of the user. */
    @Test
    void theDocumentationListsTheMeters() throws Exception {
        StateStorage storage = new NotifyingStateStorage(metrics.measure(recovering()), List.of(metrics.transitions()));
        order(metrics.measure(Fsm.builder(storage).states(Order.class).build()));
        await().atMost(SOON).until(() -> counted("botfsm.transitions", "from", "none", "to", "Order:SIZE") == 1);
        handlersAreShownWhileTheyRun();
        theLockIsShownWhileItIsHeld();
        changesThatNoRuleDeclaresAreCounted();
        pollingIsThatOfTheLastSessionAndItsCountsThoseOfAll();
        messagesAreCountedByWhatBecameOfThem();
        theInboxIsShownWhileTheStorageAnswers();
        timeoutsAreCountedOverAllRunners();
        workOfFlowsIsCounted();
        healthIsShown();

        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .hasSameElementsAs(documented());
        assertThat(registry.scrape())
                .contains("botfsm_handle_seconds_count{bot=\"pizza\",outcome=\"done\",state=\"Order:SIZE\"} 1")
                .contains("botfsm_recovery_total{bot=\"pizza\",result=\"miss\"} 1.0")
                .doesNotContain("777001", "777002", "secret");
        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .allSatisfy(id -> assertThat(id.getTag("bot")).isEqualTo("pizza"));
        alertsAndDashboardAskForWhatIsThere(registry.scrape());
        dashboardAddsNothingToWhatIsNoNumber(registry.scrape());
    }

    /** Instances that stand by show NaN, which would make the sum NaN too. */
    private static void dashboardAddsNothingToWhatIsNoNumber(String scrape) throws IOException {
        String dashboard = Files.readString(Path.of("../docs/operate/monitoring/dashboard.json"));
        assertThat(found("(?m)^(botfsm_\\w+)\\{[^}]*\\} NaN", scrape))
                .contains("botfsm_polling_pending")
                .allSatisfy(name -> assertThat(dashboard)
                        .doesNotContainPattern(Pattern.compile("sum[^(]*\\(" + name + "\\{[^}]*\\}\\)")));
    }

    /** Checks meters and tags by their names in Prometheus. */
    private static void alertsAndDashboardAskForWhatIsThere(String scrape) throws IOException {
        Map<String, Set<String>> tags = new TreeMap<>();
        Pattern.compile("(?m)^(botfsm_\\w+)\\{([^}]*)\\}")
                .matcher(scrape)
                .results()
                .forEach(sample -> tags.computeIfAbsent(sample.group(1), name -> new TreeSet<>(Set.of("instance")))
                        .addAll(found("(\\w+)=\"", sample.group(2))));
        Set<String> asked = new TreeSet<>();
        for (String file : List.of("alerts.yml", "dashboard.json")) {
            String text = Files.readString(Path.of("../docs/operate/monitoring", file))
                    .replace("\\\"", "\"");
            Pattern.compile("(botfsm_\\w+)(?:\\{([^}]*)\\})?")
                    .matcher(text)
                    .results()
                    .forEach(query -> {
                        assertThat(tags).as("meters that %s asks for", file).containsKey(query.group(1));
                        assertThat(tags.get(query.group(1)))
                                .as("tags of %s", query.group(1))
                                .containsAll(found("(\\w+)(?:=|!)", query.group(2) == null ? "" : query.group(2)));
                        asked.add(query.group(1));
                    });
        }
        assertThat(asked)
                .as("meters on the dashboard or in an alert")
                .containsAll(tags.keySet().stream()
                        .map(name -> name.replaceFirst("_(max|sum)$", "_count"))
                        .filter(name -> tags.containsKey(name))
                        .toList());
    }

    @Test
    void eachAlertSaysWhatToDo() throws Exception {
        Path folder = Path.of("../docs/operate/monitoring");
        assertThat(found("(?m)^\\| `(Botfsm\\w+)` \\|", Files.readString(folder.resolve("README.md"))))
                .isEqualTo(found("- alert: (\\w+)", Files.readString(folder.resolve("alerts.yml"))))
                .hasSize(10);
    }

    private static Set<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(toCollection(TreeSet::new));
    }

    private static Set<String> documented() throws IOException {
        return Pattern.compile("(?m)^\\| `(botfsm[a-z.]+)` \\|")
                .matcher(Files.readString(Path.of("../docs/operate/metrics.md")))
                .results()
                .map((MatchResult row) -> row.group(1))
                .collect(toCollection(TreeSet::new));
    }

    /** A program that measures its turns and has nothing but {@code fsm-core}. */
    public static final class Plain implements Runnable {
        @Override
        public void run() {
            BotMetrics own = BotMetrics.of(new SimpleMeterRegistry(), "plain");
            StateStorage storage =
                    new NotifyingStateStorage(own.measure(new MemoryStateStorage()), List.of(own.transitions()));
            StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
            own.measure(Fsm.of(storage)).handle(key, turn -> turn.state("A"));
            storage.close();
        }
    }

    @Test
    void partsThatAreNotThereAreNotNeeded() throws Exception {
        ClassLoader withoutThem = new ClassLoader(BotMetricsTest.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.matches("io\\.botfsm\\.(lock|isolation|recovery|timeout|monitoring|flow)\\..*")) {
                    throw new ClassNotFoundException(name);
                }
                return name.startsWith("io.botfsm.micrometer.") ? own(name) : super.loadClass(name, resolve);
            }

            private Class<?> own(String name) throws ClassNotFoundException {
                Class<?> known = findLoadedClass(name);
                if (known != null) {
                    return known;
                }
                try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
                    byte[] bytes = file.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        };
        Class<?> plain = Class.forName(Plain.class.getName(), true, withoutThem);
        ((Runnable) plain.getDeclaredConstructor().newInstance()).run();
    }

    @Test
    void aBotWithoutANameIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BotMetrics.of(registry, " "))
                .withMessageContaining("blank");
    }
}
