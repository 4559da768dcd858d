package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;

/** Rule 14: an event is applied once. */
abstract class EventRules extends StorageRules {
    /** How many ids up to the highest are remembered. */
    private static final int WINDOW = 256;

    EventRules(StateStorageConformance suite) {
        super(suite);
    }

    @Requires(Need.EVENT_ID)
    void rule14_redeliveredEventIsReportedWithTheCurrentContent() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1").eventId(1_000));
        storage.applied(key, change().state("B").put("b", "2"));
        Duplicate duplicate =
                storage.duplicate(key, change().state("A").put("a", "1").eventId(1_000));
        assertThat(duplicate.current()).isEqualTo(storage.read(key));
        assertThat(duplicate.current().state()).hasValue("B");
        assertThat(duplicate.current().data()).isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(duplicate.current().events().contains(EventId.of(1_000))).isTrue();
        assertThat(duplicate.current().events().contains(EventId.of(1_001))).isFalse();
    }

    @Requires(Need.EVENT_ID)
    void rule14_neighboursAreNotDuplicates() {
        TestedStorage storage = open();
        for (long[] order : new long[][] {
            {0, 1, 2, 3}, {3, 2, 1, 0}, {0, 2, 3, 1}, {8, 7, 16, 15, 9}, {100, 98, 99, 102, 101}, {255, 256, 0, 1}
        }) {
            StorageKey key = freshKey();
            for (long id : order) {
                storage.applied(key, change().put("n" + id, "1").eventId(id));
            }
            for (long id : order) {
                storage.duplicate(key, change().put("n" + id, "2").eventId(id));
            }
        }
    }

    @Requires(Need.EVENT_ID)
    void rule14_idsMayBeZeroAndTheHighest() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        long max = EventId.MAX_COUNTED;
        assertThat(max).isEqualTo((1L << 53) - 1);
        for (long id : new long[] {max, 0, max - 1, 1, max - 100, 200}) {
            storage.applied(key, change().put("n", "1").eventId(id));
            storage.duplicate(key, change().put("n", "2").eventId(id));
        }
        StorageKey other = freshKey();
        storage.applied(other, change().put("n", "1").eventId(0));
        storage.applied(other, change().put("n", "1").eventId(max));
        storage.duplicate(other, change().put("n", "1").eventId(0));
        storage.duplicate(other, change().put("n", "1").eventId(max));
        assertThatIllegalArgumentException().isThrownBy(() -> change().eventId(-1));
    }

    @Requires(Need.EVENT_ID)
    void rule14_allOfTheWindowIsRemembered() {
        TestedStorage storage = open();
        for (long highest : new long[] {255, 256, 1_000, 1_003, 1_007, 1L << 40}) {
            StorageKey key = freshKey();
            long lowest = highest - WINDOW + 1;
            LongStream.rangeClosed(lowest, highest)
                    .forEach(id ->
                            storage.applied(key, change().put("n", "" + id).eventId(id)));
            LongStream.rangeClosed(lowest, highest)
                    .forEach(id ->
                            storage.duplicate(key, change().put("n", "" + id).eventId(id)));
        }
    }

    @Requires(Need.EVENT_ID)
    void rule14_randomOrderWithinTheWindow() {
        randomly(random -> {
            TestedStorage storage = open();
            for (int round = 0; round < times(5); round++) {
                StorageKey key = freshKey();
                Run run = new Run(1_000 + random.nextInt(1_000_000));
                for (int i = 0; i < 300; i++) {
                    run.deliver(storage, key, random);
                }
            }
        });
    }

    /** A messenger continues at a much lower or higher id, while late events of the earlier run still arrive. */
    @Requires(Need.EVENT_ID)
    void rule14_secondRunIsRememberedToo() {
        randomly(random -> {
            TestedStorage storage = open();
            for (int round = 0; round < times(6); round++) {
                StorageKey key = freshKey();
                List<Run> runs = round % 2 == 0
                        ? List.of(new Run(9_000_000), new Run(1_000_000))
                        : List.of(new Run(1_000_000), new Run(9_000_000));
                for (int i = 0; i < 100; i++) {
                    runs.get(0).deliver(storage, key, random);
                }
                for (int i = 0; i < 200; i++) {
                    runs.get(random.nextInt(2)).deliver(storage, key, random);
                }
            }
        });
    }

    @Requires(Need.EVENT_ID)
    void rule14_lowerRunIsRememberedBesideTheHighest() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().put("n", "1").eventId(5_000_000));
        for (long id = 1_000; id < 1_100; id++) {
            storage.applied(key, change().put("n", "2").eventId(id));
        }
        for (long id = 1_000; id < 1_100; id++) {
            storage.duplicate(key, change().put("n", "3").eventId(id));
        }
        storage.duplicate(key, change().put("n", "3").eventId(5_000_000));
    }

    @Requires(Need.EVENT_ID)
    void rule14_overtakenRunIsRemembered() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        for (long id = 1_000; id < 1_100; id++) {
            storage.applied(key, change().put("n", "1").eventId(id));
        }
        storage.applied(key, change().put("n", "2").eventId(5_000_000));
        for (long id = 1_000; id < 1_100; id++) {
            storage.duplicate(key, change().put("n", "3").eventId(id));
        }
        storage.applied(key, change().put("n", "4").eventId(1_100));
        storage.duplicate(key, change().put("n", "4").eventId(1_100));
        storage.duplicate(key, change().put("n", "4").eventId(5_000_000));
    }

    /** Of three runs, the highest and the more recent of the lower ones are remembered. */
    @Requires(Need.EVENT_ID)
    void rule14_thirdRunTakesTheSecondsPlace() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        for (long id : new long[] {9_000_000, 5_000_000, 1_000_000, 1_000_001}) {
            storage.applied(key, change().put("n", "1").eventId(id));
        }
        for (long id : new long[] {9_000_000, 1_000_000, 1_000_001}) {
            storage.duplicate(key, change().put("n", "2").eventId(id));
        }
    }

    @Requires(Need.EVENT_ID)
    void rule14_eventNeverAppliedIsNeverADuplicate() {
        randomly(random -> {
            TestedStorage storage = open();
            StorageKey key = freshKey();
            Set<Long> applied = new HashSet<>();
            long near = 1L << 30;
            for (int i = 0; i < times(1_000); i++) {
                long id = switch (random.nextInt(8)) {
                    case 0 -> random.nextLong(EventId.MAX_COUNTED + 1);
                    case 1 -> random.nextLong(WINDOW);
                    case 2 -> near + random.nextInt(100_000) - 50_000;
                    default -> near + random.nextInt(4 * WINDOW) - 2 * WINDOW;
                };
                if (applied.add(id)) {
                    storage.applied(key, change().put("n", "" + id).eventId(id));
                    long next = random.nextInt(50) == 0 ? id : near + 1;
                    near = Math.min(Math.max(next, 50_000), EventId.MAX_COUNTED - 50_000);
                } else {
                    storage.write(key, change().put("n", "" + id).eventId(id));
                }
            }
        });
    }

    @Requires(Need.EVENT_ID)
    void rule14_olderThanTheWindowIsApplied() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().put("n", "1").eventId(100_000));
        for (long id : new long[] {99_000, 50_000, 3, 99_001, 0}) {
            storage.applied(key, change().put("n", "2").eventId(id));
            storage.duplicate(key, change().put("n", "2").eventId(id));
        }
    }

    @Requires(Need.EVENT_ID)
    void rule14_eventsOutliveClear() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1").eventId(10));
        Applied cleared = storage.applied(key, clear().eventId(11));
        Snapshot now = storage.read(key);
        assertThat(now.state()).isEmpty();
        assertThat(now.data()).isEmpty();
        assertThat(now.version()).isEqualTo(cleared.version()).isPositive();
        storage.duplicate(key, change().state("A").eventId(10));
        storage.duplicate(key, change().state("A").eventId(11));
        storage.applied(key, clear());
        storage.duplicate(key, change().state("A").eventId(11));
        storage.applied(key, change().state("A").eventId(12));
        storage.applied(key, change().replaceData(Map.of()));
        storage.duplicate(key, change().state("A").eventId(12));
        assertThat(storage.read(key).events().contains(EventId.of(10))).isTrue();
    }

    @Requires(Need.EVENT_ID)
    void rule14_eventOnNothingIsRemembered() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        Applied applied = storage.applied(key, change().eventId(10));
        Snapshot now = storage.read(key);
        assertThat(now.state()).isEmpty();
        assertThat(now.data()).isEmpty();
        assertThat(now.version()).isEqualTo(applied.version()).isPositive();
        storage.duplicate(key, change().state("A").eventId(10));
    }

    @Requires(Need.EVENT_ID)
    void rule14_refusedEventIsNotRemembered() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.conflict(key, change().state("A").expectState("B").eventId(10));
        storage.applied(key, change().state("A").expectNoState().eventId(10));
        storage.duplicate(key, change().state("A").expectNoState().eventId(10));
    }

    @Requires({Need.EVENT_ID, Need.COMPARE_AND_SET})
    void rule14_questionIsAnsweredAndNeverRecorded() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.conflict(key, change().confirmEvent(10));
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
        storage.applied(key, change().state("A").put("a", "1").eventId(10));
        Snapshot live = storage.read(key);
        assertThat(storage.duplicate(key, change().confirmEvent(10)).current()).isEqualTo(live);
        for (long id : new long[] {0, 9, 11, 5_000_000, EventId.MAX_COUNTED}) {
            assertThat(storage.conflict(key, change().confirmEvent(id)).current())
                    .isEqualTo(live);
        }
        assertThat(storage.read(key)).isEqualTo(live);
        storage.applied(key, clear());
        storage.duplicate(key, change().confirmEvent(10));
        storage.conflict(key, change().confirmEvent(11));
        storage.applied(key, change().state("B").eventId(11));
        storage.duplicate(key, change().confirmEvent(11));
    }

    @Requires({Need.EVENT_ID, Need.COMPARE_AND_SET, Need.FENCING})
    void rule14_questionIsAnsweredUnderTheFence() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").eventId(10).fencingToken(5));
        for (long id : new long[] {10, 11}) {
            assertThat(storage.fenced(key, change().confirmEvent(id).fencingToken(4))
                            .highestToken())
                    .isEqualTo(5);
        }
        storage.duplicate(key, change().confirmEvent(10).fencingToken(7));
        storage.conflict(key, change().confirmEvent(11).fencingToken(7));
        storage.applied(key, change().state("B").eventId(11).fencingToken(6));
    }

    @Requires({Need.EVENT_ID, Need.COMPARE_AND_SET, Need.SHARES})
    void rule14_questionIsAnsweredThroughAnotherStorage() {
        TestedStorage one = open();
        TestedStorage other = open();
        StorageKey key = freshKey();
        one.applied(key, change().state("A").eventId(10));
        other.duplicate(key, change().confirmEvent(10));
        other.conflict(key, change().confirmEvent(11));
        one.applied(key, change().state("B").eventId(11));
    }

    @Requires(Need.EVENT_ID)
    void rule14_conversationsRememberEachTheirOwn() {
        TestedStorage storage = open();
        storage.applied(freshKey(), change().state("A").eventId(10));
        storage.applied(freshKey(), change().state("A").eventId(10));
    }

    @Requires({Need.EVENT_ID, Need.SHARES})
    void rule14_eventAppliedThroughAnotherStorageIsADuplicate() {
        TestedStorage one = open();
        TestedStorage other = open();
        StorageKey key = freshKey();
        one.applied(key, change().state("A").eventId(10));
        other.duplicate(key, change().state("B").eventId(10));
        other.applied(key, change().state("B").eventId(11));
        one.duplicate(key, change().state("C").eventId(11));
    }

    /** Ids around a rising highest one, and the model of what a storage must answer. */
    private static final class Run {
        private final Set<Long> applied = new HashSet<>();
        private long highest;

        Run(long first) {
            highest = first;
        }

        void deliver(TestedStorage storage, StorageKey key, Random random) {
            long id = applied.isEmpty() ? highest : near(random);
            Mutation.Builder write = change().put("n", "" + id).eventId(id);
            Outcome outcome = storage.write(key, write);
            assertThat(outcome)
                    .as("event %d, highest %d", id, highest)
                    .isInstanceOf(applied.add(id) ? Applied.class : Duplicate.class);
            highest = Math.max(highest, id);
        }

        private long near(Random random) {
            return random.nextBoolean() ? highest + random.nextInt(20) : highest - random.nextInt(WINDOW);
        }
    }
}
