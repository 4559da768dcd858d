package io.botfsm.examples.onboarding.program;

import java.io.BufferedReader;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;

/**
 * The lines of an input, read by a separate thread: waiting for a line can be interrupted, unlike a read, and the bot
 * of a later lease continues where the previous one stopped. Thread-safe.
 */
final class Lines {
    private final BlockingDeque<Optional<String>> lines = new LinkedBlockingDeque<>();

    /** Starts reading, until the input or the process ends. */
    Lines(BufferedReader input) {
        Thread reader = new Thread(() -> readAll(input), "input");
        reader.setDaemon(true);
        reader.start();
    }

    private void readAll(BufferedReader input) {
        try {
            input.lines().map(Optional::of).forEach(lines::add);
        } catch (UncheckedIOException e) {
            // treated as the end of the input
        } finally {
            lines.add(Optional.empty());
        }
    }

    /** Waits for the next line; empty at the end, and from then on. */
    Optional<String> take() throws InterruptedException {
        Optional<String> line = lines.takeFirst();
        if (line.isEmpty()) {
            lines.addFirst(line);
        }
        return line;
    }

    /** Leaves a line to be taken next. */
    void putBack(String line) {
        lines.addFirst(Optional.of(line));
    }
}
