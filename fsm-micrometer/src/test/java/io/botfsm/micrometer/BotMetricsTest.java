package io.botfsm.micrometer;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.LockEvent;
import io.botfsm.lock.LockListener;
import io.botfsm.lock.store.LossReason;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
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
import io.botfsm.transition.NotifyingStateStorage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
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

    private double shown(String name) {
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

    /** Such as one that has another type or other tags under the same name. */
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
        assertThat(registry.find("botfsm.handle").timers()).hasSize(BotMetrics.MOST_STATES + 2);
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
        }
    }

    /** What is scraped after all of it has happened: the meters of the documentation, and nothing of the user. */
    @Test
    void theDocumentationListsTheMeters() throws Exception {
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
        StateStorage storage = new NotifyingStateStorage(metrics.measure(recovering), List.of(metrics.transitions()));
        order(metrics.measure(Fsm.builder(storage).states(Order.class).build()));
        await().atMost(SOON).until(() -> counted("botfsm.transitions", "from", "none", "to", "Order:SIZE") == 1);
        handlersAreShownWhileTheyRun();
        theLockIsShownWhileItIsHeld();

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
    }

    private static Set<String> documented() throws IOException {
        return Pattern.compile("(?m)^\\| `(botfsm[a-z.]+)` \\|")
                .matcher(Files.readString(Path.of("../docs/metrics.md")))
                .results()
                .map((MatchResult row) -> row.group(1))
                .collect(toCollection(TreeSet::new));
    }

    @Test
    void aBotWithoutANameIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BotMetrics.of(registry, " "))
                .withMessageContaining("blank");
    }
}
