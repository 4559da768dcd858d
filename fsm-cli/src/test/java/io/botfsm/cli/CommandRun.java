package io.botfsm.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The command as a user calls it, in this process: its exit status, and what it printed. */
record CommandRun(int status, String out, String err) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Runs it without a terminal. */
    static CommandRun of(Map<String, String> environment, String... arguments) {
        return typing("", environment, arguments);
    }

    /** Runs it on a terminal. */
    static CommandRun onTerminal(String typed, Map<String, String> environment, String... arguments) {
        Map<String, String> variables = new TreeMap<>(environment);
        variables.put("BOTFSM_TERMINALS", "in out err");
        return typing(typed, variables, arguments);
    }

    private static CommandRun typing(String typed, Map<String, String> environment, String... arguments) {
        Map<String, String> patient = new TreeMap<>(environment);
        patient.putIfAbsent("BOTFSM_TIMEOUT", "20s"); // the machine may be busy
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Botfsm.run(
                new CommandTerminal(
                        patient,
                        new BufferedReader(new StringReader(typed)),
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8)),
                arguments);
        return new CommandRun(status, out.toString(UTF_8), err.toString(UTF_8));
    }

    /** Asserts the exit status. */
    CommandRun ended(int expected) {
        assertThat(status).as("%s%s", out, err).isEqualTo(expected);
        return this;
    }

    /** Each line as JSON. */
    List<JsonNode> json() {
        List<JsonNode> lines = new ArrayList<>();
        out.lines().forEach(line -> {
            try {
                lines.add(JSON.readTree(line));
            } catch (JsonProcessingException e) {
                throw new AssertionError("not JSON: " + line, e);
            }
        });
        return lines;
    }

    /** The only line as JSON. */
    JsonNode object() {
        assertThat(json()).as("%s%s", out, err).hasSize(1);
        return json().get(0);
    }

    /** Starts the command in a JVM of its own; its output goes to the files {@code out} and {@code err}. */
    static Process start(Map<String, String> environment, Path directory, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Botfsm.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment().putAll(environment);
        builder.environment().put("BOTFSM_TIMEOUT", "20s");
        return builder.start();
    }
}
