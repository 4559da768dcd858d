package io.botfsm.cli;

import java.util.concurrent.TimeUnit;

/** One line on standard error that says how far long work is, drawn again and again; nothing without a terminal. */
final class ProgressLine implements AutoCloseable {
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

    @Override
    public void close() {
        clear();
    }

    /** Takes the line away. */
    synchronized void clear() {
        if (shown > 0) {
            draw("");
            terminal.err().print('\r');
            terminal.err().flush();
        }
    }
}
