package io.botfsm.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventIdTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 731_904_211, EventId.MAX_COUNTED})
    void aNumberThatJsonKeepsExactIsCounted(long id) {
        assertThat(EventId.of(id).counted()).hasValue(id);
        assertThat(EventId.of(id).source()).isEmpty();
        assertThat(EventId.of(id)).isEqualTo(EventId.of(id)).hasSameHashCodeAs(EventId.of(id));
        assertThat(EventId.of(id)).isNotEqualTo(EventId.of(Long.toString(id)));
        assertThat(EventId.of(id)).hasToString(Long.toString(id));
    }

    @ParameterizedTest
    @ValueSource(longs = {EventId.MAX_COUNTED + 1, 1_175_928_847_299_117_063L, Long.MAX_VALUE})
    void aGreaterNumberIsTheTextOfItsDigits(long id) {
        assertThat(EventId.of(id).counted()).isEmpty();
        assertThat(EventId.of(id)).isEqualTo(EventId.of(Long.toString(id)));
    }

    @Test
    void aNumberOfANamedSourceIsTheTextOfItsDigits() {
        assertThat(EventId.of("payments", 7)).isEqualTo(EventId.of("payments", "7"));
        assertThat(EventId.of("payments", 7).counted()).isEmpty();
        assertThat(EventId.of("payments", 7))
                .isNotEqualTo(EventId.of("other", 7))
                .isNotEqualTo(EventId.of("7"));
    }

    @Test
    void theFingerprintIsTheHeadOfAHashOverSourceAndId() throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest("payments\0inv-7".getBytes(UTF_8));
        EventId id = EventId.of("payments", "inv-7");
        assertThat(id.fingerprint()).isEqualTo(Arrays.copyOf(hash, 6));
        id.fingerprint()[0]++;
        assertThat(id.fingerprint()).isEqualTo(Arrays.copyOf(hash, 6));
    }

    /** WhatsApp's ids hold the user's telephone number. */
    @Test
    void aTextIsNotPrinted() {
        assertThat(EventId.of("payments", "hunter2").toString())
                .startsWith("payments#")
                .doesNotContain("hunter2");
        assertThat(Mutation.builder().eventId(EventId.of("hunter2")).build().toString())
                .doesNotContain("hunter2");
    }

    @Test
    void impossibleIdsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> EventId.of(-1)).withMessageContaining("-1");
        assertThatIllegalArgumentException().isThrownBy(() -> EventId.of("")).withMessageContaining("empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventId.of("a", ""))
                .withMessageContaining("empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventId.of("half \ud83d"))
                .withMessageContaining("surrogate");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "a:b",
                "имя",
                "a\0",
                "0123456789012345678901234567890123456789012345678901234567890123x"
            })
    void impossibleSourcesAreRefused(String source) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventId.of(source, 1))
                .withMessageContaining("event source");
        assertThatIllegalArgumentException().isThrownBy(() -> EventId.of(source, "1"));
    }
}
