package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Counts of the work of a flow's states in this process, for metrics. Every method returns the current number.
 * Thread-safe.
 */
public final class WorkCounts {
    private final AtomicInteger running = new AtomicInteger();
    private final LongAdder done = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder retried = new LongAdder();

    WorkCounts() {}

    /** @param isRetry whether the work was already pending before the last turn */
    <T> T counted(boolean isRetry, Supplier<T> work) {
        requireNonNull(work, "work");
        if (isRetry) {
            retried.increment();
        }
        running.incrementAndGet();
        boolean returned = false;
        try {
            T result = work.get();
            returned = true;
            return result;
        } finally {
            running.decrementAndGet();
            (returned ? done : failed).increment();
        }
    }

    /** How much work is currently running. */
    public int running() {
        return running.get();
    }

    /** How often work has returned a result. */
    public long done() {
        return done.sum();
    }

    /** How often work has thrown. */
    public long failed() {
        return failed.sum();
    }

    /** How often work that an earlier input or timeout had left undone was repeated under the same id. */
    public long retried() {
        return retried.sum();
    }
}
