package io.botfsm.memory;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.storage.UpdateInboxConformance;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

final class MemoryInboxConformanceTest extends UpdateInboxConformance
        implements Conformance.AdvancesTime, Conformance.Counts {
    private static final Instant START = Instant.parse("2026-11-29T12:00:00Z");

    private final AtomicLong nanos = new AtomicLong();
    private final List<MemoryStateStorage> opened = new ArrayList<>();

    @Override
    protected StateStorage open(Duration deadline) {
        MemoryStateStorage storage = MemoryStateStorage.builder()
                .ticker(nanos::get)
                .clock(() -> START.plusNanos(nanos.get()))
                .build();
        opened.add(storage);
        return storage;
    }

    @Override
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Override
    public long records() {
        return opened.stream().mapToLong(MemoryStateStorage::size).sum();
    }

    /** In memory nothing is unavailable or unreadable. */
    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(new Gap(13, Need.SPOILS), new Gap(13, Need.CUTS_OFF));
    }
}
