package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.BackendTime;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.conformance.internal.TimedResult;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Rules 8 and 12 under concurrency: through two storages where the backend is shared. */
abstract class ConcurrencyRules extends StorageRules {
    private static final int THREADS = 4;

    ConcurrencyRules(StateStorageConformance suite) {
        super(suite);
    }

    @Test
    void rule08_concurrentPatchesOfOtherEntriesAllSurvive() {
        patchAllAtOnce(open(), false);
    }

    @Requires(Need.SHARES)
    void rule08_concurrentPatchesThroughTwoStoragesAllSurvive() {
        patchAllAtOnce(open(), true);
    }

    private void patchAllAtOnce(TestedStorage one, boolean shared) {
        TestedStorage two = shared ? open() : one;
        StorageKey key = freshKey();
        one.applied(key, change().state("A").put("untouched", "1"));
        int each = times(40);
        Crowd.of(THREADS, index -> {
            TestedStorage mine = index % 2 == 0 ? one : two;
            for (int i = 0; i < each; i++) {
                mine.applied(key, change().put("n" + index + "." + i, "" + i).put("last" + index, "" + i));
                if (i % 4 == 3) {
                    mine.applied(key, change().remove("n" + index + "." + (i - 1)));
                }
            }
        });
        Map<String, String> expected = new HashMap<>(Map.of("untouched", "1"));
        for (int index = 0; index < THREADS; index++) {
            for (int i = 0; i < each; i++) {
                if (i % 4 != 2) {
                    expected.put("n" + index + "." + i, "" + i);
                }
            }
            expected.put("last" + index, "" + (each - 1));
        }
        assertThat(one.read(key).data()).isEqualTo(expected);
        assertThat(one.read(key).state()).hasValue("A");
    }

    @Test
    void rule12_manyPatchesInFlightAllSurvive() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        int count = times(300);
        List<TimedResult<Outcome>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            answers.add(storage.writing(key, change().put("n" + i, "" + i)));
        }
        answers.forEach(answer -> assertThat(answer.value(DEADLINE)).isInstanceOf(Applied.class));
        assertThat(storage.read(key).data()).hasSize(count);
    }

    @Test
    void rule12_incrementsExpectingTheStateSumUp() {
        incrementsSumUp(open(), ConcurrencyRules::expectingTheState, false);
    }

    @Requires(Need.SHARES)
    void rule12_incrementsExpectingTheStateSumUpThroughTwoStorages() {
        incrementsSumUp(open(), ConcurrencyRules::expectingTheState, true);
    }

    @Requires(Need.COMPARE_AND_SET)
    void rule12_incrementsExpectingTheVersionSumUp() {
        incrementsSumUp(open(), ConcurrencyRules::expectingTheVersion, false);
    }

    @Requires({Need.COMPARE_AND_SET, Need.SHARES})
    void rule12_incrementsExpectingTheVersionSumUpThroughTwoStorages() {
        incrementsSumUp(open(), ConcurrencyRules::expectingTheVersion, true);
    }

    private static Mutation.Builder expectingTheState(Snapshot now, Mutation.Builder increment) {
        return now.state().map(increment::expectState).orElseGet(increment::expectNoState);
    }

    private static Mutation.Builder expectingTheVersion(Snapshot now, Mutation.Builder increment) {
        return increment.expectVersion(now.version());
    }

    private void incrementsSumUp(
            TestedStorage one, BiFunction<Snapshot, Mutation.Builder, Mutation.Builder> expecting, boolean shared) {
        TestedStorage two = shared ? open() : one;
        StorageKey key = freshKey();
        int each = times(25);
        Crowd.of(THREADS, index -> {
            TestedStorage mine = index % 2 == 0 ? one : two;
            for (int i = 0; i < each; i++) {
                while (!(mine.write(key, increment(mine.read(key), expecting)) instanceof Applied)) {
                    BackendTime.pause(
                            Duration.ofNanos(ThreadLocalRandom.current().nextInt(1_000_000)));
                }
            }
        });
        int sum = THREADS * each;
        assertThat(one.read(key).state()).hasValue("" + sum);
        assertThat(one.read(key).data()).isEqualTo(Map.of("sum", "" + sum));
    }

    private static Mutation.Builder increment(
            Snapshot now, BiFunction<Snapshot, Mutation.Builder, Mutation.Builder> expecting) {
        int next = Integer.parseInt(now.state().orElse("0")) + 1;
        return expecting.apply(now, change().state("" + next).put("sum", "" + next));
    }

    @Test
    void rule12_oneOfManyEqualTransitionsIsApplied() {
        TestedStorage one = open();
        TestedStorage two = beside(one);
        for (int round = 0; round < times(10); round++) {
            StorageKey key = freshKey();
            one.applied(key, change().state("A"));
            AtomicInteger applied = new AtomicInteger();
            Crowd.of(THREADS, index -> {
                Outcome outcome = (index % 2 == 0 ? one : two)
                        .write(key, change().state("B" + index).expectState("A"));
                if (outcome instanceof Applied) {
                    applied.incrementAndGet();
                }
            });
            assertThat(applied).hasValue(1);
        }
    }

    @Requires(Need.EVENT_ID)
    void rule12_oneOfManyEqualEventsIsApplied() {
        TestedStorage one = open();
        TestedStorage two = beside(one);
        for (int round = 0; round < times(10); round++) {
            StorageKey key = freshKey();
            AtomicInteger applied = new AtomicInteger();
            Crowd.of(THREADS, index -> {
                Outcome outcome = (index % 2 == 0 ? one : two)
                        .write(key, change().put("n" + index, "1").eventId(42));
                if (outcome instanceof Applied) {
                    applied.incrementAndGet();
                } else {
                    assertThat(outcome).isInstanceOf(Duplicate.class);
                }
            });
            assertThat(applied).hasValue(1);
            assertThat(one.read(key).data()).hasSize(1);
        }
    }
}
