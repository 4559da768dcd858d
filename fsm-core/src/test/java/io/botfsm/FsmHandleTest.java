package io.botfsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.botfsm.Handled.Done;
import io.botfsm.Handled.Repeated;
import io.botfsm.storage.ContentionException;
import io.botfsm.storage.EventId;
import io.botfsm.storage.EventWindow;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.StoredConversation;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One event, one turn, one read, one write. */
@Timeout(60)
class FsmHandleTest {
    private enum Step {
        NAME,
        AGE
    }

    private record Profile(String name, Integer age) {}

    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private final FsmTestStorage storage = new FsmTestStorage();
    private final Fsm fsm = Fsm.builder(storage)
            .states(Step.class)
            .timeout(Duration.ofSeconds(2))
            .build();

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void whatIsBuiltIsDecoratedInOrder() {
        java.util.List<String> order = new java.util.ArrayList<>();
        java.util.List<Fsm> seen = new java.util.ArrayList<>();
        Fsm built = Fsm.builder(storage)
                .decorate(inner -> {
                    order.add("first");
                    seen.add(inner);
                    return fsm;
                })
                .decorate(inner -> {
                    order.add("second");
                    seen.add(inner);
                    return inner;
                })
                .build();
        assertThat(order).containsExactly("first", "second");
        assertThat(built).isSameAs(fsm).isSameAs(seen.get(1)).isNotSameAs(seen.get(0));
    }

    @Test
    void aTurnIsOneReadAndOneWriteWhateverTheHandlerDoes() {
        Handled<String> handled = fsm.handle(KEY, 7, turn -> {
            turn.put("name", "Ada")
                    .put("noise", 1)
                    .remove("noise")
                    .state(Step.AGE)
                    .put("city", "Paris");
            return turn.value("name", String.class).orElseThrow();
        });

        assertThat(handled).isInstanceOf(Done.class);
        assertThat(handled.orElse(now -> "repeated")).isEqualTo("Ada");
        assertThat(storage.reads).hasValue(1);
        assertThat(storage.writes).hasValue(1);
        Conversation now = fsm.context(KEY).read();
        assertThat(now.state(Step.class)).contains(Step.AGE);
        assertThat(now.snapshot().data()).containsOnlyKeys("name", "city");
        assertThat(handled.now().snapshot()).isEqualTo(now.snapshot());
    }

