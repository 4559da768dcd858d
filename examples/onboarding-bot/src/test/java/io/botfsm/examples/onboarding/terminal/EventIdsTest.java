package io.botfsm.examples.onboarding.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.EventId;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class EventIdsTest {
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00.000001Z");

    @Test
    void areMicrosecondsOfTheWallClock() {
        assertThat(new EventIds(InstantSource.fixed(NOW)).next()).isEqualTo(1_793_534_400_000_001L);
    }

    @Test
    void riseWhileTheClockStandsStill() {
        EventIds ids = new EventIds(InstantSource.fixed(NOW));
        long first = ids.next();

        assertThat(ids.next()).isEqualTo(first + 1);
    }

    @Test
    void riseAcrossRuns() {
        long before = new EventIds(InstantSource.fixed(NOW)).next();

        assertThat(new EventIds(InstantSource.fixed(NOW.plusMillis(1))).next()).isGreaterThan(before);
    }

    @Test
    void areEventIdsForCenturies() {
        Instant later = Instant.parse("2200-01-01T00:00:00Z");

        assertThat(new EventIds(InstantSource.fixed(later)).next()).isLessThan(EventId.MAX_COUNTED);
    }
}
