package io.botfsm.examples.onboarding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The bot as a user runs it: in its own process, with its standard streams. Killed when it is closed. */
final class BotProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final Path errors;
    private final Writer input;
    private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
    private final Thread reader = new Thread(this::read, "output of the bot");

    private BotProcess(Path data, List<String> command, Map<String, String> environment) throws IOException {
        Path directory = data.getParent();
        errors = Files.createTempFile(directory, "bot", ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectError(errors.toFile());
        builder.environment().put("ONBOARDING_DATA", data.toString());
        builder.environment().putAll(environment);
        process = builder.start();
        input = process.outputWriter(UTF_8);
        reader.start();
    }

    /** Starts the program, in a folder that is neither the project's nor the data folder. */
    static BotProcess start(Path data, String... options) throws IOException {
        return start(data, Map.of(), options);
    }

    /** The same with variables in its environment. */
    static BotProcess start(Path data, Map<String, String> environment, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Duser.language=" + System.getProperty("user.language"), // of the tests' hostile locale
                "-Duser.country=" + System.getProperty("user.country"),
                "-cp",
                System.getProperty("java.class.path"),
                "io.botfsm.examples.onboarding.program.Main"));
        command.addAll(List.of(options));
        return new BotProcess(data, command, environment);
    }

    /** Starts the program by its script. */
    static BotProcess startByScript(Path data, String... options) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(Path.of("run").toAbsolutePath().toString()));
        command.addAll(List.of(options));
        return new BotProcess(data, command, Map.of());
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(UTF_8)) {
            lines.lines().forEach(output::add);
        } catch (IOException | UncheckedIOException e) {
            output.add("(cannot be read: " + e + ")");
        }
    }

    /** Writes one line to it. */
    void say(String line) throws IOException {
        input.write(line + "\n");
        input.flush();
    }

    /** The next line that it writes. */
    String hear() throws InterruptedException, IOException {
        @Nullable String line = output.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("the bot is silent; its log:\n" + log());
        }
        return line;
    }

    /** Ends its input, and returns the output that was not heard yet. */
    List<String> finish() throws InterruptedException, IOException {
        input.close();
        awaitEnd();
        return List.copyOf(output);
    }

    /** Sends it SIGTERM. */
    void terminate() throws InterruptedException {
        process.destroy();
        awaitEnd();
    }

    /** Sends it SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd();
    }

    long pid() {
        return process.pid();
    }

    void awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        reader.join();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Its command line, which every user of the machine can see. */
    String commandLine() {
        return process.info().commandLine().orElse("")
                + List.of(process.info().arguments().orElse(new String[0]));
    }

    int exitStatus() {
        return process.exitValue();
    }

    /** What it has written to standard error. */
    String log() throws IOException {
        return Files.readString(errors);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