    @Test
    void aTurnCopiesTheDataOnce() {
        Map<String, String> data = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            data.put("name" + i, "1");
        }
        Snapshot stored = Snapshot.builder().data(data).version(1).build();
        storage.insteadOfRead = () -> CompletableFuture.completedFuture(stored);
        storage.insteadOfWrite =
                () -> CompletableFuture.completedFuture(Applied.of(Optional.empty(), Optional.empty(), 1, 2));
        long ofOneCopy = allocatedBy(() -> new LinkedHashMap<>(stored.data()));
        assertThat(allocatedBy(() -> fsm.handle(KEY, 7, turn -> turn.put("more", 1))))
                .isLessThan(2 * ofOneCopy);
    }

    /** Returns how many bytes this thread allocates when it does the work for the second time. */
    private static long allocatedBy(Supplier<?> work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assertThat(work.get()).isNotNull();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(work.get()).isNotNull();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void aRedeliveredEventIsNotHandledAgainAndBringsTheConversation() {
        AtomicInteger runs = new AtomicInteger();
        fsm.handle(KEY, 7, turn -> {
            runs.incrementAndGet();
            return turn.state(Step.AGE);
        });
        fsm.context(KEY).updateData("later", true);

        Handled<Object> again = fsm.handle(KEY, 7, turn -> runs.incrementAndGet());

        assertThat(again).isInstanceOf(Repeated.class);
        assertThat(again.now().state(Step.class)).contains(Step.AGE);
        assertThat(again.now().value("later", Boolean.class)).contains(true);
        assertThat(again.orElse(now -> "asked again")).isEqualTo("asked again");
        assertThat(runs).hasValue(1);
        assertThat(fsm.context(KEY).read().snapshot())
                .as("asking changes nothing")
                .isEqualTo(again.now().snapshot());
    }

    @Test
    void idsOfAnyKindAreRecognized() {
        for (EventId id : List.of(
                EventId.of(1_175_928_847_299_117_063L), EventId.of("wamid.HBgLMTY1"), EventId.of("payments", 7))) {
            assertThat(fsm.handle(KEY, id, turn -> turn.put("n", id.toString())))
                    .isInstanceOf(Handled.Done.class);
            assertThat(fsm.handle(KEY, id, turn -> turn.put("n", "again"))).isInstanceOf(Handled.Repeated.class);
            assertThat(fsm.handleAsync(KEY, id, turn -> turn.put("n", "again")))
                    .succeedsWithin(Duration.ofSeconds(30))
                    .isInstanceOf(Handled.Repeated.class);
        }
    }

    @Test
    void anEventWithoutAnIdIsHandledEachTimeAndRetried() {
        storage.beforeNextWrite =
                () -> storage.apply(KEY, Mutation.builder().put("n", "41").build());
        Handled<Integer> handled = fsm.handle(KEY, this::counted);
        assertThat(handled.orElse(now -> -1)).isEqualTo(42);
        assertThat(fsm.handleAsync(KEY, this::counted))
                .succeedsWithin(Duration.ofSeconds(30))
                .satisfies(again -> assertThat(again.orElse(now -> -1)).isEqualTo(43));
        assertThat(storage.stored(KEY).events().isEmpty()).isTrue();
        int writes = storage.writes.get();
        assertThat(fsm.handle(KEY, turn -> "nothing")).isInstanceOf(Handled.Done.class);
        assertThat(storage.writes).as("nothing to write, not even an id").hasValue(writes);
    }

    private int counted(Turn turn) {
        int next = turn.value("n", Integer.class).orElse(0) + 1;
        turn.put("n", next);
        return next;
    }

    /** A read may show data that is then lost with its server; only a write confirms an event. */
    @Test
    void theStorageIsAskedOfARedeliveredEventByAWrite() {
        fsm.handle(KEY, 7, turn -> turn.state(Step.AGE));
        long version = fsm.context(KEY).read().snapshot().version();
        AtomicInteger questions = new AtomicInteger();
        storage.beforeNextWrite = questions::incrementAndGet;

        fsm.handle(KEY, 7, turn -> turn.state(Step.NAME));

        assertThat(questions).hasValue(1);
        assertThat(fsm.context(KEY).read().snapshot().version()).isEqualTo(version);
    }

    @Test
    void aConversationSaysSinceWhenItIsInItsState() {
        assertThat(fsm.context(KEY).read().since()).isEmpty();
        Instant begun = storage.now;
        assertThat(fsm.handle(KEY, 1, turn -> turn.state(Step.NAME)).now().since())
                .hasValue(begun);
        storage.now = begun.plusSeconds(60);
        Handled<Optional<Instant>> same = fsm.handle(KEY, 2, turn -> {
            turn.state(Step.NAME).put("name", "Ada");
            return turn.since();
        });
        assertThat(same.now().since()).hasValue(begun);
        assertThat(same)
                .isInstanceOfSatisfying(
                        Done.class, done -> assertThat(done.result()).isEqualTo(Optional.of(begun)));
        assertThat(same.now().snapshot()).isEqualTo(fsm.context(KEY).read().snapshot());
        storage.now = begun.plusSeconds(90);
        Handled<Object> changed = fsm.handle(KEY, 3, turn -> turn.state(Step.AGE));
        assertThat(changed.now().since()).hasValue(begun.plusSeconds(90));
        assertThat(changed.now().snapshot()).isEqualTo(fsm.context(KEY).read().snapshot());
    }

    @Test
    void aTurnThatLeavesNothingSaysSo() {
        fsm.handle(KEY, turn -> turn.state(Step.NAME));
        Handled<Object> cleared = fsm.handle(KEY, turn -> turn.clear());
        assertThat(cleared.now().snapshot()).isEqualTo(Snapshot.none());
    }

    /** What remains after a conversation has ended holds its events, but neither its state nor its data. */
    @Test
    void aTurnAfterTheEndBeginsAnew() {
        storage.ttl = Optional.of(Duration.ofHours(1));
        fsm.handle(KEY, 1, turn -> turn.state(Step.NAME).put("name", "Ada"));
        storage.now = storage.now.plus(Duration.ofHours(1));
        Handled<Boolean> again = fsm.handle(KEY, 2, turn -> {
            boolean isThere =
                    turn.state().isPresent() || turn.value("name", String.class).isPresent();
            turn.state(Step.NAME);
            return isThere;
        });
        assertThat(again)
                .isInstanceOfSatisfying(
                        Done.class, done -> assertThat(done.result()).isEqualTo(false));
        assertThat(again.now().snapshot()).isEqualTo(fsm.context(KEY).read().snapshot());
        assertThat(fsm.handle(KEY, 1, turn -> "again")).isInstanceOf(Repeated.class);
    }

    @Test
    void aRedeliveredEventIsHandledIfTheConversationWasLostBetweenReadAndWrite() {
        fsm.handle(KEY, 7, turn -> turn.state(Step.AGE));
        storage.beforeNextWrite = storage::forgetAll;

        Handled<String> handled = fsm.handle(KEY, 7, turn -> "handled");

        assertThat(handled).isInstanceOf(Done.class);
    }

    /** The server that is read has the event; the promoted replica that is written to lacks it, at the same version. */
    @Test
    void aRedeliveredEventThatAPromotedReplicaLacksIsHandled() {
        fsm.handle(KEY, 7, turn -> turn.put("from", "event"));
        StoredConversation read = storage.stored(KEY);
        StoredConversation promoted = read.toBuilder()
                .state(Optional.of("other"))
                .data(Map.of())
                .events(EventWindow.empty())
                .build();
        storage.beforeNextWrite = () -> storage.replace(KEY, promoted);

        Handled<Object> handled = fsm.handle(KEY, 7, turn -> turn.put("from", "event"));

        assertThat(handled).isInstanceOf(Done.class);
        assertThat(handled.now().state()).hasValue("other");
        assertThat(fsm.context(KEY).value("from", String.class)).hasValue("event");
        assertThat(fsm.handle(KEY, 7, turn -> "again")).isInstanceOf(Repeated.class);
    }

    @Test
    void aStaleInstanceIsToldSoByARedeliveredEventToo() {
        fsm.fencedBy(2).handle(KEY, 7, turn -> turn.state(Step.AGE));

        assertThatThrownBy(() -> fsm.fencedBy(1).handle(KEY, 7, turn -> "stale"))
                .isInstanceOf(FencedException.class);
    }

    /** Only two runs of ids are remembered, however few events there were. */
    @Test
    void anEventOfAThirdRunIsAppliedAgain() {
        for (long id : new long[] {1000, 2000, 1000, 3000}) {
            var unused = fsm.handle(KEY, id, turn -> "");
        }
        assertThat(fsm.handle(KEY, 2000, turn -> "")).isInstanceOf(Repeated.class);
        assertThat(fsm.handle(KEY, 1000, turn -> "")).isNotInstanceOf(Repeated.class);
    }

    @Test
    void anEventThatARivalAppliedMeanwhileIsRepeated() {
        storage.beforeNextWrite = () -> storage.apply(
                KEY, Mutation.builder().eventId(7).state("Step:AGE").build());

        Handled<String> handled = fsm.handle(KEY, 7, turn -> "mine");

        assertThat(handled).isInstanceOf(Repeated.class);
        assertThat(handled.now().state(Step.class)).contains(Step.AGE);
    }

    @Test
    void aHandlerThatChangesNothingStillCountsItsEvent() {
        fsm.handle(KEY, 7, turn -> "nothing");

        assertThat(fsm.handle(KEY, 7, turn -> "again")).isInstanceOf(Repeated.class);
    }

    @Test
    void onAConflictTheHandlerRunsAgainOnTheNewerConversationWithoutAnotherRead() {
        storage.apply(KEY, Mutation.builder().put("count", "1").build());
        storage.beforeNextWrite =
                () -> storage.apply(KEY, Mutation.builder().put("count", "10").build());
        List<Integer> seen = new ArrayList<>();

        Handled<Integer> handled = fsm.handle(KEY, 7, turn -> {
            int count = turn.value("count", Integer.class).orElseThrow();
            seen.add(count);
            turn.put("count", count + 1);
            return count + 1;
        });

        assertThat(seen).containsExactly(1, 10);
        assertThat(handled.orElse(now -> -1)).isEqualTo(11);
        assertThat(fsm.context(KEY).value("count", Integer.class)).contains(11);
        assertThat(storage.reads).as("one read by the turn, one by the check").hasValue(2);
    }

    @Test
    void endlessConflictsEndInATypedErrorAtTheDeadline() {
        Fsm impatient = Fsm.builder(storage).timeout(Duration.ofSeconds(1)).build();

        assertThatExceptionOfType(ContentionException.class)
                .isThrownBy(() -> impatient.handle(KEY, 7, this::overtaken))
                .satisfies(e -> {
                    assertThat(e.key()).isEqualTo(KEY);
                    assertThat(e.attempts()).isGreaterThan(1);
                    assertThat(e.timeout()).isEqualTo(Duration.ofSeconds(1));
                });
        assertThat(impatient.handleAsync(KEY, 7, this::overtaken))
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(ContentionException.class);
        assertThat(storage.stored(KEY).events().contains(EventId.of(7))).isFalse();
    }

    private String overtaken(Turn turn) {
        storage.beforeNextWrite =
                () -> storage.apply(KEY, Mutation.builder().put("rival", "1").build());
        turn.put("mine", 1);
        return "never";
    }

    @Test
    void anExceptionOfTheHandlerComesOutUnchangedAndWritesNothing() {
        IllegalStateException broken = new IllegalStateException("broken");

        assertThatThrownBy(() -> fsm.handle(KEY, 7, turn -> {
                    turn.state(Step.AGE);
                    throw broken;
                }))
                .isSameAs(broken);
        assertThat(fsm.handleAsync(KEY, 7, turn -> {
                    throw broken;
                }))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableOfType(ExecutionException.class)
                .withCause(broken);
        assertThat(storage.writes).hasValue(0);
    }

    @Test
    void aTurnEndsWithItsHandler() {
        AtomicReference<Turn> kept = new AtomicReference<>();
        fsm.handle(KEY, 7, turn -> {
            kept.set(turn.state(Step.NAME));
            return "done";
        });

        assertThatThrownBy(() -> kept.get().state(Step.AGE)).isInstanceOf(TurnClosedException.class);
        assertThatThrownBy(() -> kept.get().put("name", "late")).isInstanceOf(TurnClosedException.class);
        assertThatThrownBy(() -> kept.get().ttl(Duration.ofDays(1))).isInstanceOf(TurnClosedException.class);
        assertThat(kept.get().state(Step.class)).contains(Step.NAME);
    }

    @Test
    void aStaleInstanceIsFencedAndAFreshOneIsNot() {
        fsm.fencedBy(9).handle(KEY, 1, turn -> turn.state(Step.NAME));

        assertThatExceptionOfType(FencedException.class)
                .isThrownBy(() -> fsm.fencedBy(8).handle(KEY, 2, turn -> turn.state(Step.AGE)))
                .satisfies(e -> {
                    assertThat(e.token()).isEqualTo(8);
                    assertThat(e.highest()).isEqualTo(9);
                });
        assertThatThrownBy(() -> fsm.fencedBy(8).context(KEY).clear()).isInstanceOf(FencedException.class);
        assertThat(fsm.context(KEY).state(Step.class)).contains(Step.NAME);
        fsm.fencedBy(9).handle(KEY, 3, turn -> turn.state(Step.AGE));
        assertThat(fsm.context(KEY).state(Step.class)).contains(Step.AGE);
    }

    @Test
    void theStorageOfAFencedBotIsFencedToo() {
        fsm.fencedBy(9).handle(KEY, 1, turn -> turn.state(Step.NAME));
        Mutation clear = Mutation.builder().clearState().build();
        assertThat(fsm.fencedBy(8)
                        .storage()
                        .write(KEY, clear)
                        .toCompletableFuture()
                        .join())
                .isEqualTo(Fenced.of(9));
        assertThat(fsm.storage().write(KEY, clear).toCompletableFuture().join()).isInstanceOf(Applied.class);
    }

    @Test
    void whatWasFoundIsReadInTheTypesOfTheBotWithoutTheStorage() {
        fsm.handle(KEY, 1, turn -> turn.state(Step.NAME).data(new Profile("Ada", 36)));
        Snapshot found = fsm.context(KEY).read().snapshot();
        int reads = storage.reads.get();
        Conversation read = fsm.conversation(KEY, found);
        assertThat(read.state(Step.class)).contains(Step.NAME);
        assertThat(read.data(Profile.class)).contains(new Profile("Ada", 36));
        assertThat(read.snapshot()).isEqualTo(found);
        assertThat(storage.reads).hasValue(reads);
    }

    @Test
    void theStoredNamesOfAllStatesAreKnown() {
        Fsm renamed = Fsm.builder(storage)
                .states(Step.class, names -> names.name(Step.AGE, "years").formerly("Former:AGE", Step.AGE))
                .build();
        assertThat(renamed.stateNames()).containsExactlyInAnyOrder("Step:NAME", "Step:years", "Former:AGE");
        assertThat(Fsm.of(storage).stateNames()).isEmpty();
    }

    @Test
    void whatTheStorageCannotHoldIsRefusedBeforeAnythingHappens() {
        storage.capabilities = EnumSet.of(Capability.COMPARE_AND_SET);
        assertThatThrownBy(() -> fsm.fencedBy(9)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fsm.handle(KEY, 1, turn -> ""))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("EVENT_ID");
        assertThat(fsm.handle(KEY, turn -> "without an id").orElse(now -> "")).isEqualTo("without an id");
        storage.reads.set(0);
        storage.capabilities = EnumSet.noneOf(Capability.class);
        assertThatThrownBy(() -> fsm.handle(KEY, turn -> ""))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("COMPARE_AND_SET");
        assertThatThrownBy(() -> fsm.context(KEY).update(turn -> ""))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("COMPARE_AND_SET");
        assertThat(storage.reads).hasValue(0);
    }

    @Test
    void impossibleArgumentsAreNamed() {
        assertThatThrownBy(() -> fsm.handle(KEY, -5, turn -> ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-5");
        assertThatThrownBy(() -> fsm.fencedBy(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fsm.builder(storage).timeout(Duration.ofSeconds(-3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT-3S");
    }

    @Test
    void aStorageThatNeverAnswersIsNotWaitedForLongerThanTheTimeout() {
        Fsm impatient = Fsm.builder(storage).timeout(Duration.ofMillis(50)).build();
        storage.insteadOfWrite = CompletableFuture::new;
        assertThatExceptionOfType(StorageUnavailableException.class)
                .isThrownBy(() -> impatient.handle(KEY, 7, turn -> ""))
                .satisfies(e -> {
                    assertThat(e.mayBeApplied()).isTrue();
                    assertThat(e.key()).contains(KEY);
                    assertThat(e.timeout()).isEqualTo(Duration.ofMillis(50));
                });
        storage.insteadOfRead = CompletableFuture::new;
        assertThatExceptionOfType(StorageUnavailableException.class)
                .isThrownBy(() -> impatient.handle(KEY, 8, turn -> ""))
                .satisfies(e -> assertThat(e.mayBeApplied()).isFalse());
    }

    /** The timeout that the documentation names. */
    @Test
    void aCallWaitsFiveSecondsUnlessSetOtherwise() {
        storage.insteadOfRead = CompletableFuture::new;
        long begin = System.nanoTime();
        assertThatExceptionOfType(StorageUnavailableException.class)
                .isThrownBy(() -> Fsm.of(storage).handle(KEY, 7, turn -> ""))
                .satisfies(e -> assertThat(e.timeout()).isEqualTo(Duration.ofSeconds(5)));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(7));
    }

    @Test
    void errorsOfTheStorageComeOutAsTheyAre() {
        StorageClosedException closed = new StorageClosedException();
        storage.insteadOfRead = () -> CompletableFuture.failedStage(closed);
        assertThatThrownBy(() -> fsm.handle(KEY, 7, turn -> "")).isSameAs(closed);
        assertThat(fsm.handleAsync(KEY, 7, turn -> ""))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableOfType(ExecutionException.class)
                .withCause(closed);
        storage.insteadOfRead = () -> CompletableFuture.failedStage(new IllegalStateException("driver"));
        assertThatThrownBy(() -> fsm.handle(KEY, 7, turn -> ""))
                .isExactlyInstanceOf(FsmException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void anInterruptEndsTheWaitAndStaysSet() throws Exception {
        storage.insteadOfWrite = CompletableFuture::new;
        CompletableFuture<Object> outcome = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                fsm.handle(KEY, 7, turn -> "");
                outcome.complete("returned");
            } catch (InterruptedCallException e) {
                outcome.complete(
                        List.of(e.mayBeApplied(), Thread.currentThread().isInterrupted()));
            } catch (RuntimeException e) {
                outcome.complete(e);
            }
        });
        caller.start();
        while (storage.writes.get() == 0) {
            Thread.onSpinWait();
        }
        caller.interrupt();

        assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo(List.of(true, true));
    }

    @Test
    void anInterruptedThreadBeginsNothing() {
        Thread.currentThread().interrupt();
        try {
            assertThatExceptionOfType(InterruptedCallException.class)
                    .isThrownBy(() -> fsm.context(KEY).setState("x"))
                    .satisfies(e -> assertThat(e.mayBeApplied()).isFalse());
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(storage.writes).hasValue(0);
    }

    @Test
    void userCodeNeverRunsOnTheDriversThread() throws Exception {
        List<String> threads = new ArrayList<>();
        Runnable note = () -> threads.add(Thread.currentThread().getName());
        fsm.handleAsync(KEY, 7, turn -> {
                    note.run();
                    return "";
                })
                .thenRun(note)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        fsm.context(KEY).async().read().thenRun(note).toCompletableFuture().get(10, TimeUnit.SECONDS);
        storage.insteadOfWrite = () -> CompletableFuture.supplyAsync(
                () -> {
                    throw new StorageClosedException();
                },
                task -> new Thread(task, FsmTestStorage.DRIVER).start());
        CompletableFuture<Void> failed = new CompletableFuture<>();
        fsm.handleAsync(KEY, 8, turn -> "").whenComplete((value, failure) -> {
            note.run();
            failed.complete(null);
        });
        failed.get(10, TimeUnit.SECONDS);

        assertThat(threads).hasSize(4).doesNotContain(FsmTestStorage.DRIVER);
    }

    @Test
    void aStoredEventIsReportedThoughTheExecutorTakesNoMoreWork() {
        AtomicInteger tasks = new AtomicInteger();
        Fsm exhausted = Fsm.builder(storage)
                .states(Step.class)
                .executor(task -> {
                    if (tasks.incrementAndGet() > 1) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    new Thread(task).start();
                })
                .build();
        assertThat(exhausted.handleAsync(KEY, 7, turn -> turn.state(Step.AGE)).toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(20))
                .isInstanceOf(Done.class);
    }

    @Test
    void anExecutorThatRefusesTheNextAttemptFailsTheStage() {
        AtomicInteger tasks = new AtomicInteger();
        Fsm exhausted = Fsm.builder(storage)
                .states(Step.class)
                .executor(task -> {
                    if (tasks.incrementAndGet() > 2) {
                        throw new RejectedExecutionException("full");
                    }
                    new Thread(task).start();
                })
                .build();
        storage.beforeNextWrite =
                () -> storage.apply(KEY, Mutation.builder().state("other").build());
        assertThat(exhausted.handleAsync(KEY, 7, turn -> turn.state(Step.AGE)).toCompletableFuture())
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void typedDataWritesOnlyWhatChanged() {
        fsm.handle(KEY, 1, turn -> turn.data(new Profile("Ada", 36)).put("foreign", "kept"));
        List<Mutation> written = new ArrayList<>();
        fsm.handle(KEY, 2, turn -> {
            turn.update(Profile.class, new Profile("nobody", 0), p -> new Profile(p.name(), p.age() + 1));
            written.add(((OpenTurn) turn).changes().build());
            return "";
        });

        assertThat(written).singleElement().satisfies(m -> {
            assertThat(m.puts()).containsOnlyKeys("age");
            assertThat(m.removals()).isEmpty();
            assertThat(m.changesState()).isFalse();
        });
        Conversation now = fsm.context(KEY).read();
        assertThat(now.data(Profile.class)).contains(new Profile("Ada", 37));
        assertThat(now.value("foreign", String.class)).contains("kept");
    }

    @Test
    void clearLeavesNothingAndPutsAfterItStay() {
        fsm.handle(KEY, 1, turn -> turn.state(Step.AGE).put("a", 1).put("b", 2));
        fsm.handle(KEY, 2, turn -> turn.clear().put("c", 3));

        assertThat(storage.stored(KEY).state()).isEmpty();
        assertThat(storage.stored(KEY).data()).containsOnlyKeys("c");
    }
}
