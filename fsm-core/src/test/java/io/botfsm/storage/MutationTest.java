package io.botfsm.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.internal.text.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class MutationTest {
    private static final Instant DUE = Instant.parse("2026-11-29T12:00:00Z");
    private static final String HALF = "half \ud83e pair";

    private static Mutation.Builder change() {
        return Mutation.builder();
    }

    private static void refused(String named, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(named);
    }

    @Test
    void emptyMutationChangesAndExpectsNothing() {
        Mutation empty = change().build();
        assertThat(empty.changesState()).isFalse();
        assertThat(empty.state()).isEmpty();
        assertThat(empty.since()).isEmpty();
        assertThat(empty.replacesData()).isFalse();
        assertThat(empty.puts()).isEmpty();
        assertThat(empty.removals()).isEmpty();
        assertThat(empty.attributes()).isEmpty();
        assertThat(empty.attributeRemovals()).isEmpty();
        assertThat(empty.changesDeadline()).isFalse();
        assertThat(empty.deadline()).isEmpty();
        assertThat(empty.fencingToken()).isEmpty();
        assertThat(empty.eventId()).isEmpty();
        assertThat(empty.expectedVersion()).isEmpty();
        assertThat(empty.expectsState()).isFalse();
        assertThat(empty.expectedState()).isEmpty();
        assertThat(empty.ttl()).isEmpty();
        assertThat(empty.persists()).isFalse();
        assertThat(empty.carriesOver()).isFalse();
    }

    @Test
    void everythingSetComesBackAlsoThroughToBuilder() {
        Mutation patch = change().state("B")
                .put("a", "1")
                .remove("b")
                .attribute("flow", "2")
                .removeAttribute("schema")
                .deadline(DUE)
                .fencingToken(3)
                .eventId(4)
                .expectVersion(5)
                .expectState("A")
                .ttl(Duration.ofSeconds(6))
                .build();
        for (Mutation m : new Mutation[] {patch, patch.toBuilder().build()}) {
            assertThat(m.changesState()).isTrue();
            assertThat(m.state()).hasValue("B");
            assertThat(m.puts()).isEqualTo(Map.of("a", "1"));
            assertThat(m.removals()).containsExactly("b");
            assertThat(m.attributes()).isEqualTo(Map.of("flow", "2"));
            assertThat(m.attributeRemovals()).containsExactly("schema");
            assertThat(m.changesDeadline()).isTrue();
            assertThat(m.deadline()).hasValue(DUE);
            assertThat(m.fencingToken()).hasValue(3);
            assertThat(m.eventId()).hasValue(EventId.of(4));
            assertThat(m.expectedVersion()).hasValue(5);
            assertThat(m.expectsState()).isTrue();
            assertThat(m.expectedState()).hasValue("A");
            assertThat(m.ttl()).hasValue(Duration.ofSeconds(6));
        }
        Mutation whole = change().clearState()
                .replaceData(Map.of("a", "1"))
                .clearDeadline()
                .expectNoState()
                .persist()
                .since(DUE)
                .carryOver()
                .build();
        for (Mutation m : new Mutation[] {whole, whole.toBuilder().build()}) {
            assertThat(m.changesState()).isTrue();
            assertThat(m.state()).isEmpty();
            assertThat(m.replacesData()).isTrue();
            assertThat(m.puts()).isEqualTo(Map.of("a", "1"));
            assertThat(m.expectsState()).isTrue();
            assertThat(m.expectedState()).isEmpty();
            assertThat(m.persists()).isTrue();
            assertThat(m.since()).hasValue(DUE);
            assertThat(m.carriesOver()).isTrue();
            assertThat(m.changesDeadline()).isTrue();
            assertThat(m.deadline()).isEmpty();
        }
    }

    @Test
    void contradictionsAreRefusedByName() {
        refused("B", () -> change().clearState().state("B"));
        refused("B", () -> change().state("B").clearState());
        refused("a", () -> change().put("a", "1").remove("a"));
        refused("a", () -> change().remove("a").put("a", "1"));
        refused("a", () -> change().replaceData(Map.of("b", "1")).put("a", "1"));
        refused("a", () -> change().replaceData(Map.of()).remove("a"));
        refused("a", () -> change().put("a", "1").replaceData(Map.of("b", "1")));
        refused("a", () -> change().remove("a").replaceData(Map.of("b", "1")));
        refused("1970-01-01", () -> change().since(Instant.EPOCH));
        refused("since(", () -> change().since(DUE).build());
        refused("A", () -> change().expectNoState().expectState("A"));
        refused("A", () -> change().expectState("A").expectNoState());
        refused("a", () -> change().attribute("a", "1").removeAttribute("a"));
        refused("a", () -> change().removeAttribute("a").attribute("a", "1"));
        refused(DUE.toString(), () -> change().clearDeadline().deadline(DUE));
        refused(DUE.toString(), () -> change().deadline(DUE).clearDeadline());
        refused("ttl(PT5S)", () -> change().persist().ttl(Duration.ofSeconds(5)));
        refused("ttl(PT5S)", () -> change().ttl(Duration.ofSeconds(5)).persist());
    }

    @Test
    void saidTwiceTheLastCounts() {
        Mutation m = change().state("A")
                .state("B")
                .put("a", "1")
                .put("a", "2")
                .expectState("C")
                .expectState("D")
                .build();
        assertThat(m.state()).hasValue("B");
        assertThat(m.puts()).isEqualTo(Map.of("a", "2"));
        assertThat(m.expectedState()).hasValue("D");
        assertThat(change().replaceData(Map.of("a", "1"))
                        .replaceData(Map.of("b", "2"))
                        .build()
                        .puts())
                .isEqualTo(Map.of("b", "2"));
    }

    @Test
    void numbersHaveBounds() {
        for (long token : new long[] {0, -1, Mutation.MAX_FENCE + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            refused(Long.toString(token), () -> change().fencingToken(token));
        }
        assertThat(change().fencingToken(Mutation.MAX_FENCE).build().fencingToken())
                .hasValue((1L << 53) - 1);
        assertThat(change().fencingToken(1).build().fencingToken()).hasValue(1);
        refused("-1", () -> change().eventId(-1));
        refused("-1", () -> change().confirmEvent(-1));
        assertThat(change().confirmEvent(5).build().eventId()).hasValue(EventId.of(5));
        assertThat(change().eventId(0).build().eventId()).hasValue(EventId.of(0));
        assertThat(change().eventId(EventId.of("a", 1)).build().eventId()).hasValue(EventId.of("a", "1"));
        refused("-1", () -> change().expectVersion(-1));
        assertThat(change().expectVersion(0).build().expectedVersion()).hasValue(0);
    }

    @Test
    void timeToLiveHasBoundsAndIsRoundedUp() {
        for (Duration wrong : new Duration[] {
            Duration.ZERO,
            Duration.ofNanos(-1),
            Duration.ofDays(-1),
            Mutation.MAX_TTL.plusNanos(1),
            Duration.ofSeconds(Long.MAX_VALUE)
        }) {
            refused(wrong.toString(), () -> change().ttl(wrong));
        }
        assertThat(change().ttl(Duration.ofNanos(1)).build().ttl()).hasValue(Duration.ofMillis(1));
        assertThat(change().ttl(Duration.ofNanos(1_000_001)).build().ttl()).hasValue(Duration.ofMillis(2));
        assertThat(change().ttl(Duration.ofMillis(2)).build().ttl()).hasValue(Duration.ofMillis(2));
        assertThat(change().ttl(Mutation.MAX_TTL).build().ttl()).hasValue(Mutation.MAX_TTL);
    }

    @Test
    void deadlineHasBoundsAndIsRoundedUp() {
        for (Instant wrong : new Instant[] {
            Instant.EPOCH, Instant.EPOCH.minusNanos(1), Instant.MIN, Mutation.MAX_DEADLINE.plusNanos(1), Instant.MAX
        }) {
            refused(wrong.toString(), () -> change().deadline(wrong));
        }
        for (int nanos : new int[] {1, 5_000_000, 10_000_000}) {
            assertThat(change().deadline(Instant.EPOCH.plusNanos(nanos)).build().deadline())
                    .hasValue(Instant.ofEpochMilli(10));
        }
        assertThat(change().deadline(Instant.EPOCH.plusNanos(10_000_001))
                        .build()
                        .deadline())
                .hasValue(Instant.ofEpochMilli(20));
        assertThat(change().deadline(Mutation.MAX_DEADLINE).build().deadline()).hasValue(Mutation.MAX_DEADLINE);
        assertThat(Mutation.MAX_DEADLINE).isAfter(Instant.parse("2144-01-01T00:00:00Z"));
    }

    @Test
    void namesOfAttributesAreShortAndPlain() {
        for (String wrong : new String[] {"", " ", "a b", "é", ":a", "a/b", "n".repeat(65), "a\n"}) {
            refused("not " + Text.field(wrong), () -> change().attribute(wrong, "1"));
            refused("not " + Text.field(wrong), () -> change().removeAttribute(wrong));
        }
        for (String name : new String[] {"a", "A.b_c-9", "n".repeat(64)}) {
            assertThat(change().attribute(name, "").build().attributes()).containsOnlyKeys(name);
            assertThat(change().removeAttribute(name).build().attributeRemovals())
                    .containsExactly(name);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> change().attribute("a", "secret \ud83e"))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    }

    @Test
    void overrideStandsAboveTheStandard() {
        Optional<Duration> standard = Optional.of(Duration.ofDays(1));
        assertThat(change().build().ttl(standard)).isEqualTo(standard);
        assertThat(change().build().ttl(Optional.empty())).isEmpty();
        assertThat(change().ttl(Duration.ofHours(1)).build().ttl(standard)).hasValue(Duration.ofHours(1));
        assertThat(change().persist().build().ttl(standard)).isEmpty();
    }

    @Test
    void halfSurrogatePairsAreRefused() {
        refused("U+D83E", () -> change().state(HALF));
        refused("U+D83E", () -> change().expectState(HALF));
        refused("data name", () -> change().put(HALF, "1"));
        refused("data name", () -> change().remove(HALF));
        refused("secret name", () -> change().put("secret name", HALF));
        refused("data name", () -> change().replaceData(Map.of(HALF, "1")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> change().put("a", "\"4111 \ud83e\""))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("4111"));
        assertThat(change().put("\ud83e\udd8a", "\"\ud83e\udd8a\"").build().puts())
                .hasSize(1);
    }

    @Test
    void messagesStayOnOneLine() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> change().remove("a\nb").put("a\nb", "1"))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void tooManyEntriesAreRefused() {
        Mutation.Builder puts = change();
        Mutation.Builder removals = change();
        for (int i = 0; i < Mutation.MAX_ENTRIES; i++) {
            puts.put("n" + i, "1");
            removals.remove("n" + i);
        }
        Mutation full = puts.build();
        assertThat(full.puts()).hasSize(Mutation.MAX_ENTRIES);
        assertThat(removals.build().removals()).hasSize(Mutation.MAX_ENTRIES);
        refused("100001", () -> puts.put("one more", "1").build());
        refused("100001", () -> removals.put("one more", "1").build());
        refused("100001", () -> full.toBuilder().attribute("more", "1").build());
        refused("100001", () -> full.toBuilder().removeAttribute("more").build());
    }

    @Test
    void tooManyCharactersAreRefused() {
        String most = "x".repeat(Mutation.MAX_CHARACTERS - 1);
        assertThat(change().put("a", most).build().puts()).hasSize(1);
        refused(
                Integer.toString(Mutation.MAX_CHARACTERS + 1),
                () -> change().put("ab", most).build());
        refused(
                Integer.toString(Mutation.MAX_CHARACTERS + 1),
                () -> change().put("a", most).remove("b").build());
        refused(
                Integer.toString(Mutation.MAX_CHARACTERS + 1),
                () -> change().put("a", most).state("B").build());
        refused(
                Integer.toString(Mutation.MAX_CHARACTERS + 1),
                () -> change().put("a", most).attribute("b", "").build());
        refused(
                Integer.toString(Mutation.MAX_CHARACTERS + 1),
                () -> change().put("a", most).removeAttribute("b").build());
        refused(
                Integer.toString(Mutation.MAX_CHARACTERS + 1),
                () -> change().put("a", most).expectState("B").build());
    }

    @Test
    void builtMutationIsFixed() {
        Mutation.Builder builder = change().put("a", "1").remove("b");
        Mutation built = builder.build();
        builder.put("c", "3").remove("d").state("B");
        assertThat(built.puts()).isEqualTo(Map.of("a", "1"));
        assertThat(built.removals()).containsExactly("b");
        assertThat(built.changesState()).isFalse();
        assertThatThrownBy(() -> built.puts().put("x", "1")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> built.removals().add("x")).isInstanceOf(UnsupportedOperationException.class);
        Map<String, String> mine = new LinkedHashMap<>(Map.of("a", "1"));
        Mutation replaced = change().replaceData(mine).build();
        mine.put("b", "2");
        assertThat(replaced.puts()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void whatIsFixedIsNotCopiedAgain() {
        Mutation first = change().put("a", "1").put("b", "2").build();
        assertThat(first.toBuilder().fencingToken(1).build().puts()).isSameAs(first.puts());
        Mutation whole = change().replaceData(first.puts()).build();
        StoredConversation stored = StoredConversation.none()
                .apply(
                        whole,
                        WriteContext.at(StorageKey.bot(1).chat(2).user(3).build(), Instant.EPOCH)
                                .firstVersion(1)
                                .build())
                .next();
        assertThat(stored.data()).isSameAs(whole.puts());
        assertThat(stored.snapshot(Instant.EPOCH).data()).isSameAs(stored.data());
    }

    @Test
    void valuesAreNotPrinted() {
        assertThat(change().state("A")
                        .put("card", "4111")
                        .remove("old")
                        .attribute("flow", "5222")
                        .deadline(DUE)
                        .fencingToken(3)
                        .build()
                        .toString())
                .contains("state=A", "card", "old", "flow", DUE.toString(), "3")
                .doesNotContain("4111", "5222");
        assertThat(change().replaceData(Map.of("card", "4111"))
                        .clearState()
                        .persist()
                        .build()
                        .toString())
                .contains("(clear)", "replace=[card]", "ttl=(none)")
                .doesNotContain("4111");
    }
}
