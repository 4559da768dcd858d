package io.botfsm.lifecycle;

import static io.botfsm.lifecycle.Soon.soon;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A {@link BotProgram} in a JVM of its own. Killed when closed. */
final class BotProgramProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    private static final String SPOKEN = "> ";

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader = new Thread(this::read, "output of the bot");

    private BotProgramProcess(List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        reader.start();
    }

    static BotProgramProcess start(String what, String... jvmOptions) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(withInterruptSignal());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(List.of(jvmOptions));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BotProgram.class.getName(), what));
        return new BotProgramProcess(command);
    }

    /** A process that a shell without job control put into the background ignores SIGINT, and so do its children. */
    private static List<String> withInterruptSignal() throws InterruptedException {
        List<String> listening = List.of("env", "--default-signal=INT");
        try {
            List<String> trial = new ArrayList<>(listening);
            trial.add("true");
            return new ProcessBuilder(trial).start().waitFor() == 0 ? listening : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }

    private void read() {
        try (BufferedReader output = process.inputReader(UTF_8)) {
            output.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add("(cannot be read: " + e + ")");
        }
    }

    void awaitSaid(String entry) {
        soon().untilAsserted(() -> assertThat(lines).contains(SPOKEN + entry));
    }

    void awaitSaidAgain(String entry) {
        soon().untilAsserted(() -> assertThat(said()).filteredOn(entry::equals).hasSize(2));
    }

    void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Sends a signal again and again until the process has ended. */
    void signalToDeath(String name) throws IOException, InterruptedException {
        while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
            new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid() + " 2>/dev/null")
                    .start()
                    .waitFor();
        }
    }

    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("%s", lines)
                .isTrue();
        reader.join();
        return process.exitValue();
    }

    /** Returns what the program reported, without the log. */
    List<String> said() {
        return lines.stream()
                .filter(line -> line.startsWith(SPOKEN))
                .map(line -> line.substring(SPOKEN.length()))
                .toList();
    }

    /** Returns the whole output, including the log. */
    String log() {
        return String.join("\n", lines);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
