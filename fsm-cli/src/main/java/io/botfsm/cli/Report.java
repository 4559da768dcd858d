package io.botfsm.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.botfsm.internal.text.Text;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a command prints on standard output: JSON objects, one per line; or rows, aligned under headings on a terminal
 * and separated by tabs elsewhere. Text from the store is escaped, so that it cannot control a terminal.
 */
final class Report {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final int PAGE = 100;
    private static final int LEAST_LAST = 24;
    private static final String BOLD = "1";
    private static final String RED = "1;31";

    private final CommandTerminal terminal;
    private final boolean isJson;
    private final ProgressLine progress;
    private final List<List<String>> rows = new ArrayList<>();
    private List<String> headings = List.of();

    Report(CommandTerminal terminal, boolean isJson) {
        this.terminal = terminal;
        this.isJson = isJson;
        this.progress = new ProgressLine(terminal);
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** Begins a table. */
    void headings(String... names) {
        headings = List.of(names);
    }

    /** A row of the table, and the same as an object. Rows of a terminal's table appear a hundred at a time. */
    void row(ObjectNode object, String... cells) {
        if (isJson) {
            json(object);
            return;
        }
        List<String> printable = List.of(cells).stream().map(Text::oneLine).toList();
        if (!terminal.showsTables()) {
            print(String.join("\t", printable));
            return;
        }
        rows.add(printable);
        if (rows.size() == PAGE) {
            flush();
        }
    }

    /** Rows of names and values, and the same as one object. */
    void rows(ObjectNode object, Map<String, String> values) {
        if (isJson) {
            json(object);
        } else {
            values.forEach((name, value) -> row(object, name, value));
        }
    }

    /** Shows the progress of long work until something else is printed. May be called by any thread. */
    void progress(String text) {
        progress.show(text);
    }

    /** Prints the rest of the table, and removes the progress. */
    void end() {
        flush();
        progress.clear();
    }

    /** Ends the table, or prints what there is of it. */
    private void flush() {
        if (rows.isEmpty()) {
            return;
        }
        int[] widths = new int[headings.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            widths[i] = Math.max(
                    length(headings.get(i)),
                    rows.stream().mapToInt(row -> length(row.get(column))).max().orElse(0));
        }
        int last = widths.length - 1;
        int width = 2 * last + Math.min(widths[last], LEAST_LAST);
        for (int i = 0; i < last; i++) {
            width += widths[i];
        }
        boolean isWide = width > terminal.width();
        line(headings, widths, isWide, BOLD);
        rows.forEach(row -> line(row, widths, isWide, ""));
        rows.clear();
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /**
     * In a table that is too wide, the first cell has a line of its own, and so has the last one if there is no room
     * beside the others. The last one is wrapped.
     */
    private void line(List<String> cells, int[] widths, boolean isWide, String style) {
        StringBuilder line = new StringBuilder();
        int column = 0;
        int last = cells.size() - 1;
        for (int i = 0; i < last; i++) {
            line.append(cells.get(i));
            if (isWide && i == 0) {
                column = 4;
                line.append("\n    ");
            } else {
                column += widths[i] + 2;
                line.append(" ".repeat(widths[i] - length(cells.get(i)) + 2));
            }
        }
        if (isWide && last > 1 && terminal.width() - column < Math.min(widths[last], LEAST_LAST)) {
            column = 4;
            line.setLength(line.toString().stripTrailing().length());
            line.append("\n    ");
        }
        line.append(wrapped(cells.get(last), column));
        print(styled("out", style, line.toString().stripTrailing()));
    }

    /** @throws Refusal if nobody reads it, or the disk is full */
    private void print(String line) {
        progress.clear();
        terminal.out().println(line);
        terminal.requireOutput();
    }

    /** Text that begins in a column, broken between words where a line of the terminal ends. */
    private String wrapped(String text, int column) {
        StringBuilder lines = new StringBuilder();
        int at = column;
        for (String word : text.split(" ", -1)) {
            boolean isFirst = lines.isEmpty();
            if (!isFirst && at + 1 + length(word) > terminal.width()) {
                lines.append('\n').append(" ".repeat(column));
                at = column;
            } else if (!isFirst) {
                lines.append(' ');
                at++;
            }
            lines.append(word);
            at += length(word);
        }
        return lines.toString();
    }

    /** Prints what a command has done or seen. */
    void line(ObjectNode object, String text) {
        line(object, text, "");
    }

    private void line(ObjectNode object, String text, String style) {
        flush();
        if (isJson) {
            json(object);
        } else {
            String line = Text.oneLine(text);
            print(marked("out", style, terminal.showsTables() ? wrapped(line, 0) : line));
        }
    }

    private void json(ObjectNode object) {
        try {
            print(JSON.writeValueAsString(object));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prints a problem: something that is wrong in the store, or was left out. */
    void problem(ObjectNode object, String text) {
        line(object, text, BOLD);
    }

    /** Returns the exit status for records that a command had to leave out. */
    int unreadable(Collection<UnreadableRecord> records) {
        records.forEach(record -> problem(
                object().put("unreadable", record.name()).put("reason", record.reason()),
                "unreadable " + record.name() + ": " + record.reason()));
        return records.isEmpty() ? ExitStatus.DONE : ExitStatus.INCOMPLETE;
    }

    void error(String message) {
        flush();
        printError(RED, "botfsm: " + message);
    }

    void warning(String message) {
        printError(BOLD, "warning: " + message);
    }

    private void printError(String style, String message) {
        String line = Text.oneLine(message);
        terminal.err().println(marked("err", style, terminal.showsProgress() ? wrapped(line, 0) : line));
    }

    /** With a style for the first word only: not every terminal's red can be read on its background. */
    private String marked(String stream, String style, String text) {
        int end = text.indexOf(' ');
        return end < 0
                ? styled(stream, style, text)
                : styled(stream, style, text.substring(0, end)) + text.substring(end);
    }

    private String styled(String stream, String style, String text) {
        return style.isEmpty() || !terminal.isColoured(stream) ? text : "\033[" + style + "m" + text + "\033[0m";
    }

    /** A time: in tables relative to now, elsewhere as it is; a dash if there is none. */
    String time(Optional<Instant> time) {
        if (time.isEmpty()) {
            return "-";
        }
        if (!terminal.showsTables()) {
            return time.get().toString();
        }
        Duration ago = Duration.between(time.get(), Instant.now());
        return ago.isNegative() ? "in " + span(ago.negated()) : span(ago);
    }

    /** A recent time: on a terminal without the date. */
    String timeOfDay(Instant time) {
        String whole = time.truncatedTo(ChronoUnit.SECONDS).toString();
        return terminal.showsTables() ? whole.substring(whole.indexOf('T') + 1) : time.toString();
    }

    private static String span(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 120) {
            return seconds + "s";
        }
        if (seconds < 7_200) {
            return duration.toMinutes() + "m";
        }
        return seconds < 172_800 ? duration.toHours() + "h" : String.format(Locale.ROOT, "%dd", duration.toDays());
    }
}
