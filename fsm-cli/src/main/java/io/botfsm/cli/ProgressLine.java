package io.botfsm.cli;

import java.util.concurrent.TimeUnit;

/**
 * The progress of long work, on one line of standard error that is redrawn; nothing without a terminal. Thread-safe.
 */
final class ProgressLine {
    private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(200);

    private final CommandTerminal terminal;
    private long next = System.nanoTime();
    private int shown;

    ProgressLine(CommandTerminal terminal) {
        this.terminal = terminal;
    }

    synchronized void show(String text) {
        long now = System.nanoTime();
        if (terminal.showsProgress() && now - next >= 0) {
            next = now + INTERVAL;
            draw(text.substring(0, Math.min(text.length(), terminal.width() - 1)));
        }
    }

    private void draw(String text) {
        terminal.err().print("\r" + text + " ".repeat(Math.max(0, shown - text.length())));
        terminal.err().flush();
        shown = text.length();
    }

    /** Removes the line, so that something else can be printed in its place. */
    synchronized void clear() {
        if (shown > 0) {
            draw("");
            terminal.err().print('\r');
            terminal.err().flush();
        }
    }
}
