package io.botfsm.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.LeaseRequest;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TokenFloorTest {
    private static final long OWN = TimeUnit.DAYS.toMicros(57 * 365); // some day in 2026
    private static final long YEAR = TimeUnit.DAYS.toMicros(365);
    private static final long IN_2112 = 1L << 52;

    private final TokenFloor floor = new TokenFloor();

    @Test
    void isAboveAllThatWasSeen() {
        assertThat(floor.least()).isZero();
        assertThat(floor.learn(OWN + 5, OWN)).isTrue();
        assertThat(floor.learn(OWN + 3, OWN)).isTrue();
        assertThat(floor.least()).isEqualTo(OWN + 6);
    }

    /** However wrong a clock is: the store's clock may be set to 1970 now, and have been set to 2100 before. */
    @Test
    void followsAnyClock() {
        assertThat(floor.learn(TimeUnit.DAYS.toMicros(130 * 365), 1)).isTrue();
        assertThat(floor.learn(IN_2112 - 1, OWN)).isTrue();
        assertThat(floor.least()).isEqualTo(IN_2112);
    }

    @Test
    void refusesWhatNoLeaseHasHad() {
        for (long seen : new long[] {IN_2112, IN_2112 + OWN, LeaseRequest.MAX_FENCING_TOKEN, Long.MAX_VALUE}) {
            assertThat(floor.learn(seen, OWN)).as("%d", seen).isFalse();
        }
        assertThat(floor.least()).isZero();
    }

    /** As after the year 2112. */
    @Test
    void followsTokensThatAreHighAlready() {
        long high = IN_2112 + 3 * YEAR;
        assertThat(floor.learn(high + YEAR, high)).isTrue();
        assertThat(floor.learn(high + YEAR + 1, high)).isFalse();
        assertThat(floor.least()).isEqualTo(high + YEAR + 1);
        assertThat(floor.learn(LeaseRequest.MAX_FENCING_TOKEN, LeaseRequest.MAX_FENCING_TOKEN - 1))
                .isTrue();
        assertThat(floor.least()).isEqualTo(LeaseRequest.MAX_FENCING_TOKEN);
    }
}
