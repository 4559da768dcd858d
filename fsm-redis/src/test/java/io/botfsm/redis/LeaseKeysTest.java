package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeaseKeysTest {
    private static String lease(String name) {
        return new LeaseKeys("lock").lease(name);
    }

    @Test
    void namesTheLeaseAndItsFenceWithOneHashTag() {
        assertThat(lease("onboarding-bot")).isEqualTo("lock:{onboarding-bot}");
        assertThat(new LeaseKeys("shop").leaseAndFence("бот").stream().map(key -> new String(key, UTF_8)))
                .containsExactly("shop:{бот}", "shop:{бот}:fence");
    }

    @Test
    void encodesWhatWouldMisleadAndWhatCannotBePrinted() {
        assertThat(lease("a:b{c}100%")).isEqualTo("lock:{a%3Ab%7Bc%7D100%25}");
        assertThat(lease("a\nb\u0000\u2028")).isEqualTo("lock:{a%0Ab%00%2028}");
        assertThat(lease("😀")).isEqualTo("lock:{😀}");
        assertThat(lease("\uD83D-")).isEqualTo("lock:{%D83D-}");
    }

    /** All combinations of three texts, some of which look like the encoding of others. */
    @Test
    void neverGivesTwoNamesOneKey() {
        List<String> parts = List.of(
                "1", ":", "%", "{", "}", "%3A", "%25", "::", "\n", "A", "\u0085", "\b", "5", "\u0000", "\uD83D",
                "\uDE00", "%D83D", ":fence");
        Map<String, String> taken = new HashMap<>();
        for (String a : parts) {
            for (String b : parts) {
                for (String c : parts) {
                    for (byte[] key : new LeaseKeys("lock").leaseAndFence(a + b + c)) {
                        String other = taken.put(new String(key, UTF_8), a + b + c);
                        assertThat(other == null || other.equals(a + b + c))
                                .as(new String(key, UTF_8))
                                .isTrue();
                    }
                }
            }
        }
    }
}
