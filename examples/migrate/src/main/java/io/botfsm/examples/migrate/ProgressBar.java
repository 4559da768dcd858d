package io.botfsm.examples.migrate;

import io.botfsm.redis.aiogram.MigrationReport;
import java.io.PrintStream;
import java.util.Locale;

/** One line that says how far a migration is, drawn again and again; nothing where nobody looks. */
final class ProgressBar {
    private static final int WIDTH = 30;

    private final PrintStream terminal;
    private final boolean isSeen;
    private String last = "";

    ProgressBar(PrintStream terminal, boolean isSeen) {
        this.terminal = terminal;
        this.isSeen = isSeen;
    }

    void show(MigrationReport now) {
        if (!isSeen) {
            return;
        }
        long all = Math.max(1, now.keysInAll());
        int full = (int) (WIDTH * now.keys() / all);
        String line = String.format(
                Locale.ROOT,
                "[%s%s] %3d %%  %s",
                "#".repeat(full),
                ".".repeat(WIDTH - full),
                100 * now.keys() / all,
                now);
        terminal.print("\r" + line + " ".repeat(Math.max(0, last.length() - line.length())));
        terminal.flush();
        last = line;
    }

    void end() {
        if (!last.isEmpty()) {
            terminal.println();
        }
    }
}
