package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Rule 10: time to live. */
abstract class LifetimeRules extends StorageRules {
    LifetimeRules(StateStorageConformance suite) {
        super(suite);
    }

    @Requires(Need.TTL)
    void rule10_stateAndDataEndTogether() {
        TestedStorage storage = open(Optional.of(time.life()), DEADLINE);
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        time.passUntil(
                time.life(),
                "the conversation ends",
                () -> storage.read(key).state().isEmpty(),
                () -> {
                    Snapshot now = storage.read(key);
                    assertThat(now.state().isEmpty()).isEqualTo(now.data().isEmpty());
                });
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
    }

    @Requires(Need.TTL)
    void rule10_whatBeginsAfterTheEndIsNew() {
        TestedStorage storage = open(Optional.of(time.life()), DEADLINE);
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        passUntilEnd(storage, key);
        Applied again = storage.applied(key, change().put("b", "2").expectNoState());
        assertThat(again.previousState()).isEmpty();
        assertThat(again.previousVersion()).isZero();
        assertThat(storage.read(key).data()).isEqualTo(Map.of("b", "2"));
    }

    @Requires(Need.TTL)
    void rule10_writesRestartTheTimeToLive() {
        restartsIt(change().put("b", "2"));
        restartsIt(change().state("B"));
        restartsIt(change().remove("b"));
        restartsIt(change().put("a", "1"));
    }

    @Requires(Need.TTL)
    void rule10_emptyMutationRestartsTheTimeToLive() {
        restartsIt(change());
    }

    @Requires(Need.TTL)
    void rule10_replacingRestartsTheTimeToLive() {
        restartsIt(change().replaceData(Map.of("a", "1", "b", "2")));
    }

    private void restartsIt(Mutation.Builder write) {
        Duration life = time.life();
        TestedStorage storage = open(Optional.of(life), DEADLINE);
        time.inTime(life, its -> {
            StorageKey key = freshKey();
            its.begin(() -> storage.applied(key, change().state("A").put("a", "1")));
            its.passMost();
            its.begin(() -> storage.applied(key, write));
            its.passMost();
            Snapshot now = its.during(() -> storage.read(key));
            assertThat(now.state()).isPresent();
            assertThat(now.data()).containsEntry("a", "1");
        });
    }

    @Requires(Need.TTL)
    void rule10_restartedTimeToLiveEndsToo() {
        TestedStorage storage = open(Optional.of(time.life()), DEADLINE);
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        storage.applied(key, change());
        storage.applied(key, change().put("b", "2"));
        storage.applied(key, change().replaceData(Map.of("c", "3")));
        passUntilEnd(storage, key);
    }

    @Requires(Need.TTL)
    void rule10_emptyMutationCreatesNothing() {
        TestedStorage storage = open(Optional.of(time.life()), DEADLINE);
        StorageKey key = freshKey();
        for (Mutation.Builder empty : new Mutation.Builder[] {
            change(), change().persist(), change().ttl(time.life()), change().remove("a"), clear()
        }) {
            Applied nothing = storage.applied(key, empty);
            assertThat(nothing.state()).isEmpty();
            assertThat(nothing.previousVersion()).isZero();
            assertThat(nothing.version()).isZero();
            assertThat(storage.read(key)).isEqualTo(Snapshot.none());
        }
    }

    @Requires(Need.TTL)
    void rule10_withoutTimeToLiveConversationsStay() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        StorageKey witness = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        storage.applied(witness, change().state("A").ttl(time.life()));
        passUntilEnd(storage, witness);
        time.pass(time.life());
        assertThat(storage.read(key).state()).hasValue("A");
        assertThat(storage.read(key).data()).isEqualTo(Map.of("a", "1"));
    }

    @Requires(Need.ADVANCES_TIME)
    void rule10_withoutTimeToLiveConversationsStayForYears() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        time.pass(Duration.ofDays(20 * 365));
        assertThat(storage.read(key).state()).hasValue("A");
    }

    @Requires(Need.TTL)
    void rule10_mutationShortensTheTimeToLive() {
        TestedStorage storage = open(Optional.of(Duration.ofDays(30)), DEADLINE);
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        storage.applied(key, change().put("b", "2").ttl(time.life()));
        passUntilEnd(storage, key);
    }

    @Requires(Need.TTL)
    void rule10_emptyMutationShortensTheTimeToLive() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        storage.applied(key, change().ttl(time.life()));
        passUntilEnd(storage, key);
    }

    @Requires(Need.TTL)
    void rule10_mutationLengthensTheTimeToLive() {
        stays(Optional.of(time.life()), change().put("b", "2").ttl(Duration.ofDays(30)));
        stays(Optional.of(time.life()), change().replaceData(Map.of("a", "1")).ttl(Duration.ofDays(30)));
    }

    @Requires(Need.TTL)
    void rule10_mutationPersists() {
        stays(Optional.of(time.life()), change().put("b", "2").persist());
        stays(Optional.of(time.life()), change().persist());
    }

    /** An override applies to one write; the next write has the storage's own time to live again, or none. */
    @Requires(Need.TTL)
    void rule10_overrideLastsUntilTheNextWrite() {
        TestedStorage storage = open(Optional.of(time.life()), DEADLINE);
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").persist());
        storage.applied(key, change().put("a", "1"));
        passUntilEnd(storage, key);

        stays(Optional.empty(), change().put("b", "2"));
        stays(Optional.empty(), change());
        stays(Optional.empty(), change().replaceData(Map.of("a", "1")));
    }

    /** With this write, a conversation with a short time to live outlives it; a witness without the write does not. */
    private void stays(Optional<Duration> standard, Mutation.Builder write) {
        TestedStorage storage = open(standard, DEADLINE);
        Duration life = time.life();
        time.inTime(life, its -> {
            StorageKey key = freshKey();
            StorageKey witness = freshKey();
            its.begin(
                    () -> storage.applied(key, change().state("A").put("a", "1").ttl(life)));
            its.during(() -> storage.applied(key, write));
            storage.applied(witness, change().state("A").ttl(life));
            passUntilEnd(storage, witness);
            assertThat(storage.read(key).state()).hasValue("A");
            assertThat(storage.read(key).data()).containsEntry("a", "1");
        });
    }

    private void passUntilEnd(TestedStorage storage, StorageKey key) {
        time.passUntil(
                time.life(), "the conversation ends", () -> storage.read(key).equals(Snapshot.none()));
    }
}
