package io.botfsm.memory;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.storage.StateStorageConformance;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Runs the suite on the memory storage, with a clock that the suite advances. */
abstract class MemoryConformance extends StateStorageConformance
        implements Conformance.AdvancesTime, Conformance.Counts {
    /** The time of the ticker, which overflows after a day. */
    private final AtomicLong nanos =
            new AtomicLong(Long.MAX_VALUE - Duration.ofDays(1).toNanos());

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-29T12:00:00Z"));
    private final List<MemoryStateStorage> opened = new ArrayList<>();

    @Override
    protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
        MemoryStateStorage.Builder builder =
                MemoryStateStorage.builder().ticker(nanos::get).clock(now::get);
        ttl.ifPresent(builder::ttl);
        MemoryStateStorage storage = builder.build();
        opened.add(storage);
        return decorate(storage);
    }

    StateStorage decorate(MemoryStateStorage storage) {
        return storage;
    }

    @Override
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
        now.updateAndGet(before -> before.plus(time));
    }

    @Override
    public long records() {
        opened.forEach(MemoryStateStorage::cleanUp);
        return opened.stream().mapToLong(MemoryStateStorage::size).sum();
    }

    /** One process, one memory: nothing to share, nothing to be cut off from. */
    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(
                new Gap(2, Need.SHARES),
                new Gap(8, Need.SHARES),
                new Gap(12, Need.SHARES),
                new Gap(13, Need.SHARES),
                new Gap(14, Need.SHARES),
                new Gap(16, Need.SHARES),
                new Gap(19, Need.SHARES),
                new Gap(20, Need.SHARES),
                new Gap(23, Need.SHARES),
                new Gap(17, Need.CUTS_OFF));
    }
}
