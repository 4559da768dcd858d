package io.botfsm.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.internal.text.Text;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * The surroundings of the process: environment variables and standard streams. The start script sets
 * {@value #TERMINALS} to the streams that are terminals, and {@value #COLUMNS} to the width of the terminal.
 */
record CommandTerminal(Map<String, String> variables, BufferedReader in, PrintStream out, PrintStream err) {
    private static final String TERMINALS = "BOTFSM_TERMINALS";
    private static final String COLUMNS = "COLUMNS";
    private static final int DEFAULT_WIDTH = 80;

    static CommandTerminal ofProcess() {
        return new CommandTerminal(
                System.getenv(),
                new BufferedReader(new InputStreamReader(new FileInputStream(FileDescriptor.in), UTF_8)),
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8));
    }

    private boolean isTerminal(String stream) {
        return List.of(variables.getOrDefault(TERMINALS, "").split(" ", -1)).contains(stream);
    }

    boolean showsTables() {
        return isTerminal("out");
    }

    boolean showsProgress() {
        return isTerminal("err");
    }

    boolean canAsk() {
        return isTerminal("in") && isTerminal("err");
    }

    /** See no-color.org. */
    boolean isColoured(String stream) {
        return isTerminal(stream)
                && variables.getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(variables.get("TERM"));
    }

    int width() {
        String columns = variables.getOrDefault(COLUMNS, "");
        return columns.matches("[1-9]\\d{1,3}") ? Integer.parseInt(columns) : DEFAULT_WIDTH;
    }

    /** @throws Refusal if standard output has failed; a {@link PrintStream} throws nothing */
    void requireOutput() {
        if (out.checkError()) {
            throw new Refusal(ExitStatus.FAILED, "standard output is closed or cannot be written to");
        }
    }

    /** Asks for a typed confirmation. */
    boolean confirms(String question) throws IOException {
        err.print(Text.oneLine(question) + "\nType yes to continue: ");
        err.flush();
        return "yes".equals(in.readLine());
    }
}
