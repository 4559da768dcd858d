package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StorageKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Rule 6: versions of a key never repeat or fall. */
abstract class VersionRules extends StorageRules {
    VersionRules(StateStorageConformance suite) {
        super(suite);
    }

    @Requires(Need.VERSION)
    void rule06_everyWriteRaisesTheVersion() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        long highest = storage.applied(key, change().state("A")).version();
        for (Mutation.Builder change : new Mutation.Builder[] {
            change().state("A"),
            change(),
            change().put("a", "1"),
            change().put("a", "1"),
            change().remove("b"),
            change().replaceData(Map.of("a", "1")),
            change().replaceData(Map.of()),
            change().state("B").expectState("A")
        }) {
            long version = storage.applied(key, change).version();
            assertThat(version).isGreaterThan(highest);
            highest = version;
        }
    }

    @Requires(Need.VERSION)
    void rule06_versionRisesAcrossClear() {
        TestedStorage storage = open();
        TestedStorage other = beside(storage);
        StorageKey key = freshKey();
        long highest = 0;
        for (int i = 0; i < times(100); i++) {
            Applied created = (i % 2 == 0 ? storage : other).applied(key, change().state("A"));
            assertThat(created.version()).isGreaterThan(highest);
            highest = storage.applied(key, change().put("a", "1")).version();
            assertThat(highest).isGreaterThan(created.version());
            assertThat(storage.applied(key, clear()).version()).isZero();
        }
    }

    /** More writes than microseconds pass, if the storage is that fast. */
    @Requires(Need.VERSION)
    void rule06_versionRisesAcrossClearAfterManyFastWrites() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        long highest = 0;
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < times(500); i++) {
                long version = storage.applied(key, change().put("i", "" + i)).version();
                assertThat(version).isGreaterThan(highest);
                highest = version;
            }
            storage.applied(key, clear());
        }
    }

    @Requires({Need.VERSION, Need.TTL})
    void rule06_versionRisesAcrossExpiry() {
        TestedStorage storage = open(Optional.of(time.life()), DEADLINE);
        StorageKey key = freshKey();
        for (int i = 0; i < 20; i++) {
            storage.applied(key, change().put("i", "" + i));
        }
        long highest = storage.applied(key, change().state("A")).version();
        time.passUntil(
                time.life(), "the conversation ends", () -> storage.read(key).version() == 0);

        Applied again = storage.applied(key, change().state("A"));

        assertThat(again.previousVersion()).isZero();
        assertThat(again.version()).isGreaterThan(highest);
    }

    @Requires({Need.VERSION, Need.FENCING})
    void rule06_versionRisesAcrossATombstone() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        long live = storage.applied(key, change().state("A").fencingToken(3)).version();
        Applied cleared = storage.applied(key, clear());
        assertThat(cleared.previousVersion()).isEqualTo(live);
        assertThat(cleared.version())
                .isGreaterThan(live)
                .isEqualTo(storage.read(key).version());
        Applied again = storage.applied(key, change().state("B"));
        assertThat(again.previousVersion()).isEqualTo(cleared.version());
        assertThat(again.version()).isGreaterThan(cleared.version());
    }

    @Requires(Need.VERSION)
    void rule06_versionFromBeforeAClearNeverMatchesAgain() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        long stale = storage.applied(key, change().state("A").put("a", "1")).version();
        storage.applied(key, clear());
        storage.conflict(key, change().state("B").expectVersion(stale));
        storage.applied(key, change().state("A").put("a", "1"));
        storage.conflict(key, change().state("B").expectVersion(stale));
        storage.conflict(key, change().state("B").expectVersion(0));
        assertThat(storage.read(key).state()).hasValue("A");
    }

    /**
     * A backend that locks records cannot lock one that does not exist yet: it may begin a conversation with a time
     * taken before another one had begun, changed and cleared it.
     */
    @Requires(Need.VERSION)
    void rule06_versionsOfManyLivesNeitherRepeatNorFall() {
        TestedStorage storage = open();
        TestedStorage other = beside(storage);
        for (int round = 0; round < times(2); round++) {
            StorageKey key = freshKey();
            Set<Long> versions = ConcurrentHashMap.newKeySet();
            AtomicLong acknowledged = new AtomicLong();
            Crowd.of(8, index -> {
                TestedStorage mine = index % 2 == 0 ? storage : other;
                for (int life = 0; life < 25; life++) {
                    for (Mutation.Builder change :
                            List.of(change().state("A"), change().put("n" + index, "" + life), clear())) {
                        long before = acknowledged.get();
                        Applied applied = mine.applied(key, change);
                        long version = applied.version();
                        if (version != 0) {
                            assertThat(version)
                                    .as("a version, which is above those acknowledged before its write began")
                                    .isGreaterThan(before);
                            assertThat(versions.add(version))
                                    .as("version %d is new", version)
                                    .isTrue();
                        }
                        acknowledged.accumulateAndGet(Math.max(version, applied.previousVersion()), Math::max);
                    }
                }
            });
        }
    }

    @Requires(Need.VERSION)
    void rule06_concurrentWritesNeverShareAVersion() {
        TestedStorage storage = open();
        TestedStorage other = beside(storage);
        StorageKey key = freshKey();
        Set<Long> versions = ConcurrentHashMap.newKeySet();
        Crowd.of(4, index -> {
            long mine = 0;
            for (int i = 0; i < times(100); i++) {
                Mutation.Builder change = i % 10 == 9 ? clear() : change().put("n" + index, "" + i);
                long version =
                        (index % 2 == 0 ? storage : other).applied(key, change).version();
                if (version != 0) {
                    assertThat(versions.add(version))
                            .as("version %d is new", version)
                            .isTrue();
                    assertThat(version).isGreaterThan(mine);
                    mine = version;
                }
            }
        });
    }
}
