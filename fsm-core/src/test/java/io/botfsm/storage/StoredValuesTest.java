package io.botfsm.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Equality is written by hand: every part counts, and nothing else does. */
class StoredValuesTest {
    private static final EventWindow EVENTS = EventWindow.empty().with(1);
    private static final Optional<Instant> TIME = Optional.of(Instant.EPOCH);

    /** Lists of values that are all unequal, most of them because of a single part. */
    static Stream<List<Supplier<Object>>> values() {
        return Stream.of(
                List.of(
                        () -> Snapshot.none(),
                        () -> Snapshot.builder().state(Optional.of("A")).build(),
                        () -> Snapshot.builder().data(Map.of("a", "1")).build(),
                        () -> Snapshot.builder().version(1).build(),
                        () -> Snapshot.builder().events(EVENTS).build(),
                        () -> Snapshot.builder().attributes(Map.of("a", "1")).build(),
                        () -> Snapshot.builder().since(TIME).build(),
                        () -> Snapshot.builder().touched(TIME).build(),
                        () -> Snapshot.builder().deadline(TIME).build(),
                        () -> Snapshot.builder().ended(true).build()),
                List.of(
                        () -> StoredConversation.none(),
                        () -> StoredConversation.builder()
                                .state(Optional.of("A"))
                                .build(),
                        () -> StoredConversation.builder()
                                .data(Map.of("a", "1"))
                                .build(),
                        () -> StoredConversation.builder().version(1).build(),
                        () -> StoredConversation.builder().fencingToken(1).build(),
                        () -> StoredConversation.builder().events(EVENTS).build(),
                        () -> StoredConversation.builder()
                                .attributes(Map.of("a", "1"))
                                .build(),
                        () -> StoredConversation.builder().since(TIME).build(),
                        () -> StoredConversation.builder().touched(TIME).build(),
                        () -> StoredConversation.builder().deadline(TIME).build(),
                        () -> StoredConversation.builder().end(TIME).build()),
                List.of(
                        () -> Outcome.Applied.of(Optional.empty(), Optional.empty(), 0, 0),
                        () -> Outcome.Applied.of(Optional.of("A"), Optional.empty(), 0, 0),
                        () -> Outcome.Applied.of(Optional.empty(), Optional.of("A"), 0, 0),
                        () -> Outcome.Applied.of(Optional.empty(), Optional.empty(), 1, 0),
                        () -> Outcome.Applied.of(Optional.empty(), Optional.empty(), 0, 1),
                        () -> Outcome.Applied.of(Optional.empty(), Optional.empty(), 0, 0)
                                .timed(Optional.empty(), Instant.EPOCH),
                        () -> Outcome.Applied.of(Optional.empty(), Optional.empty(), 0, 0)
                                .timed(TIME, Instant.EPOCH)),
                List.of(
                        () -> Outcome.Conflict.of(Snapshot.none()),
                        () -> Outcome.Conflict.of(Snapshot.builder().version(1).build()),
                        () -> Outcome.Duplicate.of(Snapshot.none()),
                        () -> Outcome.Duplicate.of(Snapshot.builder().version(1).build()),
                        () -> Outcome.Fenced.of(1),
                        () -> Outcome.Fenced.of(2)));
    }

    @ParameterizedTest
    @MethodSource("values")
    void equalIfAndOnlyIfAllPartsAre(List<Supplier<Object>> values) {
        for (int i = 0; i < values.size(); i++) {
            for (int j = 0; j < values.size(); j++) {
                Object one = values.get(i).get();
                Object other = values.get(j).get();
                if (i == j) {
                    assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).hasToString(other.toString());
                } else {
                    assertThat(one).isNotEqualTo(other);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("values")
    void aCopyIsEqual(List<Supplier<Object>> values) {
        for (Supplier<Object> value : values) {
            if (value.get() instanceof Snapshot snapshot) {
                assertThat(snapshot.toBuilder().build()).isEqualTo(snapshot);
            } else if (value.get() instanceof StoredConversation conversation) {
                assertThat(conversation.toBuilder().build()).isEqualTo(conversation);
            }
        }
    }
}
