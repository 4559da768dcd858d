package io.botfsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a conversation is due. */
class TurnTimeoutTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
    private final Fsm fsm = Fsm.builder(new FsmTestStorage()).clock(() -> NOW).build();

    private Optional<Instant> deadline() {
        return fsm.context(key).read().snapshot().deadline();
    }

    @Test
    void isCountedByTheClockAndKeptWithinTheState() {
        Handled<Optional<Instant>> handled = fsm.handle(
                key,
                1,
                turn -> turn.state("ASKED")
                        .timeout(Duration.ofMinutes(30))
                        .snapshot()
                        .deadline());
        assertThat(deadline()).contains(NOW.plusSeconds(1800));
        assertThat(handled.orElse(now -> Optional.empty())).isEqualTo(deadline());
        assertThat(handled.now().snapshot().deadline()).isEqualTo(deadline());
        fsm.handle(key, 2, turn -> turn.put("a", 1).state("ASKED"));
        assertThat(deadline()).contains(NOW.plusSeconds(1800));
        fsm.handle(key, turn -> turn.timeout(Duration.ofSeconds(1)));
        assertThat(deadline()).contains(NOW.plusSeconds(1));
    }

    @Test
    void leavingTheStateClearsItUnlessTheTurnSetsAnother() {
        fsm.handle(key, 1, turn -> turn.state("ASKED").timeout(Duration.ofMinutes(30)));
        fsm.handle(key, 2, turn -> turn.state("ANSWERED"));
        assertThat(deadline()).isEmpty();
        fsm.handle(key, 3, turn -> turn.timeout(Duration.ofMinutes(1)).state("NEXT"));
        assertThat(deadline()).contains(NOW.plusSeconds(60));
        fsm.handle(key, 4, turn -> turn.clearState().put("a", 1));
        assertThat(deadline()).isEmpty();
    }

    @Test
    void isClearedByHand() {
        fsm.handle(key, 1, turn -> turn.state("ASKED").timeout(Duration.ofMinutes(30)));
        fsm.handle(key, turn -> turn.clearTimeout());
        assertThat(deadline()).isEmpty();
    }

    @Test
    void oneThatCannotBeIsRefused() {
        for (Duration wait : List.of(Duration.ZERO, Duration.ofSeconds(-1), Mutation.MAX_TTL.plusMillis(1))) {
            assertThatThrownBy(() -> fsm.handle(key, 1, turn -> turn.timeout(wait)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(wait.toString());
        }
    }
}
