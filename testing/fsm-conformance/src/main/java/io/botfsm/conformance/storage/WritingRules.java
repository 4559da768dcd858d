package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.storage.EventId;
import io.botfsm.storage.EventWindow;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.StoredConversation.Step;
import io.botfsm.storage.WriteContext;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Rules 4, 5, 8 and 9: what one write does and reports. */
abstract class WritingRules extends StorageRules {
    WritingRules(StateStorageConformance suite) {
        super(suite);
    }

    @Test
    void rule04_stateAndDataOfOneWriteAppearTogether() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        Snapshot both = storage.read(key);
        assertThat(both.state()).hasValue("A");
        assertThat(both.data()).isEqualTo(Map.of("a", "1"));

        storage.applied(key, change().clearState().remove("a").put("b", "2"));
        Snapshot changed = storage.read(key);
        assertThat(changed.state()).isEmpty();
        assertThat(changed.data()).isEqualTo(Map.of("b", "2"));
    }

    @Test
    void rule04_refusedWriteLeavesNeitherStateNorData() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.conflict(key, change().state("A").put("a", "1").expectState("B"));
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
        storage.applied(key, change().put("a", "1"));
        storage.conflict(key, change().state("A").put("a", "2").expectState("B"));
        assertThat(storage.read(key).state()).isEmpty();
        assertThat(storage.read(key).data()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void rule04_readersNeverSeeHalfAWrite() {
        TestedStorage storage = open();
        TestedStorage other = beside(storage);
        StorageKey key = freshKey();
        storage.applied(key, change().state("0").put("a", "0").put("b", "0"));
        CountDownLatch writing = new CountDownLatch(2);
        Crowd.of(4, index -> {
            if (index > 1) {
                while (writing.getCount() > 0) {
                    Snapshot seen = (index == 2 ? storage : other).read(key);
                    String state = seen.state().orElse("(none)");
                    assertThat(seen.data()).isEqualTo(Map.of("a", state, "b", state));
                }
                return;
            }
            try {
                for (int i = 0; i < times(100); i++) {
                    String n = "" + (index * 1_000_000 + i);
                    if (index == 0) {
                        storage.applied(key, change().state(n).put("a", n).put("b", n));
                    } else {
                        other.applied(key, change().state(n).replaceData(Map.of("a", n, "b", n)));
                    }
                }
            } finally {
                writing.countDown();
            }
        });
    }

    @Test
    void rule04_readersNeverSeeHalfAClear() {
        TestedStorage storage = open();
        TestedStorage other = beside(storage);
        StorageKey key = freshKey();
        CountDownLatch writing = new CountDownLatch(1);
        Crowd.of(2, index -> {
            if (index > 0) {
                while (writing.getCount() > 0) {
                    Snapshot seen = other.read(key);
                    assertThat(seen.state().isPresent())
                            .as("state beside data %s", seen.data())
                            .isEqualTo(seen.data().containsKey("a"));
                }
                return;
            }
            try {
                for (int i = 0; i < times(100); i++) {
                    storage.applied(key, i % 2 == 0 ? change().state("A").put("a", "1") : clear());
                }
            } finally {
                writing.countDown();
            }
        });
    }

    @Test
    void rule05_appliedReportsBothStates() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        assertReported(storage.applied(key, change().put("a", "1")), Optional.empty(), Optional.empty());
        assertReported(storage.applied(key, change().state("A")), Optional.empty(), Optional.of("A"));
        assertReported(storage.applied(key, change().put("b", "2")), Optional.of("A"), Optional.of("A"));
        assertReported(storage.applied(key, change().state("A")), Optional.of("A"), Optional.of("A"));
        assertReported(storage.applied(key, change().state("B b:1")), Optional.of("A"), Optional.of("B b:1"));
        assertReported(
                storage.applied(key, change().replaceData(Map.of())), Optional.of("B b:1"), Optional.of("B b:1"));
        assertReported(storage.applied(key, change()), Optional.of("B b:1"), Optional.of("B b:1"));
        assertReported(
                storage.applied(key, change().clearState().put("c", "3")), Optional.of("B b:1"), Optional.empty());
        assertReported(storage.applied(key, change().state("C")), Optional.empty(), Optional.of("C"));
        assertReported(storage.applied(key, clear()), Optional.of("C"), Optional.empty());
        assertReported(storage.applied(key, clear()), Optional.empty(), Optional.empty());
    }

    private static void assertReported(Applied applied, Optional<String> before, Optional<String> now) {
        assertThat(applied.previousState()).isEqualTo(before);
        assertThat(applied.state()).isEqualTo(now);
    }

    @Requires(Need.COMPARE_AND_SET)
    void rule05_appliedReportsBothVersions() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        long before = 0;
        List<Mutation.Builder> changes = List.of(
                change().state("A"),
                change().put("a", "1"),
                change().put("a", "1"),
                change(),
                change().clearState(),
                change().replaceData(Map.of("b", "1")),
                change().state("B").remove("b"),
                change().replaceData(Map.of()));
        for (Mutation.Builder next : changes) {
            Applied applied = storage.applied(key, next);
            assertThat(applied.previousVersion()).isEqualTo(before);
            assertThat(applied.version()).isEqualTo(storage.read(key).version()).isPositive();
            before = applied.version();
        }
    }

    @Requires(Need.COMPARE_AND_SET)
    void rule05_versionIsZeroWhenTheRecordIsGone() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        List<List<Mutation.Builder>> lives = List.of(
                List.of(change().state("A").put("a", "1"), clear()),
                List.of(change().state("A"), change().clearState()),
                List.of(change().put("a", "1"), change().remove("a")),
                List.of(change().put("a", "1"), change().replaceData(Map.of())),
                List.of(change().state("A").put("a", "1"), change().clearState().remove("a")));
        for (List<Mutation.Builder> life : lives) {
            long version = storage.applied(key, life.get(0)).version();
            Applied last = storage.applied(key, life.get(1));
            assertThat(last.previousVersion()).isEqualTo(version).isPositive();
            assertThat(last.version()).isZero();
            assertThat(storage.read(key)).isEqualTo(Snapshot.none());
        }
        Applied nothing = storage.applied(key, clear());
        assertThat(nothing.previousVersion()).isZero();
        assertThat(nothing.version()).isZero();
    }

    /** Random writes, compared with the one decision function that all storages share. */
    @Test
    void rule05_randomWritesReportWhatTheyDid() {
        randomly(random -> {
            TestedStorage storage = open();
            for (int round = 0; round < times(10); round++) {
                StorageKey key = freshKey();
                StoredConversation model = StoredConversation.none();
                for (int i = 0; i < 100; i++) {
                    Mutation.Builder change = randomChange(random, model);
                    Outcome outcome = storage.write(key, change);
                    Mutation mutation = change.build();
                    Step step = model.apply(
                            mutation,
                            WriteContext.at(key, Instant.EPOCH).firstVersion(1).build());
                    model = step.next();
                    if (outcome instanceof Applied applied && !model.isGone()) {
                        model = model.toBuilder().version(applied.version()).build();
                    }
                    assertSame(step.outcome(), outcome, mutation);
                    Snapshot now = storage.read(key);
                    assertThat(now.state()).as("after %s", mutation).isEqualTo(model.state());
                    assertThat(now.data()).as("after %s", mutation).isEqualTo(model.data());
                    if (has(Capability.COMPARE_AND_SET)) {
                        assertThat(now.version()).as("after %s", mutation).isEqualTo(model.version());
                    }
                    assertThat(now.attributes()).as("after %s", mutation).isEqualTo(model.attributes());
                    assertThat(now.deadline()).as("after %s", mutation).isEqualTo(model.deadline());
                }
            }
        });
    }

    private boolean has(Capability capability) {
        return suite.capabilities().contains(capability);
    }

    private void assertSame(Outcome expected, Outcome actual, Mutation mutation) {
        assertThat(actual).as("%s", mutation).isInstanceOf(expected.getClass());
        if (expected instanceof Applied e && actual instanceof Applied a) {
            assertThat(a.previousState()).as("%s", mutation).isEqualTo(e.previousState());
            assertThat(a.state()).as("%s", mutation).isEqualTo(e.state());
            if (has(Capability.COMPARE_AND_SET)) {
                assertThat(a.previousVersion()).as("%s", mutation).isEqualTo(e.previousVersion());
                assertThat(a.version() == 0).as("%s leaves nothing", mutation).isEqualTo(e.version() == 0);
            }
        } else if (expected instanceof Outcome.Fenced) {
            assertThat(actual).as("%s", mutation).isEqualTo(expected);
        }
    }

    private Mutation.Builder randomChange(Random random, StoredConversation model) {
        Mutation.Builder change = change();
        switch (random.nextInt(4)) {
            case 0 -> change.state("S" + random.nextInt(3));
            case 1 -> change.clearState();
            default -> {}
        }
        if (random.nextInt(4) == 0) {
            Map<String, String> all = new LinkedHashMap<>();
            random.ints(random.nextInt(3), 0, 5).forEach(i -> all.put("n" + i, "" + random.nextInt(100)));
            change.replaceData(all);
        } else {
            int put = random.nextInt(6);
            if (put < 5) {
                change.put("n" + put, "" + random.nextInt(100));
            }
            random.ints(random.nextInt(3), 0, 5).filter(i -> i != put).forEach(i -> change.remove("n" + i));
        }
        if (random.nextInt(4) == 0) {
            model.state().ifPresentOrElse(change::expectState, change::expectNoState);
        } else if (random.nextInt(8) == 0) {
            change.expectState("S" + random.nextInt(3));
        }
        if (has(Capability.COMPARE_AND_SET) && random.nextInt(4) == 0) {
            change.expectVersion(random.nextInt(3) == 0 ? model.version() + 1 : model.version());
        }
        if (has(Capability.FENCING) && random.nextInt(8) == 0) {
            change.fencingToken(1 + random.nextInt(5));
        }
        if (has(Capability.ATTRIBUTES) && random.nextInt(4) == 0) {
            int attribute = random.nextInt(3);
            change.attribute("a" + attribute, "" + random.nextInt(100)).removeAttribute("a" + (attribute + 1) % 3);
        }
        if (has(Capability.DEADLINE) && random.nextInt(4) == 0) {
            change.deadline(Instant.ofEpochSecond(1 + random.nextInt(1_000_000_000)));
        } else if (has(Capability.DEADLINE) && random.nextInt(8) == 0) {
            change.clearDeadline();
        }
        if (has(Capability.EVENT_ID) && random.nextInt(4) == 0) {
            change.eventId(random.nextInt(200));
        }
        if (has(Capability.EVENT_ID) && has(Capability.COMPARE_AND_SET) && random.nextInt(16) == 0) {
            change.confirmEvent(random.nextInt(200));
        }
        return change;
    }

    @Test
    void rule08_patchTouchesTheNamedEntriesOnly() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1").put("b", "2").put("c", "3"));
        storage.applied(key, change().put("b", "20"));
        assertThat(storage.read(key).data()).isEqualTo(Map.of("a", "1", "b", "20", "c", "3"));
        storage.applied(key, change().remove("a").put("d", "4"));
        assertThat(storage.read(key).data()).isEqualTo(Map.of("b", "20", "c", "3", "d", "4"));
        storage.applied(key, change().remove("never there"));
        storage.applied(key, change().state("B"));
        storage.applied(key, change().clearState());
        assertThat(storage.read(key).data()).isEqualTo(Map.of("b", "20", "c", "3", "d", "4"));
    }

    @Test
    void rule08_patchKeepsTheState() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        storage.applied(key, change().put("a", "2").put("b", "3"));
        storage.applied(key, change().remove("a").remove("b"));
        assertThat(storage.read(key).state()).hasValue("A");
        assertThat(storage.read(key).data()).isEmpty();
    }

    @Test
    void rule09_replaceLeavesExactlyTheGivenEntries() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1").put("b", "2"));
        storage.applied(key, change().replaceData(Map.of("b", "3", "c", "4")));
        assertThat(storage.read(key).data()).isEqualTo(Map.of("b", "3", "c", "4"));
        assertThat(storage.read(key).state()).hasValue("A");
        storage.applied(key, change().state("B").replaceData(Map.of("d", "5")));
        assertThat(storage.read(key).data()).isEqualTo(Map.of("d", "5"));
        assertThat(storage.read(key).state()).hasValue("B");
        storage.applied(key, change().clearState().replaceData(Map.of("e", "6")));
        assertThat(storage.read(key).data()).isEqualTo(Map.of("e", "6"));
        assertThat(storage.read(key).state()).isEmpty();
        storage.applied(key, change().state("C").replaceData(Map.of()));
        assertThat(storage.read(key).data()).isEmpty();
        assertThat(storage.read(key).state()).hasValue("C");
    }

    @Test
    void rule09_clearLeavesNothing() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1").put("b", "2"));
        storage.applied(key, clear());
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
        storage.applied(key, change().put("c", "3"));
        assertThat(storage.read(key).state()).isEmpty();
        assertThat(storage.read(key).data()).isEqualTo(Map.of("c", "3"));
    }

    @Requires({Need.FENCING, Need.EVENT_ID})
    void rule09_clearLeavesNeitherStateNorDataBesideWhatMustOutliveThem() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1").fencingToken(5).eventId(9));
        Applied cleared = storage.applied(key, clear());
        Snapshot left = storage.read(key);
        assertThat(left.state()).isEmpty();
        assertThat(left.data()).isEmpty();
        assertThat(left.version()).isEqualTo(cleared.version());
        assertThat(left.events()).isEqualTo(EventWindow.empty().with(EventId.of(9)));
        storage.applied(key, change().put("b", "2"));
        assertThat(storage.read(key).data()).isEqualTo(Map.of("b", "2"));
        assertThat(storage.read(key).state()).isEmpty();
    }
}
