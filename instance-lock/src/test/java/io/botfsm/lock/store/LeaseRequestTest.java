package io.botfsm.lock.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.botfsm.lock.store.LeaseStore.Fences;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LeaseRequestTest {
    private static final Claim CLAIM = new Claim("token", "holder");

    private static LeaseRequest request(String name, Duration ttl, long floor) {
        return new LeaseRequest(name, CLAIM, ttl, floor, Fences.KEPT);
    }

    @Test
    void limitsThemselvesAreAccepted() {
        for (Duration ttl : List.of(Duration.ofMillis(1), Duration.ofSeconds(30), LeaseRequest.MAX_TTL)) {
            assertThatCode(() -> request("n", ttl, 0)).doesNotThrowAnyException();
        }
        for (long floor : new long[] {0, 1, LeaseRequest.MAX_FENCING_TOKEN}) {
            assertThatCode(() -> request("n", Duration.ofSeconds(1), floor)).doesNotThrowAnyException();
        }
        assertThat(LeaseRequest.MAX_FENCING_TOKEN).isEqualTo(9_007_199_254_740_991L);
    }

    @Test
    void impossibleTimesToLiveAreRefusedByValue() {
        for (Duration ttl : List.of(
                Duration.ZERO,
                Duration.ofMillis(-1),
                Duration.ofNanos(999_999),
                Duration.ofNanos(1_500_000),
                Duration.ofSeconds(1, 1),
                LeaseRequest.MAX_TTL.plusMillis(1),
                ChronoUnit.FOREVER.getDuration())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> request("n", ttl, 0))
                    .withMessageContaining("ttl")
                    .withMessageContaining(ttl.toString());
        }
    }

    @Test
    void impossibleFloorsAreRefusedByValue() {
        for (long floor : new long[] {-1, LeaseRequest.MAX_FENCING_TOKEN + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> request("n", Duration.ofSeconds(1), floor))
                    .withMessageContaining("floor")
                    .withMessageContaining(Long.toString(floor));
        }
    }

    @Test
    void nameIsSomeTextThatUtf8CanCarry() {
        assertThatCode(() -> request("\ud83e\udd8a :{}|%", Duration.ofSeconds(1), 0))
                .doesNotThrowAnyException();
        for (String name : List.of("", "\ud83e", "a\udd8a", "\udd8a\ud83e")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> request(name, Duration.ofSeconds(1), 0))
                    .withMessageContaining("name of a lease");
        }
    }

    @Test
    void otherFloorChangesNothingElse() {
        LeaseRequest request = new LeaseRequest("n", CLAIM, Duration.ofSeconds(1), 3, Fences.EXPIRING);
        assertThat(request.withFloor(7))
                .isEqualTo(new LeaseRequest("n", CLAIM, Duration.ofSeconds(1), 7, Fences.EXPIRING));
        assertThatIllegalArgumentException().isThrownBy(() -> request.withFloor(-1));
    }
}
