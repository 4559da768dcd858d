package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.storage.EventId;
import io.botfsm.storage.EventSourceLimitException;
import io.botfsm.storage.EventWindow;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Rule 19: ids of any kind, kept apart by their sources. */
abstract class SourceRules extends StorageRules {
    /** How many ids of a source are remembered at least. */
    private static final int REMEMBERED = 64;

    SourceRules(StateStorageConformance suite) {
        super(suite);
    }

    @Requires(Need.EVENT_ID)
    void rule19_idsOfAnyKindAreRecognized() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        List<EventId> ids = List.of(
                EventId.of("wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTdCNUJENjM0RjU5QTI1QUI4NgA="),
                EventId.of("Ev0PV52K21"),
                EventId.of(EventId.MAX_COUNTED + 1),
                EventId.of(1_175_928_847_299_117_063L),
                EventId.of(Long.MAX_VALUE),
                EventId.of("7"),
                EventId.of(7),
                EventId.of("payments", 7),
                EventId.of("payments", "evt_1NG8Du2eZvKYlo2CUI79vXWy"),
                EventId.of("a", "\u0000 счёт 😀 {:}"),
                EventId.of("b", " ".repeat(10_000)));
        for (int i = 0; i < ids.size(); i++) {
            storage.applied(key, change().put("n", "" + i).eventId(ids.get(i)));
            for (int j = 0; j < ids.size(); j++) {
                assertThat(storage.read(key).events().contains(ids.get(j))).isEqualTo(j <= i);
            }
        }
        for (EventId id : ids) {
            assertThat(storage.duplicate(key, change().put("n", "0").eventId(id))
                            .current())
                    .isEqualTo(storage.read(key));
        }
        storage.duplicate(key, change().eventId(EventId.of("9007199254740992")));
        storage.duplicate(key, change().eventId(EventId.of("payments", "7")));
        storage.applied(key, change().eventId(EventId.of("payments", "07")));
    }

    @Requires(Need.EVENT_ID)
    void rule19_lastOfASourceAreRemembered() {
        TestedStorage storage = open();
        for (String source : List.of("", "payments")) {
            StorageKey key = freshKey();
            Deque<EventId> last = new ArrayDeque<>();
            Set<Integer> looks = Set.of(1, 9, 10, 11, 20, 63, 64, 65, 79, 80, 81, 90, 160, 161, 169, 170, 171, 240);
            for (int i = 1; i <= 240; i++) {
                EventId id = id(source, i);
                storage.applied(key, change().put("n", "" + i).eventId(id));
                last.addLast(id);
                if (last.size() > REMEMBERED) {
                    last.removeFirst();
                }
                if (looks.contains(i)) {
                    last.forEach(known ->
                            storage.duplicate(key, change().put("n", "0").eventId(known)));
                }
            }
        }
    }

    private static EventId id(String source, long number) {
        return source.isEmpty() ? EventId.of("text " + number) : EventId.of(source, number);
    }

    @Requires(Need.EVENT_ID)
    void rule19_sourcesNeverPushEachOtherOut() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        for (long id = 1_000; id < 1_256; id++) {
            storage.applied(key, change().put("n", "1").eventId(EventId.of(id)));
        }
        List<String> sources = List.of("", "payments", "clock");
        for (int i = 0; i < 3 * REMEMBERED; i++) {
            String source = sources.get(i % 3);
            storage.applied(key, change().put("n", "2").eventId(id(source, 1_796_000_000_000L + i * 7_001L)));
        }
        LongStream.range(1_000, 1_256)
                .forEach(id -> storage.duplicate(key, change().put("n", "3").eventId(EventId.of(id))));
        for (int i = 0; i < 3 * REMEMBERED; i++) {
            EventId id = id(sources.get(i % 3), 1_796_000_000_000L + i * 7_001L);
            storage.duplicate(key, change().put("n", "3").eventId(id));
        }
        for (long id = 9_000_000; id < 9_000_300; id++) {
            storage.applied(key, change().put("n", "4").eventId(EventId.of(id)));
        }
        storage.duplicate(key, change().put("n", "5").eventId(id("clock", 1_796_000_000_000L + 2 * 7_001L)));
    }

    @Requires(Need.EVENT_ID)
    void rule19_sameIdOfAnotherSourceIsAnotherEvent() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        for (EventId id : List.of(
                EventId.of(10),
                EventId.of("10"),
                EventId.of("a", 10),
                EventId.of("b", 10),
                EventId.of("a0", 10),
                EventId.of("A", 10),
                EventId.of("ab", "c"),
                EventId.of("a", "bc"))) {
            storage.applied(key, change().put("n", "1").eventId(id));
            storage.duplicate(key, change().put("n", "2").eventId(id));
        }
    }

    @Requires(Need.EVENT_ID)
    void rule19_sourceTooManyIsRefusedAndChangesNothing() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state("A").eventId(EventId.of(1)));
        storage.applied(key, change().eventId(EventId.of("text")));
        List<String> sources = IntStream.range(0, EventWindow.MAX_SOURCES)
                .mapToObj(i -> "source-" + i)
                .toList();
        sources.forEach(source -> storage.applied(key, change().eventId(EventId.of(source, 1))));
        Snapshot before = storage.read(key);

        FsmException failure =
                storage.failureOfWrite(key, change().state("B").put("n", "1").eventId(EventId.of("one-more", 1)));
        assertThat(failure).isInstanceOfSatisfying(EventSourceLimitException.class, e -> {
            assertThat(e.source()).isEqualTo("one-more");
            assertThat(e.key()).contains(key);
            assertThat(e.mayBeApplied()).isFalse();
        });
        assertThat(storage.read(key)).isEqualTo(before);
        storage.conflict(key, change().expectState("C").eventId(EventId.of("one-more", 1)));

        sources.forEach(source -> storage.applied(key, change().eventId(EventId.of(source, 2))));
        storage.applied(key, change().eventId(EventId.of("another text")));
        storage.applied(key, change().eventId(EventId.of(2)));
    }

    @Requires({Need.EVENT_ID, Need.COMPARE_AND_SET})
    void rule19_questionIsAnsweredAndNeverRecorded() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        EventId text = EventId.of("Ev0PV52K21");
        storage.conflict(key, change().confirmEvent(text));
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
        storage.applied(key, change().state("A").eventId(text));
        storage.duplicate(key, change().confirmEvent(text));
        Snapshot live = storage.read(key);
        for (int i = 0; i <= EventWindow.MAX_SOURCES; i++) {
            storage.conflict(key, change().confirmEvent(EventId.of("source-" + i, 1)));
        }
        assertThat(storage.read(key)).isEqualTo(live);
    }

    @Requires(Need.EVENT_ID)
    void rule19_textsOutliveClearAndReplacing() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        EventId text = EventId.of("text");
        EventId payment = EventId.of("payments", 1);
        storage.applied(key, change().state("A").put("a", "1").eventId(text));
        storage.applied(key, change().replaceData(Map.of("b", "2")).eventId(payment));
        storage.duplicate(key, change().eventId(text));
        storage.applied(key, clear());
        assertThat(storage.read(key).state()).isEmpty();
        storage.duplicate(key, change().state("B").eventId(text));
        storage.duplicate(key, change().state("B").eventId(payment));
        storage.applied(key, change().state("C"));
        storage.applied(key, change().clearState());
        storage.duplicate(key, change().state("B").eventId(text));
        StorageKey nothing = freshKey();
        assertThat(storage.applied(nothing, change().eventId(text)).version()).isPositive();
        storage.duplicate(nothing, change().state("B").eventId(text));
    }

    @Requires(Need.EVENT_ID)
    void rule19_refusedEventIsNotRemembered() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        EventId text = EventId.of("text");
        storage.conflict(key, change().state("A").expectState("B").eventId(text));
        storage.applied(key, change().state("A").expectNoState().eventId(text));
        storage.duplicate(key, change().state("A").expectNoState().eventId(text));
    }

    /** Fingerprints are stored side by side: none may be found across the border of two. */
    @Requires(Need.EVENT_ID)
    void rule19_newIdIsNeverADuplicate() {
        randomly(random -> {
            TestedStorage storage = open();
            StorageKey key = freshKey();
            List<EventId> all = new ArrayList<>();
            Set<EventId> applied = new HashSet<>();
            for (int i = 0; i < times(500); i++) {
                EventId id = !all.isEmpty() && random.nextInt(4) == 0 ? recent(all, random) : fresh(random);
                if (applied.add(id)) {
                    storage.applied(key, change().put("n", "" + i).eventId(id));
                    all.add(id);
                } else {
                    storage.duplicate(key, change().put("n", "" + i).eventId(id));
                }
            }
        });
    }

    private static EventId recent(List<EventId> all, Random random) {
        return all.get(all.size() - 1 - random.nextInt(Math.min(all.size(), 20)));
    }

    private static EventId fresh(Random random) {
        String id = new UUID(random.nextLong(), random.nextLong()).toString();
        return switch (random.nextInt(3)) {
            case 0 -> EventId.of("payments", id);
            case 1 -> EventId.of(EventId.MAX_COUNTED + 1 + random.nextLong(1L << 60));
            default -> EventId.of(id);
        };
    }

    @Requires({Need.EVENT_ID, Need.SHARES})
    void rule19_eventAppliedThroughAnotherStorageIsADuplicate() {
        TestedStorage one = open();
        TestedStorage other = open();
        StorageKey key = freshKey();
        EventId text = EventId.of("text");
        one.applied(key, change().state("A").eventId(text));
        other.duplicate(key, change().state("B").eventId(text));
        other.applied(key, change().state("B").eventId(EventId.of("payments", 1)));
        one.duplicate(key, change().state("C").eventId(EventId.of("payments", 1)));
    }
}
