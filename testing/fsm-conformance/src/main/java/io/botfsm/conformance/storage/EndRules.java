package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Rule 23: fencing token and events outlive the time to live of state and data. */
abstract class EndRules extends StorageRules {
    EndRules(StateStorageConformance suite) {
        super(suite);
    }

    private TestedStorage openWithLife() {
        return open(Optional.of(time.life()), DEADLINE);
    }

    /** What is read once state and data have ended, which they must do together. */
    private Snapshot passUntilEnd(TestedStorage storage, StorageKey key) {
        time.passUntil(time.life(), "the conversation ends", () -> {
            Snapshot now = storage.read(key);
            assertThat(now.hasEnded())
                    .isEqualTo(now.state().isEmpty() && now.data().isEmpty());
            return now.hasEnded();
        });
        Snapshot ended = storage.read(key);
        assertThat(ended.state()).isEmpty();
        assertThat(ended.data()).isEmpty();
        return ended;
    }

    @Requires({Need.TTL, Need.EVENT_ID})
    void rule23_eventsOutliveTheEnd() {
        TestedStorage storage = openWithLife();
        StorageKey key = freshKey();
        EventId text = EventId.of("text");
        EventId payment = EventId.of("payments", 1);
        storage.applied(key, change().state("A").put("a", "1").eventId(10));
        storage.applied(key, change().eventId(5_000_000));
        storage.applied(key, change().eventId(text));
        storage.applied(key, change().put("b", "2").eventId(payment));
        Snapshot live = storage.read(key);
        assertThat(live.hasEnded()).isFalse();

        Snapshot ended = passUntilEnd(storage, key);

        assertThat(ended.events()).isEqualTo(live.events());
        for (EventId known : List.of(EventId.of(10), EventId.of(5_000_000), text, payment)) {
            Duplicate duplicate = storage.duplicate(key, change().state("B").eventId(known));
            assertThat(duplicate.current()).isEqualTo(ended);
        }
        storage.applied(key, change().state("B").eventId(11));
        storage.duplicate(key, change().state("C").eventId(10));
        storage.duplicate(key, change().state("C").eventId(text));
    }

    @Requires({Need.TTL, Need.FENCING})
    void rule23_tokenOutlivesTheEnd() {
        TestedStorage storage = openWithLife();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1").fencingToken(10));
        passUntilEnd(storage, key);
        assertThat(storage.fenced(key, change().state("B").fencingToken(9)).highestToken())
                .isEqualTo(10);
        storage.applied(key, change());
        storage.fenced(key, change().state("B").fencingToken(9));
        storage.applied(key, change().state("B").fencingToken(10));
        storage.fenced(key, change().state("C").fencingToken(9));
    }

