package io.botfsm.lock.store;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;

/** Three nodes, each of which answers when it likes: decisions are made before the last has answered. */
final class AsynchronousQuorumConformanceTest extends QuorumConformance {
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final List<OneAfterTheOther> lines = new CopyOnWriteArrayList<>();

    AsynchronousQuorumConformanceTest() {
        super(3, 2);
    }

    @Override
    Executor line() {
        OneAfterTheOther line = new OneAfterTheOther(threads);
        lines.add(line);
        return line;
    }

    /** Waits until no request is in flight: none takes hours. */
    @Override
    public void advance(Duration time) {
        while (!lines.stream().allMatch(OneAfterTheOther::isIdle)) {
            Thread.onSpinWait();
        }
        super.advance(time);
    }

    @AfterAll
    void stop() {
        threads.shutdown();
    }
}
