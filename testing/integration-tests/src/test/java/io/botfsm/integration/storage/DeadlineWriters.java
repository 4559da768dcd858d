package io.botfsm.integration.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.integration.JavaProgram;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import org.awaitility.Awaitility;

/** Processes that write deadlines, one with each client, and what they have done so far. */
final class DeadlineWriters implements AutoCloseable {
    private final Instant begun = Instant.now();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong deferred = new AtomicLong();
    private final List<Process> writers = new ArrayList<>();
    private final List<CompletableFuture<Void>> readers = new ArrayList<>();

    /** What counts as now. */
    Instant begun() {
        return begun;
    }

    long done() {
        return done.get();
    }

    long failed() {
        return failed.get();
    }

    long deferred() {
        return deferred.get();
    }

    /** Returns when all are connected and have begun. */
    void start(String uri, int seed, int writes) throws IOException, InterruptedException {
        int each = writes / DeadlineWriter.CLIENTS.size();
        CountDownLatch ready = new CountDownLatch(DeadlineWriter.CLIENTS.size());
        for (String client : DeadlineWriter.CLIENTS) {
            Process writer = JavaProgram.of(
                            DeadlineWriter.class,
                            uri,
                            client,
                            Integer.toString(seed),
                            Integer.toString(each),
                            begun.toString())
                    .start();
            writers.add(writer);
            readers.add(CompletableFuture.runAsync(() -> count(writer, ready)));
        }
        assertThat(ready.await(1, TimeUnit.MINUTES)).as("both are connected").isTrue();
        for (Process writer : writers) {
            writer.getOutputStream().write('\n');
            writer.getOutputStream().flush();
        }
    }

    private void count(Process writer, CountDownLatch ready) {
        writer.inputReader(UTF_8).lines().forEach(line -> {
            Matcher batch = DeadlineWriter.BATCH.matcher(line);
            if (batch.matches()) {
                done.addAndGet(Long.parseLong(batch.group(1)));
                failed.addAndGet(Long.parseLong(batch.group(2)));
                deferred.addAndGet(Long.parseLong(batch.group(3)));
            } else if (line.equals(DeadlineWriter.READY)) {
                ready.countDown();
            } else {
                System.out.println("[writer] " + line);
            }
        });
    }

    /** Waits until so many writes have ended. */
    void awaitWrites(long count) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> done.get() + failed.get() >= count);
    }

    boolean areAlive() {
        return writers.stream().anyMatch(Process::isAlive);
    }

    /** Waits until they have done what they were started for; they can be started again then. */
    void join() throws Exception {
        for (CompletableFuture<Void> reader : readers) {
            reader.get(30, TimeUnit.MINUTES);
        }
        for (Process writer : writers) {
            assertThat(writer.waitFor()).isZero();
        }
        readers.clear();
        writers.clear();
    }

    @Override
    public void close() {
        writers.forEach(Process::destroyForcibly);
    }
}