    @Requires({Need.TTL, Need.FENCING})
    void rule23_endOfOneWritesOwnTimeToLive() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1").fencingToken(10).ttl(time.life()));
        passUntilEnd(storage, key);
        storage.fenced(key, change().state("B").fencingToken(9));
    }

    /** After the end, a write may expect neither what was read before it, nor version 0. */
    @Requires({Need.TTL, Need.EVENT_ID, Need.VERSION})
    void rule23_endIsAWrite() {
        TestedStorage storage = openWithLife();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1").eventId(9));
        long before = storage.applied(key, change().eventId(10)).version();
        assertThat(storage.read(key).version()).isEqualTo(before);
        Snapshot ended = passUntilEnd(storage, key);
        assertThat(ended.version()).isGreaterThan(before);
        assertThat(storage.conflict(key, change().state("B").expectVersion(before))
                        .current())
                .isEqualTo(ended);
        assertThat(storage.conflict(key, change().state("B").expectVersion(0)).current())
                .isEqualTo(ended);
        assertThat(storage.conflict(key, change().state("B").expectState("A")).current())
                .isEqualTo(ended);
        Applied again = storage.applied(
                key, change().state("B").expectVersion(ended.version()).expectNoState());
        assertThat(again.previousVersion()).isEqualTo(ended.version());
        assertThat(again.version()).isGreaterThan(ended.version());
        assertThat(storage.read(key).version()).isEqualTo(again.version());
    }

    @Requires({Need.TTL, Need.EVENT_ID})
    void rule23_whatBeginsAfterTheEndIsNewButForWhatOutlivedIt() {
        TestedStorage storage = openWithLife();
        for (Mutation.Builder beginning :
                List.of(change().put("b", "2"), change().state("B"), change().put("a", "3"), change().eventId(11))) {
            StorageKey key = freshKey();
            storage.applied(key, change().state("A").put("a", "1").eventId(10));
            passUntilEnd(storage, key);
            Applied begun = storage.applied(key, beginning);
            Mutation wanted = beginning.build();
            assertThat(begun.previousState()).isEmpty();
            assertThat(begun.state()).isEqualTo(wanted.state());
            Snapshot now = storage.read(key);
            assertThat(now.state()).isEqualTo(wanted.state());
            assertThat(now.data()).isEqualTo(wanted.puts());
            assertThat(now.hasEnded()).isFalse();
            assertThat(now.events().contains(EventId.of(10))).isTrue();
        }
    }

    @Requires({Need.TTL, Need.EVENT_ID, Need.ATTRIBUTES, Need.DEADLINE})
    void rule23_attributesAndDeadlineEndWithStateAndData() {
        TestedStorage storage = openWithLife();
        StorageKey key = freshKey();
        storage.applied(
                key,
                change().state("A")
                        .attribute("flow", "x")
                        .deadline(Instant.parse("2100-01-01T00:00:00Z"))
                        .eventId(10));
        Snapshot ended = passUntilEnd(storage, key);
        assertThat(ended.attributes()).isEmpty();
        assertThat(ended.deadline()).isEmpty();
        storage.applied(key, change().state("B"));
        assertThat(storage.read(key).attributes()).isEmpty();
        assertThat(storage.read(key).deadline()).isEmpty();
    }

    @Requires({Need.TTL, Need.EVENT_ID, Need.TIMES})
    void rule23_noStateIsEnteredAtTheEnd() {
        TestedStorage storage = openWithLife();
        StorageKey key = freshKey();
        Applied last = storage.applied(key, change().state("A").eventId(10));
        Snapshot ended = passUntilEnd(storage, key);
        assertThat(ended.since()).isEqualTo(last.at().map(at -> at.plus(time.life())));
        assertThat(ended.touched()).isEqualTo(ended.since());
        assertThat(storage.applied(key, change().state("B")).previousSince()).isEqualTo(ended.since());
    }

    @Requires({Need.TTL, Need.EVENT_ID})
    void rule23_writesPutTheEndOff() {
        TestedStorage storage = openWithLife();
        for (Mutation.Builder write : List.of(change(), change().state("B"), change().put("b", "2"))) {
            time.inTime(time.life(), its -> {
                StorageKey key = freshKey();
                its.begin(() ->
                        storage.applied(key, change().state("A").put("a", "1").eventId(10)));
                its.passMost();
                its.begin(() -> storage.applied(key, write));
                its.passMost();
                Snapshot now = its.during(() -> storage.read(key));
                assertThat(now.state()).isPresent();
                assertThat(now.data()).containsEntry("a", "1");
            });
        }
    }

    @Requires({Need.TTL, Need.EVENT_ID})
    void rule23_refusedWritesDoNotPutTheEndOff() {
        TestedStorage storage = openWithLife();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").put("a", "1").eventId(10));
        time.passUntil(
                time.life(),
                "a conversation ends however often its event is redelivered",
                () -> storage.read(key).hasEnded(),
                () -> storage.duplicate(key, change().state("B").eventId(10)));
    }

    @Requires({Need.TTL, Need.EVENT_ID})
    void rule23_endIsLiftedByAWriteWithoutTimeToLive() {
        for (Optional<Duration> standard : List.of(Optional.of(time.life()), Optional.<Duration>empty())) {
            TestedStorage storage = open(standard, DEADLINE);
            time.inTime(time.life(), its -> {
                StorageKey key = freshKey();
                StorageKey witness = freshKey();
                its.begin(() ->
                        storage.applied(key, change().state("A").eventId(10).ttl(time.life())));
                its.during(
                        () -> storage.applied(key, standard.isPresent() ? change().persist() : change().put("a", "1")));
                storage.applied(witness, change().state("A").eventId(10).ttl(time.life()));
                passUntilEnd(storage, witness);
                assertThat(storage.read(key).state()).hasValue("A");
                assertThat(storage.read(key).hasEnded()).isFalse();
            });
        }
    }

    @Requires({Need.TTL, Need.EVENT_ID, Need.FENCING})
    void rule23_whatWasClearedHasNotEnded() {
        TestedStorage storage = openWithLife();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").eventId(10).fencingToken(1));
        storage.applied(key, clear());
        assertThat(storage.read(key).hasEnded()).isFalse();
        time.pass(time.life().multipliedBy(2));
        Snapshot cleared = storage.read(key);
        assertThat(cleared.version()).isPositive();
        assertThat(cleared.hasEnded()).isFalse();
    }

    @Requires({Need.TTL, Need.EVENT_ID, Need.FENCING, Need.ADVANCES_TIME})
    void rule23_whatOutlivesTheEndEndsToo() {
        TestedStorage storage = openWithLife();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").eventId(10).fencingToken(10));
        passUntilEnd(storage, key);
        time.pass(Duration.ofDays(3_650));
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
        storage.applied(key, change().state("B").eventId(10).fencingToken(9));
    }

    @Requires({Need.TTL, Need.EVENT_ID, Need.SHARES})
    void rule23_endIsTheSameThroughAnotherStorage() {
        TestedStorage one = openWithLife();
        StorageKey key = freshKey();
        one.applied(key, change().state("A").eventId(10));
        Snapshot ended = passUntilEnd(one, key);
        TestedStorage other = open();
        time.eventually("the end shows", () -> other.read(key).equals(ended));
        other.duplicate(key, change().state("B").eventId(10));
    }

    @Requires({Need.TTL, Need.EVENT_ID, Need.COUNTS, Need.ADVANCES_TIME})
    void rule23_nothingIsLeftOfIt() {
        Conformance.Counts counts = (Conformance.Counts) suite;
        TestedStorage storage = openWithLife();
        long before = counts.records();
        for (int i = 0; i < 100; i++) {
            storage.applied(freshKey(), change().state("A").eventId(10));
        }
        time.passUntil(Duration.ofDays(3_650), "no records", () -> counts.records() <= before);
    }
}
