package io.botfsm.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.recovery.MapRecovery.Cleared;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A conversation that was cleared is not recovered. */
class RecoveryAfterClearTest extends RecoveryTest {
    @Test
    void cancelFollowedByAMessageRestoresNothing() {
        source.knowing(KEY, ALICE);
        fsm.handle(KEY, 1, turn -> turn.clear());

        assertThat(source.cleared)
                .containsExactly(new Cleared(KEY, answer(storage.read(KEY)).version()));
        assertThat(hasState(2)).isFalse();
        storage.forget();
        assertThat(hasState(3)).isFalse();
        assertThat(recovering.counts().restores()).isOne();
    }

    private boolean hasState(long event) {
        return fsm.handle(KEY, event, turn -> turn.state().isPresent()).orElse(now -> {
            throw new AssertionError("handled before");
        });
    }

    @Test
    void whileTheSourceCannotForgetTheClearStillCounts() {
        source.knowing(KEY, ALICE);
        fsm.handle(KEY, 1, turn -> turn.clear());
        source.knowing(KEY, ALICE);

        assertThat(read().state()).isEmpty();
        assertThat(source.asked).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void clearOutsideEventsRestoresNothing(boolean isForgotten) {
        source.knowing(KEY, ALICE);
        if (!isForgotten) {
            read();
        }
        long version = isForgotten ? 1 : read().version();
        fsm.context(KEY).clear();

        assertThat(answer(storage.read(KEY))).isEqualTo(Snapshot.none());
        assertThat(source.cleared)
                .singleElement()
                .satisfies(cleared -> assertThat(cleared.version()).isGreaterThanOrEqualTo(version));
        assertThat(read()).isEqualTo(Snapshot.none());
    }

    @Test
    void aClearAsksAlthoughTheSourceHasJustKnownNothing() {
        read();
        source.knowing(KEY, ALICE); // stored and forgotten within the negative cache's time, by others
        fsm.context(KEY).clear();

        assertThat(source.known).isEmpty();
        assertThat(source.cleared).hasSize(1);
    }

    @Test
    void takingTheLastEntryIsAClear() {
        write(change().put("a", "1").put("b", "2"));
        write(change().remove("a"));
        assertThat(source.cleared).isEmpty();
        write(change().remove("b"));
        assertThat(source.cleared).hasSize(1);

        write(change().put("a", "1").eventId(1));
        write(change().remove("a"));
        assertThat(source.cleared).hasSize(2);
        assertThat(source.cleared.get(1).version()).isEqualTo(read().version());
    }

    @Test
    void clearingTheStateAloneIsNone() {
        write(change().state("A").put("a", "1").eventId(1));
        write(change().clearState());
        write(change().eventId(2));
        fsm.handle(KEY, 3, turn -> "nothing");

        assertThat(source.cleared).isEmpty();
    }

    @Test
    void isReportedOnceHoweverManyMessagesFollow() {
        write(change().state("A").eventId(1));
        fsm.handle(KEY, 2, turn -> turn.clear());
        for (int event = 3; event < 100; event++) {
            fsm.handle(KEY, event, turn -> turn.clear());
        }
        assertThat(source.cleared).hasSize(1);
        assertThat(source.asked).hasSize(1); // by the first write
    }

    @Test
    void isCompleteOnlyWhenTheSourceHasConfirmed() {
        write(change().state("A"));
        source.open = new CompletableFuture<>();
        CompletableFuture<Outcome> clearing =
                recovering.write(KEY, clear().eventId(1).build()).toCompletableFuture();
        Awaitility.await().until(() -> recovering.underWay() == 1);
        assertThat(clearing).isNotDone();

        source.open.complete(true);
        assertThat(answer(clearing)).isInstanceOf(Applied.class);
    }

    @Test
    void aClearThatWasNotReportedIsReportedByTheNextToLook() {
        write(storage, change().state("A").eventId(1));
        Applied cleared = (Applied) write(storage, clear().eventId(2)); // by a process that died before reporting it
        source.knowing(KEY, ALICE);

        assertThat(read().state()).isEmpty();
        assertThat(source.cleared).containsExactly(new Cleared(KEY, cleared.version()));
        read();
        assertThat(source.cleared).hasSize(1);
    }

    @Test
    void aClearThatWasNotReportedIsReportedWhenItsEventComesAgain() {
        write(storage, clear().eventId(2));

        assertThat(write(clear().expectVersion(0).eventId(2))).isInstanceOf(Duplicate.class);
        assertThat(source.cleared).hasSize(1);
    }

    @Test
    void aFencedWriterReportsNothing() {
        write(change().state("A").put("a", "1").fencingToken(8));

        assertThat(write(clear().fencingToken(7))).isEqualTo(Fenced.of(8));
        assertThat(write(change().put("b", "1").fencingToken(7))).isEqualTo(Fenced.of(8));
        assertThat(source.cleared).isEmpty();
    }

    @Test
    void aClearMeanwhileByAnotherProcessWins() {
        source.knowing(KEY, ALICE);
        source.open = new CompletableFuture<>();
        CompletableFuture<Snapshot> reading = recovering.read(KEY).toCompletableFuture();
        Awaitility.await().until(() -> source.asked.size() == 1);
        write(storage, clear().eventId(5));
        source.open.complete(true);

        assertThat(answer(reading).state()).isEmpty();
        assertThat(answer(reading).version()).isPositive();
        assertThat(source.cleared).hasSize(1);
    }

    @Test
    void aClearWithoutTraceWaitsForARecoveryUnderWay() {
        source.knowing(KEY, ALICE);
        source.open = new CompletableFuture<>();
        CompletableFuture<Snapshot> reading = recovering.read(KEY).toCompletableFuture();
        Awaitility.await().until(() -> source.asked.size() == 1);
        Applied begun = (Applied) write(change().state("B").replaceData(Map.of()));
        CompletableFuture<Outcome> clearing = recovering
                .write(KEY, clear().expectVersion(begun.version()).build())
                .toCompletableFuture();
        source.open.complete(true);
        answer(clearing);
        answer(reading);

        assertThat(answer(storage.read(KEY))).isEqualTo(Snapshot.none());
        assertThat(read()).isEqualTo(Snapshot.none());
    }

    @Test
    void clearsAndRecoveriesAtOnceLeaveNothing() {
        for (int round = 0; round < 300; round++) {
            storage.forget();
            source.knowing(KEY, ALICE);
            List<CompletableFuture<?>> all = new java.util.ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(recovering.read(KEY).toCompletableFuture());
                all.add(recovering
                        .write(
                                KEY,
                                Mutation.builder()
                                        .state("B")
                                        .replaceData(Map.of())
                                        .build())
                        .thenCompose(begun -> recovering.write(
                                KEY,
                                clear().expectVersion(((Applied) begun).version())
                                        .build()))
                        .toCompletableFuture());
                all.add(recovering.write(KEY, clear().build()).toCompletableFuture());
            }
            all.forEach(RecoveryTest::answer);
            write(clear());
            assertThat(answer(storage.read(KEY))).isEqualTo(Snapshot.none());
            assertThat(read()).isEqualTo(Snapshot.none());
            assertThat(source.known).isEmpty();
        }
    }
}
