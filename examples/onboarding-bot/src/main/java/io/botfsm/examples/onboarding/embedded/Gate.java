package io.botfsm.examples.onboarding.embedded;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A lock file that lets through one process at a time; the operating system unlocks it when a process dies inside. */
record Gate(Path lockFile) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Something to do inside. */
    interface Step<T> {
        T take() throws IOException;
    }

    /** Takes a step while nobody else is inside. */
    <T> T pass(Step<T> step) throws IOException {
        try (FileChannel file = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock(file);
            return step.take();
        }
    }

    private void lock(FileChannel file) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (file.tryLock() == null) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        String.format(Locale.ROOT, "Another process has held %s for %s.", lockFile, PATIENCE));
            }
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for " + lockFile);
            }
        }
    }
}
