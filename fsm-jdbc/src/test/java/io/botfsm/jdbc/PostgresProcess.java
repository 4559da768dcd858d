package io.botfsm.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A PostgreSQL server of one test, which can be killed and restarted with its data on disk. */
final class PostgresProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final int port;
    private EmbeddedPostgres server;

    private PostgresProcess(Path directory) throws IOException {
        this.directory = directory;
        this.server = started(0);
        this.port = server.getPort();
    }

    static PostgresProcess start() {
        try {
            return new PostgresProcess(Files.createTempDirectory("botfsm-postgres"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EmbeddedPostgres started(int at) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(directory.resolve("data"))
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setPGStartupWait(PATIENCE);
        return (at == 0 ? builder : builder.setPort(at)).start();
    }

    String url() {
        return String.format(
                Locale.ROOT, "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres&connectTimeout=2", port);
    }

    /** Kills the server with SIGKILL; its processes notice and end. */
    void kill() {
        try {
            long pid = Long.parseLong(Files.readAllLines(directory.resolve("data/postmaster.pid"))
                    .get(0)
                    .strip());
            ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
            CompletableFuture<?>[] ended =
                    postmaster.descendants().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
            postmaster.destroyForcibly();
            CompletableFuture.allOf(ended).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            server.close(); // finds nothing to stop, and releases the directory
        } catch (Exception e) {
            throw new IllegalStateException("the server could not be killed", e);
        }
    }

    void startAgain() {
        try {
            server = started(port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
