package io.botfsm.examples.onboarding.program;

import java.io.BufferedReader;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;

/**
 * The lines of an input, read by a thread of their own: waiting for one can be interrupted, which a read cannot, and
 * the bot of a later lease goes on where that of an earlier one stopped. Thread-safe.
 */
final class Lines {
    private final BlockingDeque<Optional<String>> lines = new LinkedBlockingDeque<>();

    /** Begins to read, to the end of the input or of the process. */
    Lines(BufferedReader input) {
        Thread reader = new Thread(() -> readAll(input), "input");
        reader.setDaemon(true);
        reader.start();
    }

    private void readAll(BufferedReader input) {
        try {
            input.lines().map(Optional::of).forEach(lines::add);
        } catch (UncheckedIOException e) {
            // as good as an end
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
