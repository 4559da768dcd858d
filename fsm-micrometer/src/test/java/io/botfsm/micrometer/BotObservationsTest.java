package io.botfsm.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.EventId;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BotObservationsTest {
    private static final StorageKey KEY =
            StorageKey.bot(1).chat(777_001).user(777_002).build();

    private final List<Observation.Context> ended = new CopyOnWriteArrayList<>();
    private final ObservationRegistry registry = ObservationRegistry.create();
    private final BotObservations observations = BotObservations.of(registry, "pizza");
    private final Fsm fsm = observations.observe(Fsm.builder(observations.observe(new MemoryStateStorage()))
            .states(Order.class)
            .build());

    BotObservationsTest() {
        handle(context -> ended.add(context));
    }

    enum Order {
        SIZE
    }

    /** What is done at the end of an observation. */
    private interface Ending {
        void stop(Observation.Context context);
    }

    private void handle(Ending ending) {
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onStop(Observation.Context context) {
                ending.stop(context);
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
    }

    /** Name and key values of each observation that has ended, with its parent's name. */
    private List<String> endedObservations() {
        return ended.stream()
                .map(context -> context.getName() + " "
                        + context.getLowCardinalityKeyValues().stream()
                                .sorted()
                                .map(KeyValue::getValue)
                                .collect(Collectors.joining(" "))
                        + (context.getParentObservation() == null
                                ? ""
                                : " in "
                                        + context.getParentObservation()
                                                .getContextView()
                                                .getName()))
                .toList();
    }

    private static final String READ = "botfsm.storage.call pizza read empty in botfsm.turn";
    private static final String WRITE = "botfsm.storage.call pizza write applied in botfsm.turn";
    private static final String TURN = "botfsm.turn pizza done Order:SIZE";

    @Test
    void aTurnHasTheCallsOfTheStorageBelowIt() {
        fsm.handle(KEY, EventId.of(1), turn -> {
            assertThat(registry.getCurrentObservation()).as("in the handler").isNotNull();
            return turn.put("size", "secret").state(Order.SIZE);
        });
        assertThat(endedObservations()).containsExactly(READ, WRITE, TURN);
        assertThat(registry.getCurrentObservation()).isNull();
        assertThat(ended.stream().flatMap(context -> context.getAllKeyValues().stream()))
                .extracting(KeyValue::getValue)
                .noneMatch(value -> value.contains("777") || value.contains("secret"));
    }

    /** Its write is made on another thread than its read. */
    @Test
    void soHasAnAsynchronousOne() {
        fsm.handleAsync(KEY, EventId.of(1), turn -> {
                    assertThat(registry.getCurrentObservation())
                            .as("in the handler")
                            .isNotNull();
                    return turn.state(Order.SIZE);
                })
                .toCompletableFuture()
                .join();
        await().until(() -> ended.size() == 3);
        assertThat(endedObservations()).containsExactlyInAnyOrder(READ, WRITE, TURN);
        assertThat(registry.getCurrentObservation()).isNull();
        var unused = fsm.context(KEY).read();
        assertThat(endedObservations()).last().isEqualTo("botfsm.storage.call pizza read found");
    }

    @Test
    void failuresAreKnownByTheirOutcomeAlone() {
        fsm.fencedBy(5).handle(KEY, turn -> turn.state(Order.SIZE));
        Fsm stale = fsm.fencedBy(4);
        ended.clear();
        assertThatThrownBy(() -> stale.handle(KEY, turn -> turn.clear())).isInstanceOf(FencedException.class);
        assertThat(stale.handleAsync(KEY, turn -> turn.clear()).toCompletableFuture())
                .failsWithin(java.time.Duration.ofSeconds(20));
        assertThat(endedObservations())
                .filteredOn(each -> each.startsWith("botfsm.turn"))
                .containsExactly("botfsm.turn pizza fenced unknown", "botfsm.turn pizza fenced unknown");
        assertThat(endedObservations()).contains("botfsm.storage.call pizza write fenced in botfsm.turn");
        assertThat(ended)
                .allSatisfy(context -> assertThat(context.getError())
                        .as("its message names the conversation")
                        .isNull());
    }

    @Test
    void aStorageThatThrowsEndsItsObservation() {
        StateStorage throwing = observations.observe(new ForwardingStateStorage(new MemoryStateStorage()) {
            @Override
            public CompletionStage<Snapshot> read(StorageKey key) {
                throw new IllegalStateException("outside its contract");
            }

            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                throw new IllegalStateException("outside its contract");
            }
        });
        Fsm failing = observations.observe(Fsm.of(throwing));
        assertThatThrownBy(() -> failing.handle(KEY, turn -> turn.state("A"))).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> failing.handleAsync(KEY, turn -> turn.state("A")))
                .isInstanceOf(IllegalStateException.class);
        assertThat(endedObservations())
                .containsExactlyElementsOf(Stream.generate(() -> List.of(
                                "botfsm.storage.call pizza read failed in botfsm.turn",
                                "botfsm.turn pizza failed unknown"))
                        .limit(2)
                        .flatMap(List::stream)
                        .toList());
    }

    @Test
    void anObservationThatFailsFailsNoEvent() {
        handle(context -> {
            throw new IllegalStateException("a handler of the application");
        });
        fsm.handle(KEY, turn -> turn.state(Order.SIZE));
        assertThat(fsm.context(KEY).state(Order.class)).contains(Order.SIZE);
    }

    /** Otherwise, all later observations on the thread would be children of an observation that has ended. */
    @Test
    void aHandlerThatFailsToOpenAScopeLeavesNoneBehind() {
        AtomicInteger open = new AtomicInteger();
        handleScopes(open::incrementAndGet, open::decrementAndGet);
        handleScopes(BotObservationsTest::fail, () -> {});
        fsm.handle(KEY, turn -> turn.state(Order.SIZE));
        assertThat(registry.getCurrentObservationScope()).isNull();
        assertThat(open).as("what other handlers have opened").hasValue(0);
    }

    @Test
    void aHandlerThatFailsToCloseAScopeLeavesNoneBehind() {
        handleScopes(() -> {}, BotObservationsTest::fail);
        fsm.handle(KEY, turn -> turn.state(Order.SIZE));
        assertThat(registry.getCurrentObservationScope()).isNull();
    }

    private static void fail() {
        throw new IllegalStateException("a handler of the application");
    }

    private void handleScopes(Runnable opened, Runnable closed) {
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onScopeOpened(Observation.Context context) {
                opened.run();
            }

            @Override
            public void onScopeClosed(Observation.Context context) {
                closed.run();
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
    }

    /** A caller may complete the stage it is given, such as by a timeout of its own. */
    @Test
    void aCallThatTheCallerGivesUpEnds() {
        StateStorage hanging = observations.observe(new ForwardingStateStorage(new MemoryStateStorage()) {
            @Override
            public CompletionStage<Snapshot> read(StorageKey key) {
                return new CompletableFuture<>();
            }
        });
        hanging.read(KEY).toCompletableFuture().cancel(false);
        assertThat(endedObservations()).containsExactly("botfsm.storage.call pizza read failed");
        observations
                .observe(Fsm.of(hanging))
                .handleAsync(KEY, turn -> turn.state("A"))
                .toCompletableFuture()
                .cancel(false);
        assertThat(endedObservations()).contains("botfsm.turn pizza failed unknown");
    }

    @Test
    void onlyDeclaredStatesAreToldApart() {
        fsm.handle(KEY, turn -> turn.state("Ann, +49 30 1234567"));
        assertThat(endedObservations()).last().isEqualTo("botfsm.turn pizza done other");
    }

    @Test
    void aBotWithoutANameIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BotObservations.of(registry, " "))
                .withMessageContaining("blank");
    }
}
