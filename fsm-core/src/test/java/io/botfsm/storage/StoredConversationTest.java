package io.botfsm.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.StoredConversation.Step;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@link StoredConversation#apply}, by the rules of the specification that it implements. */
final class StoredConversationTest {
    private static final long NOW = 1_000_000;
    private static final Instant TIME = Instant.parse("2026-11-29T12:00:00Z");
    private static final Duration TTL = Duration.ofHours(1);
    private static final WriteContext CONTEXT = at(TIME).build();
    private static final StoredConversation LIVE = StoredConversation.builder()
            .state(Optional.of("A"))
            .data(Map.of("a", "1", "b", "2"))
            .version(7)
            .build();
    private static final StoredConversation FENCED = StoredConversation.builder()
            .state(Optional.of("A"))
            .data(Map.of("a", "1"))
            .version(7)
            .fencingToken(5)
            .events(EventWindow.empty().with(10))
            .build();

    private static WriteContext.Builder at(Instant now) {
        return WriteContext.at(StorageKey.bot(1).chat(2).user(3).build(), now).firstVersion(NOW);
    }

    private static WriteContext later(Duration time) {
        return at(TIME.plus(time)).ttl(Optional.of(TTL)).build();
    }

    private static Mutation.Builder change() {
        return Mutation.builder();
    }

    private static Applied applied(Step step) {
        assertThat(step.outcome()).isInstanceOf(Applied.class);
        return (Applied) step.outcome();
    }

    private static void refused(StoredConversation before, Mutation mutation, Outcome outcome) {
        Step step = before.apply(mutation, CONTEXT);
        assertThat(step.outcome()).isEqualTo(outcome);
        assertThat(step.next()).isSameAs(before);
    }

    @Test
    void nothingBeginsWithTheTimeAsItsVersion() {
        Step step = StoredConversation.none()
                .apply(change().state("A").put("a", "1").build(), CONTEXT);
        assertThat(step.outcome())
                .isEqualTo(
                        Applied.of(Optional.empty(), Optional.of("A"), 0, NOW).timed(Optional.empty(), TIME));
        assertThat(step.next())
                .isEqualTo(StoredConversation.builder()
                        .state(Optional.of("A"))
                        .data(Map.of("a", "1"))
                        .version(NOW)
                        .since(Optional.of(TIME))
                        .touched(Optional.of(TIME))
                        .build());
    }

    @Test
    void eachWriteRaisesTheVersionByOneWhateverTheTime() {
        for (Mutation mutation : List.of(
                change().build(),
                change().state("A").build(),
                change().put("a", "1").build(),
                change().persist().build())) {
            Step step = LIVE.apply(mutation, CONTEXT);
            assertThat(applied(step).previousVersion()).isEqualTo(7);
            assertThat(applied(step).version()).isEqualTo(8);
            assertThat(step.next().version()).isEqualTo(8);
        }
    }

    @Test
    void questionAboutAnEventIsAnsweredAndNotRecorded() {
        refused(FENCED, change().confirmEvent(10).build(), Duplicate.of(FENCED.snapshot(TIME)));
        refused(FENCED, change().confirmEvent(11).build(), Conflict.of(FENCED.snapshot(TIME)));
        refused(FENCED, change().confirmEvent(10).fencingToken(4).build(), Fenced.of(5));
        refused(
                FENCED,
                change().confirmEvent(11).fencingToken(6).state("B").build(),
                Conflict.of(FENCED.snapshot(TIME)));
        refused(StoredConversation.none(), change().confirmEvent(11).build(), Conflict.of(Snapshot.none()));
    }

    @Test
    void stateIsKeptSetOrCleared() {
        assertThat(LIVE.apply(change().build(), CONTEXT).next().state()).hasValue("A");
        Step set = LIVE.apply(change().state("B").build(), CONTEXT);
        assertThat(set.next().state()).hasValue("B");
        assertThat(applied(set).previousState()).hasValue("A");
        assertThat(applied(set).state()).hasValue("B");
        Step cleared = LIVE.apply(change().clearState().build(), CONTEXT);
        assertThat(cleared.next().state()).isEmpty();
        assertThat(cleared.next().data()).isEqualTo(LIVE.data());
        assertThat(applied(cleared).state()).isEmpty();
    }

