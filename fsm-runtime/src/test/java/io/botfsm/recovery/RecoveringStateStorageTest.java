package io.botfsm.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.json.NewerDataException;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.transition.LoggingStateStorage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RecoveringStateStorageTest extends RecoveryTest {
    private enum Step {
        NAME,
        AGE
    }

    @Test
    void tenThousandUpdatesOfKnownUsersCauseNoLookUp() {
        for (int user = 0; user < 100; user++) {
            StorageKey key = StorageKey.bot(1).chat(user).user(user).build();
            answer(storage.write(key, change().state("A").build()));
            for (int event = 0; event < 100; event++) {
                fsm.handle(key, event, turn -> turn.update(Count.class, new Count(0), Count::next));
            }
            assertThat(fsm.context(key).data(Count.class)).hasValue(new Count(100));
        }

        assertThat(source.asked).isEmpty();
        assertThat(source.cleared).isEmpty();
        assertThat(recovering.counts()).isEqualTo(new RecoveryCounts(0, 0, 0, 0, 0, 0, 0));
        // As many as without recovery, including the first write and the last read of each user.
        assertThat(storage.reads).hasValue(10_000 + 100);
        assertThat(storage.writes).hasValue(10_000 + 100);
    }

    record Count(int count) {
        Count next() {
            return new Count(count + 1);
        }
    }

    @Test
    void hundredConcurrentFirstUpdatesOfAForgottenUserCauseOneLookUp() throws Exception {
        source.knowing(KEY, ALICE);
        source.open = new CompletableFuture<>();
        List<Future<Handled<String>>> handled = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(100);
        for (int event = 0; event < 100; event++) {
            int id = event;
            handled.add(threads.submit(() -> fsm.handle(KEY, id, turn -> {
                turn.update(Count.class, new Count(0), Count::next);
                return turn.value("name", String.class).orElse("nobody");
            })));
        }
        Awaitility.await().until(() -> storage.reads.get() >= 100);
        source.open.complete(true);

        for (Future<Handled<String>> one : handled) {
            assertThat(one.get())
                    .isInstanceOfSatisfying(
                            Handled.Done.class,
                            done -> assertThat(done.result()).isEqualTo("Alice"));
        }
        threads.shutdown();
        assertThat(source.asked).containsExactly(KEY);
        assertThat(recovering.counts()).isEqualTo(new RecoveryCounts(1, 0, 1, 0, 0, 0, 0));
        assertThat(fsm.context(KEY).data(Count.class)).hasValue(new Count(100));
        assertThat(fsm.context(KEY).state()).hasValue("AGE");
    }

    @Test
    void whoFindsNothingJustBeforeARestoreDoesNotAskAgain() {
        source.knowing(KEY, ALICE);
        for (int round = 0; round < 300; round++) {
            storage.forget();
            source.asked.clear();
            List<CompletableFuture<Snapshot>> reads = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                reads.add(recovering.read(KEY).toCompletableFuture());
            }
            reads.forEach(one -> assertIsAlice(answer(one)));
            assertThat(source.asked).hasSize(1);
        }
    }

    record Person(String fullName) {}

    @Test
    void recoveredDataIsOfTheVersionInWhichItWasSaved() {
        Fsm third = Fsm.builder(recovering)
                .data(
                        Person.class,
                        d -> d.version(3)
                                .from(1, former -> former.rename("name", "fullName"))
                                .from(2, former -> former.put("fullName", "upcast from 2")))
                .build();
        Map<String, String> data = Map.of("fullName", "\"Ada\"");
        Map<String, String> marks = Map.of("data.Person", "3");
        source.knowing(KEY, RecoveredConversation.of(Optional.of("A"), data).withAttributes(marks));

        assertThat(third.context(KEY).data(Person.class)).hasValue(new Person("Ada"));
        assertThat(third.context(KEY).data(Person.class)).hasValue(new Person("Ada"));
        assertThat(read().attributes()).isEqualTo(marks);
        storage.forget();
        source.knowing(KEY, RecoveredConversation.of(Optional.of("A"), data)); // saved without attributes: in version 1
        assertThat(third.context(KEY).data(Person.class)).hasValue(new Person("upcast from 2"));
        storage.forget();
        source.knowing(KEY, source.known.get(KEY).withAttributes(Map.of("data.Person", "4")));
        assertThatThrownBy(() -> third.context(KEY).data(Person.class)).isInstanceOf(NewerDataException.class);
    }

    @Test
    void attributesAloneMakeNoConversation() {
        source.knowing(
                KEY, RecoveredConversation.of(Optional.empty(), Map.of()).withAttributes(Map.of("data.Person", "3")));

        assertThat(read()).isEqualTo(Snapshot.none());
    }

    @Test
    void whatIsRestoredIsStored() {
        source.knowing(KEY, ALICE);

        Snapshot first = read();
        assertIsAlice(first);
        assertThat(answer(storage.read(KEY))).isEqualTo(first);
        assertThat(read()).isEqualTo(first);
        assertThat(source.asked).hasSize(1);
    }

    @Test
    void unknownUsersAreLookedUpOncePerPeriod() {
        for (int i = 0; i < 50; i++) {
            assertThat(read()).isEqualTo(Snapshot.none());
            nanos.addAndGet(Duration.ofMillis(199).toNanos());
        }
        assertThat(source.asked).hasSize(1);
        assertThat(recovering.counts()).isEqualTo(new RecoveryCounts(0, 1, 0, 0, 49, 0, 0));

        nanos.addAndGet(Duration.ofMillis(50).toNanos()); // 10 s after the look-up
        source.knowing(KEY, ALICE);
        assertIsAlice(read());
        assertThat(source.asked).hasSize(2);
    }

    @Test
    void messagesOfAUserWithoutStateCostTheSourceOneLookUp() {
        for (int event = 0; event < 100; event++) {
            fsm.handle(KEY, event, turn -> "Send /start.");
        }
        assertThat(source.asked).hasSize(1);
        assertThat(source.cleared).isEmpty();
    }

    @Test
    void negativeCacheHidesNothingThatIsStored() {
        assertThat(read().version()).isZero();
        write(storage, change().state("B"));

        assertThat(read().state()).hasValue("B");
    }

    @Test
    void negativeCacheForgetsWhoBegins() {
        assertThat(read().version()).isZero();
        write(change().state("B"));
        source.knowing(KEY, ALICE);
        storage.forget();

        assertIsAlice(read());
    }

    @Test
    void restoredStateLosesAgainstAConcurrentWrite() {
        source.knowing(KEY, ALICE);
        source.open = new CompletableFuture<>();
        CompletableFuture<Snapshot> reading = recovering.read(KEY).toCompletableFuture();
        Awaitility.await().until(() -> source.asked.size() == 1);
        write(storage, change().state("B")); // another process
        source.open.complete(true);

        assertThat(answer(reading).state()).hasValue("B");
        assertThat(answer(reading).data()).isEmpty();
        assertThat(recovering.counts()).isEqualTo(new RecoveryCounts(1, 0, 0, 1, 0, 0, 0));
    }

    @Test
    void restoredStateLosesAgainstSetState() {
        source.knowing(KEY, ALICE);
        source.open = new CompletableFuture<>();
        CompletableFuture<Snapshot> reading = recovering.read(KEY).toCompletableFuture();
        CompletableFuture<Void> setting =
                CompletableFuture.runAsync(() -> fsm.context(KEY).setState("B"));
        Awaitility.await().until(() -> source.asked.size() == 1 && storage.reads.get() >= 2);
        source.open.complete(true);
        answer(setting);

        assertIsAlice(answer(reading));
        assertThat(read().state()).hasValue("B");
        assertThat(read().data()).isEqualTo(ALICE.data());
        assertThat(source.asked).hasSize(1);
    }

    @Test
    void whoSetsAllDoesNotWaitForTheSource() {
        source.knowing(KEY, ALICE);
        source.open = new CompletableFuture<>();
        write(change().state("B").replaceData(Map.of("b", "1")));
        source.open.complete(true);

        assertThat(read().data()).isEqualTo(Map.of("b", "1"));
        assertThat(source.asked).isEmpty();
    }

    @Test
    void writesThatKeepSomethingWorkOnWhatWasRecovered() {
        source.knowing(KEY, ALICE);

        fsm.context(KEY).updateData("age", 31);
        assertThat(read().data()).isEqualTo(Map.of("name", "\"Alice\"", "age", "31"));
        assertThat(read().state()).hasValue("AGE");
        storage.forget();
        assertThat(write(change().expectState("AGE").state("CITY"))).isInstanceOf(Applied.class);
        storage.forget();
        assertThat(write(change().expectNoState().state("CITY")))
                .isInstanceOfSatisfying(Conflict.class, conflict -> assertIsAlice(conflict.current()));
        storage.forget();
        write(change().clearState());
        assertThat(read().data()).isEqualTo(ALICE.data());
        storage.forget();
        write(change());
        assertIsAlice(answer(storage.read(KEY)));
    }

    @Test
    void aTurnBegunBeforeTheStorageForgotRunsAgainOnWhatWasRecovered() {
        write(change().state("NAME").put("name", "\"Bob\""));
        source.knowing(KEY, ALICE);
        List<String> names = new ArrayList<>();
        fsm.handle(KEY, 1, turn -> {
            names.add(turn.value("name", String.class).orElse("nobody"));
            if (names.size() == 1) {
                storage.forget();
            }
            return turn.put("age", 31);
        });

        assertThat(names).containsExactly("Bob", "Alice");
        assertThat(read().data()).isEqualTo(Map.of("name", "\"Alice\"", "age", "31"));
    }

    @Test
    void anEmptyMutationNeverCreates() {
        assertThat(write(change()))
                .isInstanceOfSatisfying(
                        Applied.class, applied -> assertThat(applied.version()).isZero());
        assertThat(answer(storage.read(KEY))).isEqualTo(Snapshot.none());
    }

    @Test
    void theLastEventIsRecognizedWhenItIsDeliveredAgain() {
        source.knowing(KEY, ALICE.withLastEvent(EventId.of(7)));

        assertThat(fsm.handle(KEY, 7, turn -> turn.state("CITY"))).isInstanceOf(Handled.Repeated.class);
        assertThat(fsm.handle(KEY, 8, turn -> turn.state("CITY"))).isInstanceOf(Handled.Done.class);
        assertThat(answer(storage.read(KEY)).events().contains(EventId.of(7))).isTrue();
    }

    @Test
    void aSourceWithAnEmptyConversationKnowsNothing() {
        source.knowing(KEY, RecoveredConversation.of(Optional.empty(), Map.of()));

        assertThat(read()).isEqualTo(Snapshot.none());
        assertThat(recovering.counts().misses()).isOne();
    }

    @Test
    void theSourceIsCalledOnAThreadOfItsOwn() {
        read();
        source.knowing(KEY, ALICE);
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        write(clear());

        assertThat(source.threads).hasSize(3).allMatch(name -> name.startsWith("botfsm-recovery-"));
    }

    @Test
    void whatItRemembersHasABound() {
        use(settings().negativeCache(100, Duration.ofSeconds(10)));
        for (int i = 0; i < 1_000; i++) {
            StorageKey key = StorageKey.bot(1).chat(i).user(i).build();
            answer(recovering.read(key));
            fsm.handle(key, 1, turn -> turn.state("A"));
            fsm.handle(key, 2, turn -> turn.clear());
        }
        assertThat(source.cleared).hasSize(1_000);
        assertThat(recovering.remembered()).isBetween(100L, 200L);
    }

    @Test
    void closingClosesTheStorageAndEndsWhoWaits() {
        source.open = new CompletableFuture<>();
        CompletableFuture<Snapshot> reading = recovering.read(KEY).toCompletableFuture();
        Awaitility.await().until(() -> source.asked.size() == 1);
        recovering.close();

        assertThat(storage.closed).isTrue();
        assertThatThrownBy(() -> answer(reading))
                .hasRootCauseInstanceOf(io.botfsm.storage.StorageClosedException.class);
        source.open.complete(true);
        recovering.close();
    }

    @Test
    void refusesAStorageWithoutVersions() {
        StateStorage without = new WithCapabilities(Set.of(StateStorage.Capability.TTL));
        assertThatThrownBy(() -> RecoveringStateStorage.builder(without, source))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("recovery needs a storage with VERSION; this one has [TTL]");
        Set<StateStorage.Capability> some = EnumSet.of(StateStorage.Capability.VERSION);
        assertThat(RecoveringStateStorage.builder(new WithCapabilities(some), source)
                        .build()
                        .capabilities())
                .isEqualTo(some);
    }

    private record WithCapabilities(Set<Capability> capabilities) implements StateStorage {
        @Override
        public java.util.concurrent.CompletionStage<Snapshot> read(StorageKey key) {
            throw new AssertionError("not to be called");
        }

        @Override
        public java.util.concurrent.CompletionStage<io.botfsm.storage.Outcome> write(
                StorageKey key, io.botfsm.storage.Mutation mutation) {
            throw new AssertionError("not to be called");
        }

        @Override
        public void close() {}
    }

    @Test
    void refusesSettingsThatCannotBe() {
        assertThatThrownBy(() -> settings().timeout(Duration.ZERO)).hasMessage("timeout must be positive: PT0S");
        assertThatThrownBy(() -> settings().negativeCache(0, Duration.ofSeconds(1)))
                .hasMessage("size of the negative cache must be positive: 0");
        assertThatThrownBy(() -> settings().negativeCache(1, Duration.ofSeconds(-1)))
                .hasMessage("time to live of the negative cache must be positive: PT-1S");
    }

    @Test
    void valuesDoNotShowInTexts() {
        assertThat(ALICE).hasToString("RecoveredConversation[state=AGE, data=[name]]");
        assertThat(RecoveredConversation.of(Optional.of("A, data=[]\n"), Map.of("a b", "1")))
                .hasToString("RecoveredConversation[state=\"A, data=[]\\u000a\", data=[\"a b\"]]");
        assertThat(new LoggingStateStorage(recovering).capabilities()).contains(StateStorage.Capability.VERSION);
        assertThat(Step.values()).hasSize(2);
    }
}
