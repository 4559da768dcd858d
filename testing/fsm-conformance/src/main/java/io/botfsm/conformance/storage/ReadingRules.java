package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.conformance.internal.TimedResult;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rules 1, 2 and 15: what reading shows, and to whom. */
abstract class ReadingRules extends StorageRules {
    ReadingRules(StateStorageConformance suite) {
        super(suite);
    }

    @Test
    void rule01_unknownKeyReadsEmpty() {
        Snapshot snapshot = open().read(freshKey());

        assertThat(snapshot.state()).isEmpty();
        assertThat(snapshot.data()).isEmpty();
        assertThat(snapshot.version()).isZero();
        assertThat(snapshot.events().isEmpty()).isTrue();
    }

    @Test
    void rule01_readingCreatesNothing() {
        TestedStorage storage = open();
        StorageKey key = freshKey();

        storage.read(key);

        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
        Applied first = storage.applied(key, change().state("A").expectNoState());
        assertThat(first.previousState()).isEmpty();
        assertThat(first.previousVersion()).isZero();
    }

    @Requires(Need.COMPARE_AND_SET)
    void rule01_readingRaisesNoVersion() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.read(key);
        long version =
                storage.applied(key, change().state("A").expectVersion(0)).version();

        storage.read(key);

        assertThat(storage.read(key).version()).isEqualTo(version);
        storage.applied(key, change().state("B").expectVersion(version));
    }

    @Requires(Need.COUNTS)
    void rule01_readingLeavesNoRecord() {
        TestedStorage storage = open();
        Conformance.Counts counts = (Conformance.Counts) suite;
        long before = counts.records();

        IntStream.range(0, 100).forEach(i -> storage.read(freshKey()));

        time.eventually("no record of what was only read", () -> counts.records() <= before);
    }

    @Requires(Need.TTL)
    void rule01_readingProlongsNothing() {
        TestedStorage storage = open(Optional.of(time.life()), DEADLINE);
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));

        time.passUntil(
                time.life(),
                "a conversation ends however often it is read",
                () -> storage.read(key).state().isEmpty(),
                () -> storage.read(key));
    }

    @Test
    void rule02_completedWriteIsReadAtOnce() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        for (int i = 0; i < times(200); i++) {
            storage.applied(key, change().state("S" + i).put("i", "" + i));
            Snapshot snapshot = storage.read(key);
            assertThat(snapshot.state()).hasValue("S" + i);
            assertThat(snapshot.data()).isEqualTo(Map.of("i", "" + i));
        }
    }

    @Test
    void rule02_completedWriteIsReadByOtherThreads() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().put("n", "0"));
        Crowd.of(4, index -> {
            for (int i = 0; i < times(50); i++) {
                String mine = "thread" + index;
                storage.applied(key, change().put(mine, "" + i));
                assertThat(storage.read(key).data()).containsEntry(mine, "" + i);
            }
        });
    }

    @Requires(Need.SHARES)
    void rule02_completedWriteIsReadThroughAnotherStorage() {
        TestedStorage one = open();
        TestedStorage other = open();
        StorageKey key = freshKey();
        for (int i = 0; i < times(100); i++) {
            one.applied(key, change().state("one" + i).put("one", "" + i));
            assertThat(other.read(key).state()).hasValue("one" + i);
            assertThat(other.read(key).data()).containsEntry("one", "" + i);
            Applied back = other.applied(key, change().state("other" + i).remove("one"));
            assertThat(back.previousState()).hasValue("one" + i);
            assertThat(one.read(key).state()).hasValue("other" + i);
            assertThat(one.read(key).data()).isEmpty();
        }
        other.applied(key, clear());
        assertThat(one.read(key)).isEqualTo(Snapshot.none());
    }

    @Requires(Need.SHARES)
    void rule02_completedWriteOutlivesItsStorage() {
        TestedStorage first = open();
        StorageKey key = freshKey();
        first.applied(key, change().state("A").put("a", "1"));
        Snapshot written = first.read(key);
        first.close();

        assertThat(open().read(key)).isEqualTo(written);
    }

    @Test
    void rule15_snapshotCannotBeChanged() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        Map<String, String> read = storage.read(key).data();
        Map<String, String> reported = storage.conflict(key, change().state("B").expectState("B"))
                .current()
                .data();

        assertThatThrownBy(() -> read.put("a", "2")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> read.remove("a")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(read::clear).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> reported.put("a", "2")).isInstanceOf(UnsupportedOperationException.class);
        assertThat(storage.read(key).data()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void rule15_laterWritesDoNotShowInASnapshot() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        CompletionStage<Snapshot> stage = storage.untested().read(key);
        Snapshot before = new TimedResult<>(stage).value(DEADLINE);
        Snapshot copy = before.toBuilder().build();
        Snapshot reported =
                storage.conflict(key, change().state("B").expectState("B")).current();

        storage.applied(key, change().state("B").put("a", "2").put("b", "3"));
        storage.applied(key, clear());

        assertThat(before).isEqualTo(copy);
        assertThat(reported).isEqualTo(copy);
        assertThat(new TimedResult<>(stage).value(DEADLINE))
                .as("the answer of a stage asked again")
                .isEqualTo(copy);
    }

    @Test
    void rule15_whatTheWriterChangesLaterIsNotStored() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        Map<String, String> mine = new LinkedHashMap<>(Map.of("a", "1"));
        storage.applied(key, change().replaceData(mine));

        mine.put("b", "2");

        assertThat(storage.read(key).data()).isEqualTo(Map.of("a", "1"));
    }
}
