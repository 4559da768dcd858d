package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Rule 22: when something is due in a conversation. */
abstract class DeadlineRules extends StorageRules {
    private static final Instant DUE = Instant.parse("2100-01-02T03:04:05.670Z");

    DeadlineRules(StateStorageConformance suite) {
        super(suite);
    }

    @Requires(Need.DEADLINE)
    void rule22_deadlineIsKeptSetOrCleared() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        assertThat(storage.read(key).deadline()).isEmpty();
        storage.applied(key, change().deadline(DUE));
        for (Mutation.Builder other : List.of(
                change(),
                change().state("B"),
                change().put("b", "2"),
                change().replaceData(Map.of("c", "3")),
                change().clearState())) {
            storage.applied(key, other);
            assertThat(storage.read(key).deadline()).hasValue(DUE);
        }
        for (Instant other : List.of(DUE.minusSeconds(1), DUE.plusSeconds(1), DUE.plusMillis(10), DUE)) {
            storage.applied(key, change().deadline(other));
            assertThat(storage.read(key).deadline()).hasValue(other);
        }
        storage.applied(key, change().clearDeadline());
        assertThat(storage.read(key).deadline()).isEmpty();
        storage.applied(key, change().state("C").deadline(DUE));
        assertThat(storage.read(key).deadline()).hasValue(DUE);
    }

    @Requires(Need.DEADLINE)
    void rule22_deadlineIsExactInHundredths() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A"));
        for (Instant due : List.of(
                Instant.ofEpochMilli(10),
                Instant.ofEpochMilli(2_550),
                Instant.ofEpochMilli(2_560),
                Instant.parse("2026-11-29T12:00:00.010Z"),
                Instant.parse("2026-11-29T11:59:59.990Z"),
                Mutation.MAX_DEADLINE.minusMillis(10),
                Mutation.MAX_DEADLINE)) {
            storage.applied(key, change().deadline(due));
            assertThat(storage.read(key).deadline()).hasValue(due);
        }
        storage.applied(key, change().deadline(Instant.parse("2026-11-29T12:00:00.001Z")));
        assertThat(storage.read(key).deadline()).hasValue(Instant.parse("2026-11-29T12:00:00.010Z"));
    }

    @Requires(Need.DEADLINE)
    void rule22_deadlineGoesWithStateAndData() {
        TestedStorage storage = open();
        for (Mutation.Builder ending :
                List.of(clear(), clear().deadline(DUE), change().clearState().remove("a"))) {
            StorageKey key = freshKey();
            storage.applied(key, change().state("A").put("a", "1").deadline(DUE));
            storage.applied(key, ending);
            assertThat(storage.read(key)).isEqualTo(Snapshot.none());
            storage.applied(key, change().state("B"));
            assertThat(storage.read(key).deadline()).isEmpty();
        }
    }

    @Requires({Need.DEADLINE, Need.EVENT_ID})
    void rule22_tombstoneHasNone() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().deadline(DUE).eventId(1));
        assertThat(storage.read(key).deadline()).isEmpty();
        storage.applied(key, change().state("A").deadline(DUE).eventId(2));
        assertThat(storage.read(key).deadline()).hasValue(DUE);
        storage.applied(key, clear());
        assertThat(storage.read(key).deadline()).isEmpty();
        storage.applied(key, change().put("a", "1"));
        assertThat(storage.read(key).deadline()).isEmpty();
    }

    @Requires(Need.DEADLINE)
    void rule22_deadlineMakesNoConversation() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        assertThat(storage.applied(key, change().deadline(DUE)).version()).isZero();
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
    }

    @Requires(Need.DEADLINE)
    void rule22_refusedWriteLeavesTheDeadline() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").deadline(DUE));
        storage.conflict(key, change().clearDeadline().expectState("B"));
        storage.conflict(key, change().deadline(DUE.plusSeconds(1)).expectState("B"));
        assertThat(storage.read(key).deadline()).hasValue(DUE);
    }
}
