package io.botfsm.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.transition.Transition;
import io.botfsm.transition.TransitionRefusedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text from users cannot forge another part of a log line or message. */
class TextTest {
    /** A state or an id that imitates further parts of the line. */
    private static final String FORGED = "3 user=4\n\u0085\u2028\u202e\u200b\" state=\\";

    private static final String ESCAPED = "\"3 user=4\\u000a\\u0085\\u2028\\u202e\\u200b\\\" state=\\\\\"";

    @ParameterizedTest
    @ValueSource(strings = {"1", "-100123", "Onboarding:NAME", "a_b.c@d/e+f#g%h", "имя", "名前"})
    void plainTextIsAField(String text) {
        assertThat(Text.field(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "a b,\"a b\"",
                "a=b,\"a=b\"",
                "(none),\"(none)\"",
                "'a,b','\"a,b\"'",
                "a\"b,\"a\\\"b\"",
                "a\\b,\"a\\\\b\"",
                "'',\"\"",
                "a\u00a0b,\"a\u00a0b\"",
                "[a],\"[a]\"",
                "→,\"→\""
            })
    void anyOtherIsQuoted(String text, String field) {
        assertThat(Text.field(text)).isEqualTo(field);
    }

    @Test
    void whatDoesNotShowIsEscaped() {
        assertThat(Text.field(FORGED)).isEqualTo(ESCAPED);
        assertThat(Text.printable("\udb40\udc41\ud83d\ude00\ud83d")).isEqualTo("\\udb40\\udc41\ud83d\ude00\\ud83d");
    }

    static Stream<Object> printed() {
        Snapshot snapshot = Snapshot.builder()
                .state(Optional.of(FORGED))
                .data(Map.of(FORGED, "1"))
                .version(7)
                .build();
        StorageKey key = StorageKey.bot(1).chat(2).user(FORGED).build();
        Optional<String> state = Optional.of(FORGED);
        return Stream.of(
                key,
                snapshot,
                StoredConversation.builder()
                        .state(state)
                        .data(Map.of(FORGED, "1"))
                        .version(7)
                        .build(),
                Applied.of(state, Optional.of("(none)"), 1, 2),
                Transition.of(StorageKey.bot(1).chat(2).user(3).build(), state, Optional.empty()),
                new TransitionRefusedException(StorageKey.bot(1).chat(2).user(3).build(), state, Optional.empty()),
                Mutation.builder().state(FORGED).remove("a").build(),
                Mutation.builder().put(FORGED, "1").build(),
                Mutation.builder().remove(FORGED).expectState("(none)").build());
    }

    @ParameterizedTest
    @MethodSource
    void printed(Object value) {
        assertThat(value.toString()).contains(ESCAPED).doesNotContain(FORGED);
    }

    @Test
    void fieldsAreAList() {
        assertThat(Text.fields(List.of("a", "b, c"))).isEqualTo("[a, \"b, c\"]");
        assertThat(Text.field(Optional.empty(), "(none)")).isEqualTo("(none)");
        assertThat(Text.field(Optional.of("(none)"), "(none)")).isEqualTo("\"(none)\"");
    }
}