    @Test
    void patchTouchesTheNamedEntries() {
        Step step = LIVE.apply(
                change().put("b", "20").put("c", "3").remove("a").remove("z").build(), CONTEXT);
        assertThat(step.next().data()).isEqualTo(Map.of("b", "20", "c", "3"));
        assertThat(LIVE.data()).isEqualTo(Map.of("a", "1", "b", "2"));
    }

    @Test
    void replaceLeavesExactlyTheGiven() {
        Step step = LIVE.apply(change().replaceData(Map.of("b", "3")).build(), CONTEXT);
        assertThat(step.next().data()).isEqualTo(Map.of("b", "3"));
        assertThat(step.next().state()).hasValue("A");
        Step empty = LIVE.apply(change().replaceData(Map.of()).build(), CONTEXT);
        assertThat(empty.next().data()).isEmpty();
        assertThat(empty.next().isGone()).isFalse();
    }

    @Test
    void withoutStateAndDataItIsGone() {
        for (Mutation mutation : List.of(
                change().clearState().replaceData(Map.of()).build(),
                change().clearState().remove("a").remove("b").build())) {
            Step step = LIVE.apply(mutation, CONTEXT);
            assertThat(step.next()).isEqualTo(StoredConversation.none());
            assertThat(step.next().isGone()).isTrue();
            assertThat(step.next().isTombstone()).isFalse();
            assertThat(step.outcome())
                    .isEqualTo(
                            Applied.of(Optional.of("A"), Optional.empty(), 7, 0).timed(Optional.empty(), TIME));
        }
    }

    @Test
    void emptyMutationCreatesNothing() {
        for (Mutation mutation : List.of(
                change().build(),
                change().persist().build(),
                change().remove("a").build(),
                change().clearState().build())) {
            Step step = StoredConversation.none().apply(mutation, CONTEXT);
            assertThat(step.next().isGone()).isTrue();
            assertThat(step.outcome())
                    .isEqualTo(
                            Applied.of(Optional.empty(), Optional.empty(), 0, 0).timed(Optional.empty(), TIME));
        }
    }

    @Test
    void fenceAndEventsOutliveStateAndData() {
        Step step = FENCED.apply(change().clearState().replaceData(Map.of()).build(), CONTEXT);
        assertThat(step.next().isTombstone()).isTrue();
        assertThat(step.next().isGone()).isFalse();
        assertThat(step.next().fencingToken()).isEqualTo(5);
        assertThat(step.next().events().contains(10)).isTrue();
        assertThat(applied(step).version()).isEqualTo(8);
        assertThat(step.next().snapshot(TIME).state()).isEmpty();
        assertThat(step.next().snapshot(TIME).data()).isEmpty();
        assertThat(step.next().snapshot(TIME).version()).isEqualTo(8);
        refused(step.next(), change().state("B").fencingToken(4).build(), Fenced.of(5));
        assertThat(step.next()
                        .apply(change().state("B").build(), CONTEXT)
                        .next()
                        .fencingToken())
                .isEqualTo(5);
    }

    @Test
    void fenceOrEventAloneMakesATombstone() {
        assertThat(StoredConversation.none()
                        .apply(change().fencingToken(3).build(), CONTEXT)
                        .next()
                        .isTombstone())
                .isTrue();
        Step event = StoredConversation.none().apply(change().eventId(0).build(), CONTEXT);
        assertThat(event.next().isTombstone()).isTrue();
        assertThat(applied(event).version()).isEqualTo(NOW);
    }

    @Test
    void lowerTokenIsFenced() {
        refused(FENCED, change().state("B").fencingToken(4).build(), Fenced.of(5));
        assertThat(FENCED.apply(change().fencingToken(5).build(), CONTEXT)
                        .next()
                        .fencingToken())
                .isEqualTo(5);
        assertThat(FENCED.apply(change().fencingToken(6).build(), CONTEXT)
                        .next()
                        .fencingToken())
                .isEqualTo(6);
        assertThat(FENCED.apply(change().build(), CONTEXT).next().fencingToken())
                .isEqualTo(5);
    }

    @Test
    void appliedEventIsADuplicate() {
        refused(FENCED, change().state("B").eventId(10).build(), Duplicate.of(FENCED.snapshot(TIME)));
        Step next = FENCED.apply(change().eventId(9).build(), CONTEXT);
        assertThat(next.next().events().contains(9)).isTrue();
        assertThat(next.next().events().contains(10)).isTrue();
    }

