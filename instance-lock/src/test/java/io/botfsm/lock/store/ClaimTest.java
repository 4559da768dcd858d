package io.botfsm.lock.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ClaimTest {
    @Test
    void textRoundTrips() {
        for (String holder : List.of("", "host 7", "|", "a|b|", "\u0000\n", "\ud83e\udd8a", "x".repeat(10_000))) {
            Claim claim = new Claim("token", holder);
            assertThat(Claim.parse(claim.text())).isEqualTo(claim);
        }
        assertThat(new Claim("token", "holder").text()).isEqualTo("token|holder");
    }

    /** Another program may have written it; an operator must be able to inspect it nevertheless. */
    @Test
    void anyTextIsSomeClaim() {
        assertThat(Claim.parse("plain")).isEqualTo(new Claim("plain", ""));
        assertThat(Claim.parse("|a|b").holder()).isEmpty();
        assertThat(Claim.parse("").holder()).isEmpty();
    }

    @Test
    void impossiblePartsAreRefused() {
        for (String token : List.of("", "|", "a|b", "\ud83e")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Claim(token, "holder"))
                    .withMessageContaining("token of a claim");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Claim("token", "a\udd8a"))
                .withMessageContaining("holder of a claim");
    }
}
