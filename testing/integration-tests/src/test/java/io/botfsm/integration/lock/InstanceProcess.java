package io.botfsm.integration.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.integration.JavaProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A program in a JVM of its own. Killed when closed. */
final class InstanceProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final Path log;

    private InstanceProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static InstanceProcess start(Path directory, Class<?> program, String... arguments) throws IOException {
        Path log = Files.createTempFile(directory, "instance", ".log");
        return new InstanceProcess(
                JavaProgram.of(program, arguments).redirectOutput(log.toFile()).start(), log);
    }

    long pid() {
        return process.pid();
    }

    /** SIGTERM, and nothing else: {@link Process#destroy} would end its standard input too. */
    void terminate() {
        assertThat(process.toHandle().destroy()).isTrue();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** SIGSTOP: nothing of the process runs, its connections stay. */
    void suspend() {
        signal("STOP");
    }

    /** SIGCONT. */
    void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            Process signal = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid()).start();
            assertThat(signal.waitFor()).isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Writes to its standard input. */
    void type(String text) throws IOException {
        process.outputWriter().write(text);
        process.outputWriter().flush();
    }

    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as(log())
                .isTrue();
        return process.exitValue();
    }

    /** What it wrote on its standard output, in one piece. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