    @Test
    void versionMustBeTheExpectedOne() {
        for (long wrong : new long[] {0, 6, 8, Long.MAX_VALUE}) {
            refused(LIVE, change().state("B").expectVersion(wrong).build(), Conflict.of(LIVE.snapshot(TIME)));
        }
        applied(LIVE.apply(change().expectVersion(7).build(), CONTEXT));
        refused(StoredConversation.none(), change().state("B").expectVersion(1).build(), Conflict.of(Snapshot.none()));
        applied(StoredConversation.none()
                .apply(change().state("B").expectVersion(0).build(), CONTEXT));
    }

    @Test
    void stateMustBeTheExpectedOne() {
        refused(LIVE, change().expectState("B").build(), Conflict.of(LIVE.snapshot(TIME)));
        refused(LIVE, change().expectNoState().build(), Conflict.of(LIVE.snapshot(TIME)));
        refused(StoredConversation.none(), change().expectState("").build(), Conflict.of(Snapshot.none()));
        applied(LIVE.apply(change().expectState("A").build(), CONTEXT));
        applied(StoredConversation.none().apply(change().expectNoState().build(), CONTEXT));
    }

    @Test
    void firstFailedConditionDecides() {
        refused(
                FENCED,
                change().fencingToken(4)
                        .eventId(10)
                        .expectVersion(1)
                        .expectState("B")
                        .build(),
                Fenced.of(5));
        refused(
                FENCED,
                change().fencingToken(5)
                        .eventId(10)
                        .expectVersion(1)
                        .expectState("B")
                        .build(),
                Duplicate.of(FENCED.snapshot(TIME)));
        refused(
                FENCED,
                change().fencingToken(6)
                        .eventId(11)
                        .expectVersion(1)
                        .expectState("A")
                        .build(),
                Conflict.of(FENCED.snapshot(TIME)));
        refused(
                FENCED,
                change().fencingToken(6)
                        .eventId(11)
                        .expectVersion(7)
                        .expectState("B")
                        .build(),
                Conflict.of(FENCED.snapshot(TIME)));
    }

    @Test
    void theStateIsAsOldAsItIsAndTheWriteAsYoung() {
        StoredConversation begun = StoredConversation.none()
                .apply(change().state("A").build(), CONTEXT)
                .next();
        Instant later = TIME.plusSeconds(5);
        for (Mutation.Builder same : List.of(change(), change().state("A"), change().put("a", "1"))) {
            StoredConversation next =
                    begun.apply(same.build(), at(later).build()).next();
            assertThat(next.since()).hasValue(TIME);
            assertThat(next.touched()).hasValue(later);
        }
        for (Mutation.Builder other :
                List.of(change().state("B"), change().clearState().put("a", "1"))) {
            Step step = begun.apply(other.build(), at(later).build());
            assertThat(step.next().since()).hasValue(later);
            assertThat(applied(step).previousSince()).hasValue(TIME);
            assertThat(applied(step).at()).hasValue(later);
        }
    }

    @Test
    void aClockThatIsSetBackMakesNoStateYounger() {
        StoredConversation aged = StoredConversation.none()
                .apply(change().state("A").build(), CONTEXT)
                .next()
                .apply(change().build(), later(Duration.ofMinutes(10)))
                .next();
        Instant back = TIME.minus(Duration.ofDays(1));
        StoredConversation next = aged.apply(change().build(), at(back).build()).next();
        assertThat(next.touched()).hasValue(back);
        assertThat(next.since()).hasValue(back.minus(Duration.ofMinutes(10)));
    }

    @Test
    void aStateThatIsCarriedOverIsAsOldAsItIsSaidToBe() {
        StoredConversation begun = StoredConversation.none()
                .apply(change().state("A").build(), CONTEXT)
                .next();
        Instant earlier = TIME.minus(Duration.ofDays(3));
        for (StoredConversation before : List.of(StoredConversation.none(), begun)) {
            for (Mutation.Builder set :
                    List.of(change().state("A"), change().clearState().put("a", "1"))) {
                Step step = before.apply(set.since(earlier).build(), CONTEXT);
                assertThat(step.next().since()).hasValue(earlier);
                assertThat(step.next().touched()).hasValue(TIME);
                assertThat(step.next()
                                .apply(change().put("b", "1").build(), later(Duration.ofMinutes(10)))
                                .next()
                                .since())
                        .hasValue(earlier);
                Step early = before.apply(set.since(TIME.plusSeconds(1)).build(), CONTEXT);
                assertThat(early.next().since()).hasValue(TIME);
            }
        }
    }

