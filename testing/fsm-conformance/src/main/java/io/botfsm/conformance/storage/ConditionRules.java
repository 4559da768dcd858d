package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Rule 7: a failed condition changes nothing and returns the present conversation; the order in which conditions are
 * checked.
 */
abstract class ConditionRules extends StorageRules {
    ConditionRules(StateStorageConformance suite) {
        super(suite);
    }

    @Test
    void rule07_failedStateConditionChangesNothing() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1"));
        changesNothing(storage, key, everything().expectState("B"));
        changesNothing(storage, key, everything().expectState("a"));
        changesNothing(storage, key, everything().expectState(""));
        changesNothing(storage, key, everything().expectNoState());
        changesNothing(storage, key, clear().expectNoState());
        changesNothing(storage, key, change().replaceData(Map.of("z", "1")).expectState("B"));
        changesNothing(storage, key, change().remove("a").expectState("B"));
        changesNothing(storage, key, change().expectState("B"));
        storage.applied(key, change().clearState());
        changesNothing(storage, key, everything().expectState("A"));
        changesNothing(storage, key, everything().expectState(""));
    }

    @Test
    void rule07_failedStateConditionCreatesNothing() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        changesNothing(storage, key, everything().expectState("A"));
        changesNothing(storage, key, change().expectState(""));
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
    }

    @Requires(Need.COMPARE_AND_SET)
    void rule07_failedVersionConditionChangesNothing() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        changesNothing(storage, key, everything().expectVersion(1));
        long first = storage.applied(key, change().state("A").put("a", "1")).version();
        long version = storage.applied(key, change().put("b", "2")).version();
        changesNothing(storage, key, everything().expectVersion(first));
        changesNothing(storage, key, everything().expectVersion(version + 1));
        changesNothing(storage, key, everything().expectVersion(0));
        changesNothing(storage, key, clear().expectVersion(0));
        changesNothing(storage, key, everything().expectVersion(Long.MAX_VALUE));
        changesNothing(storage, key, everything().expectVersion(version + (1L << 32)));
        storage.applied(key, change().put("c", "3").expectVersion(version));
    }

    @Requires({Need.VERSION, Need.FENCING, Need.EVENT_ID})
    void rule07_failedConditionRemembersNeitherFenceNorEvent() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        changesNothing(storage, key, everything().fencingToken(9).eventId(5).expectVersion(1));
        changesNothing(storage, key, everything().fencingToken(9).eventId(5).expectState("B"));
        storage.applied(key, change().state("A").fencingToken(4));
        changesNothing(storage, key, everything().fencingToken(3).eventId(5));
        changesNothing(storage, key, everything().fencingToken(9).eventId(5).expectVersion(0));
        assertThat(storage.read(key).events().isEmpty()).isTrue();
        storage.applied(key, change().put("a", "1").fencingToken(4).eventId(5));
        changesNothing(storage, key, everything().fencingToken(9).eventId(5));
        storage.applied(key, change().put("a", "2").fencingToken(4));
    }

    @Requires(Need.FENCING)
    void rule07_failedFenceChangesNothing() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1").fencingToken(7));
        changesNothing(storage, key, everything().fencingToken(6));
        changesNothing(storage, key, clear().fencingToken(1));
        changesNothing(storage, key, change().fencingToken(6));
    }

    @Requires(Need.EVENT_ID)
    void rule07_duplicateEventChangesNothing() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1").eventId(100));
        changesNothing(storage, key, everything().eventId(100));
        changesNothing(storage, key, clear().eventId(100));
        changesNothing(storage, key, change().eventId(100));
    }

    private static Mutation.Builder everything() {
        return change().state("changed").put("a", "\"changed\"").put("new", "\"changed\"");
    }

    /** The write is refused, returns the present conversation, and leaves it unchanged. */
    private static void changesNothing(TestedStorage storage, StorageKey key, Mutation.Builder refused) {
        Snapshot before = storage.read(key);
        Outcome outcome = storage.write(key, refused);
        if (outcome instanceof Conflict conflict) {
            assertThat(conflict.current()).isEqualTo(before);
        } else if (outcome instanceof Outcome.Duplicate duplicate) {
            assertThat(duplicate.current()).isEqualTo(before);
        } else {
            assertThat(outcome).isInstanceOf(Fenced.class);
        }
        assertThat(storage.read(key)).isEqualTo(before);
    }

    @Requires(Need.TTL)
    void rule07_failedStateConditionProlongsNothing() {
        prolongsNothing(change().state("A"), () -> everything().expectState("B"));
    }

    @Requires({Need.TTL, Need.COMPARE_AND_SET})
    void rule07_failedVersionConditionProlongsNothing() {
        prolongsNothing(change().state("A"), () -> everything().expectVersion(1));
    }

    @Requires({Need.TTL, Need.FENCING, Need.VERSION})
    void rule07_failedFenceProlongsNothing() {
        prolongsNothing(
                change().state("A").fencingToken(5),
                () -> everything().fencingToken(4).expectVersion(1));
    }

    @Requires({Need.TTL, Need.EVENT_ID, Need.VERSION})
    void rule07_duplicateEventProlongsNothing() {
        prolongsNothing(
                change().state("A").eventId(5), () -> everything().eventId(5).expectVersion(1));
    }

    @Requires(Need.TTL)
    void rule07_failedConditionDoesNotPersist() {
        prolongsNothing(change().state("A"), () -> everything().persist().expectState("B"));
        prolongsNothing(
                change().state("A"),
                () -> everything().ttl(time.life().multipliedBy(1_000)).expectState("B"));
    }

    /** The refused writes would be refused without the conversation too, so that none can revive it. */
    private void prolongsNothing(Mutation.Builder first, Supplier<Mutation.Builder> refused) {
        TestedStorage storage = open(Optional.of(time.life()), DEADLINE);
        StorageKey key = freshKey();
        storage.applied(key, first);
        time.passUntil(
                time.life(),
                "a conversation ends however many writes are refused",
                () -> storage.read(key).state().isEmpty(),
                () -> assertThat(storage.write(key, refused.get())).isNotInstanceOf(Outcome.Applied.class));
    }

    @Requires({Need.VERSION, Need.FENCING, Need.EVENT_ID})
    void rule07_conditionsAreCheckedInOrder() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").fencingToken(5).eventId(10));
        Snapshot now = storage.read(key);

        assertThat(storage.fenced(
                                key,
                                change().fencingToken(4)
                                        .eventId(10)
                                        .expectVersion(1)
                                        .expectState("B"))
                        .highestToken())
                .isEqualTo(5);
        storage.fenced(key, change().fencingToken(4).eventId(10));
        storage.fenced(key, change().fencingToken(4).expectVersion(1));
        storage.fenced(key, change().fencingToken(4).expectState("B"));
        assertThat(storage.duplicate(
                                key,
                                change().fencingToken(5)
                                        .eventId(10)
                                        .expectVersion(1)
                                        .expectState("B"))
                        .current())
                .isEqualTo(now);
        storage.duplicate(key, change().eventId(10).expectVersion(1));
        storage.duplicate(key, change().eventId(10).expectState("B"));
        storage.duplicate(key, change().eventId(10).expectVersion(now.version()).expectState("A"));
        storage.conflict(
                key, change().fencingToken(6).eventId(11).expectVersion(1).expectState("A"));
        storage.conflict(
                key,
                change().fencingToken(6)
                        .eventId(11)
                        .expectVersion(now.version())
                        .expectState("B"));
        assertThat(storage.read(key)).isEqualTo(now);
        storage.applied(
                key,
                change().fencingToken(6)
                        .eventId(11)
                        .expectVersion(now.version())
                        .expectState("A"));
    }

    @Requires({Need.VERSION, Need.FENCING, Need.EVENT_ID})
    void rule07_conditionsAreCheckedInOrderOnATombstone() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().fencingToken(5).eventId(10));
        storage.fenced(key, change().state("A").fencingToken(4).eventId(10).expectVersion(0));
        storage.duplicate(key, change().state("A").fencingToken(5).eventId(10).expectVersion(0));
        storage.conflict(key, change().state("A").fencingToken(5).eventId(11).expectVersion(0));
        storage.conflict(key, change().state("A").fencingToken(5).eventId(11).expectState("A"));
        storage.applied(key, change().state("A").fencingToken(5).eventId(11).expectNoState());
    }
}
