package io.botfsm.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.Claim;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClaimsTest {
    private final Claims claims = new Claims("owner");

    /** Snapshots and checkpoints make copies of a process, with the same owner. */
    @Test
    void ofACopyOfTheProcessAreNotItsOwn() {
        Claims copys = new Claims("owner");
        Claim held = copys.next();

        assertThat(claims.gaveUp(held)).isFalse();
        assertThat(claims.next()).isNotEqualTo(held);
    }

    @Test
    void areItsOwnOnceItHasGivenThemUp() {
        Claim claim = claims.next();
        assertThat(claims.gaveUp(claim)).isFalse();
        claims.giveUp(claim);

        assertThat(claims.gaveUp(claim)).isTrue();
    }

    @Test
    void areDrawnEach() {
        Set<Claim> drawn = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            drawn.add(claims.next());
        }
        assertThat(drawn).hasSize(1_000);
        assertThat(Claims.owner(claims.next())).isEqualTo("owner");
    }
}