    @Test
    void aTombstoneHasTimesToo() {
        StoredConversation tombstone = FENCED.apply(
                        change().clearState().replaceData(Map.of()).build(), CONTEXT)
                .next();
        assertThat(tombstone.since()).hasValue(TIME);
        assertThat(tombstone.touched()).hasValue(TIME);
    }

    @Test
    void attributesStandApartFromTheData() {
        StoredConversation with = LIVE.apply(
                        change().attribute("flow", "1").attribute("schema", "2").build(), CONTEXT)
                .next();
        assertThat(with.attributes()).isEqualTo(Map.of("flow", "1", "schema", "2"));
        assertThat(with.data()).isEqualTo(LIVE.data());
        StoredConversation replaced = with.apply(
                        change().replaceData(Map.of("flow", "3"))
                                .removeAttribute("schema")
                                .build(),
                        CONTEXT)
                .next();
        assertThat(replaced.attributes()).isEqualTo(Map.of("flow", "1"));
        assertThat(replaced.data()).isEqualTo(Map.of("flow", "3"));
        assertThat(replaced.snapshot(TIME).attributes()).isEqualTo(Map.of("flow", "1"));
    }

    @Test
    void attributesAndDeadlineGoWithStateAndData() {
        Mutation.Builder both = change().attribute("flow", "1").deadline(TIME.plusSeconds(1));
        assertThat(StoredConversation.none().apply(both.build(), CONTEXT).next())
                .isEqualTo(StoredConversation.none());
        StoredConversation tombstone = StoredConversation.none()
                .apply(both.eventId(1).build(), CONTEXT)
                .next();
        assertThat(tombstone.attributes()).isEmpty();
        assertThat(tombstone.deadline()).isEmpty();
        StoredConversation cleared = FENCED.apply(
                        change().attribute("flow", "1")
                                .deadline(TIME.plusSeconds(1))
                                .build(),
                        CONTEXT)
                .next()
                .apply(change().clearState().replaceData(Map.of()).build(), CONTEXT)
                .next();
        assertThat(cleared.isTombstone()).isTrue();
        assertThat(cleared.attributes()).isEmpty();
        assertThat(cleared.deadline()).isEmpty();
    }

    @Test
    void theDeadlineIsKeptSetOrCleared() {
        StoredConversation due = LIVE.apply(
                        change().deadline(TIME.plusSeconds(60)).build(), CONTEXT)
                .next();
        assertThat(due.deadline()).hasValue(TIME.plusSeconds(60));
        assertThat(due.apply(change().state("B").build(), CONTEXT).next().deadline())
                .hasValue(TIME.plusSeconds(60));
        assertThat(due.apply(change().deadline(TIME.plusSeconds(30)).build(), CONTEXT)
                        .next()
                        .deadline())
                .hasValue(TIME.plusSeconds(30));
        assertThat(due.apply(change().clearDeadline().build(), CONTEXT).next().deadline())
                .isEmpty();
    }

    @Test
    void onlyWhatIsOutlivedHasAnEnd() {
        Instant end = TIME.plus(TTL);
        Mutation.Builder write = change().state("A");
        assertThat(LIVE.apply(write.build(), later(Duration.ZERO)).next().end()).isEmpty();
        assertThat(LIVE.apply(write.build(), later(Duration.ZERO)).timeToLive()).hasValue(TTL);
        Step outlived = FENCED.apply(write.build(), later(Duration.ZERO));
        assertThat(outlived.next().end()).hasValue(end);
        assertThat(outlived.timeToLive()).hasValue(WriteContext.DEFAULT_TOMBSTONE_TTL);
        Step longer = FENCED.apply(write.ttl(WriteContext.DEFAULT_TOMBSTONE_TTL).build(), later(Duration.ZERO));
        assertThat(longer.next().end()).isEmpty();
        assertThat(longer.timeToLive()).hasValue(WriteContext.DEFAULT_TOMBSTONE_TTL);
        Step forEver = FENCED.apply(change().persist().build(), later(Duration.ZERO));
        assertThat(forEver.next().end()).isEmpty();
        assertThat(forEver.timeToLive()).isEmpty();
    }

