package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Conformance.Counts;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Rule 18: nothing grows without bound. */
abstract class GrowthRules extends StorageRules {
    private static final int BATCH = 100;

    GrowthRules(StateStorageConformance suite) {
        super(suite);
    }

    private long records() {
        return ((Counts) suite).records();
    }

    @Requires(Need.COUNTS)
    void rule18_clearedConversationsLeaveNothing() {
        TestedStorage storage = open();
        long before = records();
        for (int i = 0; i < times(30); i++) {
            List<StorageKey> keys = batch();
            write(storage, keys, change().state("A").put("a", "1"));
            assertThat(records()).as("records while they are there").isGreaterThanOrEqualTo(BATCH);
            write(storage, keys, clear());
        }
        time.eventually("no record of cleared conversations", () -> records() <= before);
    }

    @Requires({Need.COUNTS, Need.TTL})
    void rule18_endedConversationsLeaveNothing() {
        TestedStorage storage = open(Optional.of(time.life()), DEADLINE);
        long before = records();
        for (int i = 0; i < times(20); i++) {
            write(storage, batch(), change().state("A").put("a", "1"));
        }
        time.passUntil(time.life(), "no record of expired conversations", () -> records() <= before);
    }

    @Requires(Need.COUNTS)
    void rule18_refusedWritesLeaveNothing() {
        TestedStorage storage = open();
        long before = records();
        for (int i = 0; i < times(5); i++) {
            batch().forEach(key -> storage.conflict(key, change().state("A").expectState("B")));
            batch().forEach(key -> storage.applied(key, clear()));
        }
        time.eventually("no record of refused writes", () -> records() <= before);
    }

    @Requires({Need.COUNTS, Need.EVENT_ID, Need.FENCING})
    void rule18_oneConversationIsOneRecord() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        long before = records();
        for (int i = 0; i < times(500); i++) {
            storage.applied(
                    key,
                    change().state("S" + i).put("a", "" + i).eventId(i * 50L).fencingToken(1 + i));
        }
        assertThat(records()).isLessThanOrEqualTo(before + 1);
        assertThat(storage.read(key).events().latest()).hasSizeLessThanOrEqualTo(40);
        assertThat(storage.read(key).events().other()).hasSizeLessThanOrEqualTo(40);
    }

    @Requires({Need.COUNTS, Need.ADVANCES_TIME, Need.EVENT_ID, Need.FENCING})
    void rule18_tombstonesEnd() {
        TestedStorage storage = open();
        long before = records();
        List<StorageKey> keys =
                Stream.generate(this::batch).limit(10).flatMap(List::stream).toList();
        write(storage, keys, change().state("A").put("a", "1").fencingToken(3).eventId(7));
        write(storage, keys, clear());
        write(storage, batch(), change().fencingToken(3));
        assertThat(records()).isGreaterThanOrEqualTo(11 * BATCH);
        time.passUntil(Duration.ofDays(3_650), "no tombstones", () -> records() <= before);
    }

    private List<StorageKey> batch() {
        return IntStream.range(0, BATCH).mapToObj(i -> freshKey()).toList();
    }

    private static void write(TestedStorage storage, List<StorageKey> keys, Mutation.Builder change) {
        keys.stream()
                .map(key -> storage.writing(key, change))
                .toList()
                .forEach(answer -> assertThat(answer.value(DEADLINE)).isInstanceOf(Applied.class));
    }
}
