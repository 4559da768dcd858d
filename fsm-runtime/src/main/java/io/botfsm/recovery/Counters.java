package io.botfsm.recovery;

import java.util.concurrent.atomic.LongAdder;

/** The running counters for {@link RecoveryCounts}. */
final class Counters {
    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder restores = new LongAdder();
    final LongAdder lostToConcurrentWrites = new LongAdder();
    final LongAdder knownMisses = new LongAdder();
    final LongAdder clearsConfirmed = new LongAdder();
    final LongAdder failures = new LongAdder();

    RecoveryCounts now() {
        return new RecoveryCounts(
                hits.sum(),
                misses.sum(),
                restores.sum(),
                lostToConcurrentWrites.sum(),
                knownMisses.sum(),
                clearsConfirmed.sum(),
                failures.sum());
    }
}