    @Test
    void theEndLeavesWhatOutlivesIt() {
        StoredConversation live = FENCED.apply(
                        change().attribute("flow", "1")
                                .deadline(TIME.plusSeconds(1))
                                .build(),
                        later(Duration.ZERO))
                .next();
        assertThat(live.snapshot(TIME.plus(TTL).minusMillis(1)).state()).hasValue("A");
        assertThat(live.snapshot(TIME.plus(TTL).minusMillis(1)).hasEnded()).isFalse();
        Snapshot ended = live.snapshot(TIME.plus(TTL));
        assertThat(ended)
                .isEqualTo(Snapshot.builder()
                        .version(live.version() + 1)
                        .events(live.events())
                        .since(live.end())
                        .touched(live.end())
                        .ended(true)
                        .build());
        refusedLater(live, change().state("B").fencingToken(4).build(), Fenced.of(5));
        refusedLater(live, change().state("B").eventId(10).build(), Duplicate.of(ended));
        refusedLater(live, change().state("B").expectVersion(live.version()).build(), Conflict.of(ended));
        refusedLater(live, change().state("B").expectVersion(0).build(), Conflict.of(ended));
        refusedLater(live, change().state("B").expectState("A").build(), Conflict.of(ended));
        Step again = live.apply(
                change().put("b", "2")
                        .expectNoState()
                        .expectVersion(ended.version())
                        .build(),
                later(TTL));
        assertThat(applied(again).previousState()).isEmpty();
        assertThat(applied(again).previousVersion()).isEqualTo(ended.version());
        assertThat(again.next().data()).isEqualTo(Map.of("b", "2"));
        assertThat(again.next().attributes()).isEmpty();
        assertThat(again.next().deadline()).isEmpty();
        assertThat(again.next().since()).isEqualTo(live.end());
        assertThat(again.next().fencingToken()).isEqualTo(5);
        assertThat(again.next().events()).isEqualTo(live.events());
        assertThat(again.next().snapshot(TIME.plus(TTL)).hasEnded()).isFalse();
    }

    private static void refusedLater(StoredConversation before, Mutation mutation, Outcome outcome) {
        Step step = before.apply(mutation, later(TTL));
        assertThat(step.outcome()).isEqualTo(outcome);
        assertThat(step.next()).isSameAs(before);
    }

    /** No write gets the version of the end, whether or not the end has passed by the writer's clock. */
    @Test
    void noWriteHasTheVersionOfTheEnd() {
        StoredConversation live =
                FENCED.apply(change().build(), later(Duration.ZERO)).next();
        long end = live.snapshot(TIME.plus(TTL)).version();
        long before = applied(live.apply(change().state("B").build(), later(TTL.minusMillis(1))))
                .version();
        long after =
                applied(live.apply(change().state("C").build(), later(TTL))).version();
        assertThat(before).isGreaterThan(end);
        assertThat(after).isGreaterThan(end);
    }

    @Test
    void dataIsCopiedAndFixed() {
        Map<String, String> mine = new LinkedHashMap<>(Map.of("a", "1"));
        StoredConversation conversation =
                StoredConversation.builder().data(mine).version(1).build();
        Snapshot snapshot = Snapshot.builder().data(mine).version(1).build();
        mine.put("b", "2");
        assertThat(conversation.data()).isEqualTo(Map.of("a", "1"));
        assertThat(snapshot.data()).isEqualTo(Map.of("a", "1"));
        assertThatThrownBy(() -> conversation.data().put("c", "3")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> snapshot.data().put("c", "3")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> conversation.snapshot(TIME).data().clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void dataIsSerializedLikeTheMapsOfTheJdk() throws Exception {
        Map<String, String> data = LIVE.apply(change().put("c", "3").remove("a").build(), CONTEXT)
                .next()
                .data();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(data);
        }
        assertThat(bytes.toString(ISO_8859_1)).doesNotContain("botfsm");
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat((Map<?, ?>) in.readObject()).isEqualTo(data).isUnmodifiable();
        }
    }

    @Test
    void valuesAreNotPrinted() {
        StoredConversation secret = StoredConversation.builder()
                .state(Optional.of("A"))
                .data(Map.of("card", "4111"))
                .version(1)
                .fencingToken(2)
                .build();
        assertThat(secret.toString()).contains("A", "card", "1", "2").doesNotContain("4111");
        assertThat(secret.snapshot(TIME).toString()).contains("A", "card").doesNotContain("4111");
    }
}
