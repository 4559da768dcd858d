package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Rule 20: when the state was entered, and when the last write was. */
abstract class TimeRules extends StorageRules {
    private static final Duration WHILE = Duration.ofMillis(40);

    TimeRules(StateStorageConformance suite) {
        super(suite);
    }

    private Instant written(TestedStorage storage, StorageKey key, Mutation.Builder change) {
        Instant at = storage.applied(key, change).at().orElseThrow();
        assertThat(storage.read(key).touched()).hasValue(at);
        time.pass(WHILE);
        return at;
    }

    @Requires(Need.TIMES)
    void rule20_stateIsEnteredWhenItIsSet() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        Instant entered = written(storage, key, change().state("A").put("a", "1"));
        assertThat(storage.read(key).since()).hasValue(entered);
        Instant last = entered;
        for (Mutation.Builder same : List.of(
                change().put("a", "2"),
                change().state("A"),
                change(),
                change().remove("a"),
                change().replaceData(Map.of("b", "1")))) {
            Instant touched = written(storage, key, same);
            assertThat(Duration.between(last, touched)).isGreaterThanOrEqualTo(WHILE.dividedBy(2));
            assertThat(storage.read(key).since()).hasValue(entered);
            last = touched;
        }
        Instant left = written(storage, key, change().state("B"));
        assertThat(storage.read(key).since()).hasValue(left);
        assertThat(left).isAfter(last);
    }

    @Requires(Need.TIMES)
    void rule20_noStateIsEnteredToo() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        Instant begun = written(storage, key, change().put("a", "1"));
        written(storage, key, change().put("a", "2"));
        assertThat(storage.read(key).since()).hasValue(begun);
        Instant entered = written(storage, key, change().state(""));
        assertThat(storage.read(key).since()).hasValue(entered);
        Instant cleared = written(storage, key, change().clearState());
        assertThat(storage.read(key).since()).hasValue(cleared);
        written(storage, key, change().clearState());
        assertThat(storage.read(key).since()).hasValue(cleared);
    }

    @Requires(Need.TIMES)
    void rule20_appliedReportsWhenAndHowLongTheStateWas() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        Applied begun = storage.applied(key, change().state("A"));
        assertThat(begun.previousSince()).isEmpty();
        time.pass(WHILE);
        Applied same = storage.applied(key, change().put("a", "1"));
        assertThat(same.previousSince()).isEqualTo(begun.at());
        time.pass(WHILE);
        Applied left = storage.applied(key, change().state("B"));
        assertThat(left.previousSince()).isEqualTo(begun.at());
        time.pass(WHILE);
        Applied cleared = storage.applied(key, clear());
        assertThat(cleared.previousSince()).isEqualTo(left.at());
        assertThat(cleared.at().orElseThrow()).isAfter(left.at().orElseThrow());
        Applied nothing = storage.applied(key, clear());
        assertThat(nothing.previousSince()).isEmpty();
        assertThat(nothing.at()).isPresent();
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
    }

    @Requires({Need.TIMES, Need.COMPARE_AND_SET})
    void rule20_whatWritesNothingTouchesNothing() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A"));
        Snapshot before = storage.read(key);
        time.pass(WHILE);
        assertThat(storage.read(key)).isEqualTo(before);
        assertThat(storage.conflict(key, change().state("B").expectState("C")).current())
                .isEqualTo(before);
        storage.conflict(key, change().state("B").expectVersion(1));
        time.pass(WHILE);
        assertThat(storage.read(key)).isEqualTo(before);
    }

    @Requires(Need.TIMES)
    void rule20_stateThatIsCarriedOverWasEnteredWhenTheWriteSays() {
        TestedStorage storage = open();
        for (Mutation.Builder set :
                List.of(change().state("A"), change().clearState().put("a", "1"))) {
            StorageKey key = freshKey();
            Instant begun = written(storage, key, change().state("A"));
            Instant entered = begun.minusSeconds(1);
            Instant carried = written(storage, key, set.since(entered));
            assertThat(carried).isAfter(begun);
            assertThat(storage.read(key).since()).hasValue(entered);
            Applied left = storage.applied(key, change().state("B"));
            assertThat(left.previousSince()).hasValue(entered);
            Instant late = written(storage, key, set.since(carried.plus(Duration.ofDays(3))));
            assertThat(storage.read(key).since()).hasValue(late);
        }
    }

    @Requires({Need.TIMES, Need.EVENT_ID})
    void rule20_tombstoneHasTimesToo() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        Instant begun = written(storage, key, change().eventId(1));
        assertThat(storage.read(key).since()).hasValue(begun);
        Instant entered = written(storage, key, change().state("A").eventId(2));
        assertThat(storage.read(key).since()).hasValue(entered);
        Instant cleared = written(storage, key, clear());
        assertThat(storage.read(key).since()).hasValue(cleared);
        Instant touched = written(storage, key, change().eventId(3));
        assertThat(touched).isAfter(cleared);
        assertThat(storage.read(key).since()).hasValue(cleared);
    }

    @Requires({Need.TIMES, Need.SHARES})
    void rule20_timesAreTheSameThroughEachStorage() {
        TestedStorage one = open();
        TestedStorage other = open();
        StorageKey key = freshKey();
        Instant entered = written(one, key, change().state("A"));
        written(other, key, change().put("a", "1"));
        assertThat(one.read(key)).isEqualTo(other.read(key));
        assertThat(one.read(key).since()).hasValue(entered);
    }
}
