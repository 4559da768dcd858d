package io.botfsm.memory;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.storage.DeadlineQueueConformance;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

final class MemoryQueueConformanceTest extends DeadlineQueueConformance
        implements Conformance.AdvancesTime, Conformance.Counts {
    private static final Instant START = Instant.parse("2026-11-29T12:00:00Z");

    private final AtomicLong nanos = new AtomicLong();
    private final List<MemoryStateStorage> opened = new ArrayList<>();

    @Override
    protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
        MemoryStateStorage.Builder builder =
                MemoryStateStorage.builder().ticker(nanos::get).clock(() -> START.plusNanos(nanos.get()));
        ttl.ifPresent(builder::ttl);
        MemoryStateStorage storage = builder.build();
        opened.add(storage);
        return storage;
    }

    @Override
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Override
    public long records() {
        opened.forEach(MemoryStateStorage::cleanUp);
        return opened.stream().mapToLong(MemoryStateStorage::size).sum();
    }

    /** In memory nothing is unavailable, unreadable or lost. */
    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(new Gap(10, Need.FORGETS), new Gap(11, Need.SPOILS), new Gap(12, Need.CUTS_OFF));
    }
}
