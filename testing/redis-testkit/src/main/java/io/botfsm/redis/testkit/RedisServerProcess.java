package io.botfsm.redis.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Redis server of a test's own, which can be stopped, killed, suspended and restarted on the same port with the same
 * data directory. It dies with the JVM, however that ends: a small shell that waits for the JVM to go away is its
 * parent. One thread at a time.
 */
public final class RedisServerProcess implements RedisTestServer {
    /** Another test may take the port that was found to be free. */
    private static final int ATTEMPTS = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String HOST = "127.0.0.1";

    /** Starts the server, prints its process id, and ends it with the signal named on standard input, or at its end. */
    private static final String PARENT =
            "\"$@\" & echo $!; read -r signal; kill -\"${signal:-KILL}\" $!; wait $! 2>/dev/null";

    private final int port;
    private final Path directory;
    private final List<String> settings;
    private final List<String> options;
    private @Nullable Process parent;
    private long pid;

    private RedisServerProcess(int port, Path directory, List<String> settings, List<String> options) {
        this.port = port;
        this.directory = directory;
        this.settings = settings;
        this.options = options;
    }

    /**
     * Starts a server on a free port, in an empty directory, without persistence unless the settings say otherwise.
     *
     * @param settings lines of a configuration file
     */
    public static RedisServerProcess start(String... settings) {
        for (int attempt = 1; ; attempt++) {
            try {
                return start(freePort(), List.of(settings), List.of());
            } catch (IllegalStateException e) {
                if (attempt == ATTEMPTS || !String.valueOf(e.getMessage()).contains("Address already in use")) {
                    throw e;
                }
            }
        }
    }

    /**
     * Starts a server on a port.
     *
     * @param settings lines of a configuration file
     * @param options of the command line
     */
    static RedisServerProcess start(int port, List<String> settings, List<String> options) {
        try {
            Path directory = Files.createTempDirectory("botfsm-redis");
            RedisServerProcess server = new RedisServerProcess(port, directory, settings, options);
            server.startAgain();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A port that nobody listens on now, below the range of ephemeral ports: a client that keeps trying to connect
     * would sooner or later occupy the port that it tries, and a restart on it would fail.
     */
    public static int freePort() {
        return freePort(30_000, 0);
    }

    /** A free port below the given one, such that the port {@code beside} above it is free, too. */
    static int freePort(int below, int beside) {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(12_000, below);
            if (isFree(port) && isFree(port + beside)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port found");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public String host() {
        return HOST;
    }

    @Override
    public int port() {
        return port;
    }

    /** Where the server keeps its files; gone when the server is closed. */
    public Path directory() {
        return directory;
    }

    /** Starts the server again, on the same port and directory. It answers when this returns. */
    public void startAgain() {
        if (parent != null) {
            throw new IllegalStateException("Redis runs already");
        }
        try {
            Path configuration = directory.resolve("redis.conf");
            if (!Files.exists(configuration)) { // a Sentinel, and CONFIG REWRITE, keep what they know in it
                Files.write(configuration, configuration());
            }
            parent = new ProcessBuilder(command(configuration))
                    .redirectError(directory.resolve("stderr.log").toFile())
                    .start();
            pid = Long.parseLong(firstLine(parent));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitReady();
    }

    private List<String> command(Path configuration) {
        List<String> command = new ArrayList<>(
                List.of("sh", "-c", PARENT, "sh", RedisBinary.path().toString(), configuration.toString()));
        command.addAll(options);
        return command;
    }

    private List<String> configuration() {
        List<String> lines = new ArrayList<>(List.of(
                "bind " + HOST, "port " + port, "dir " + directory, "logfile redis.log", "save \"\"", "daemonize no"));
        lines.addAll(settings);
        return lines;
    }

    private static String firstLine(Process process) throws IOException {
        // Not closed: that would close the process's standard output.
        @SuppressWarnings("resource")
        BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        String line = lines.readLine();
        if (line == null) {
            throw new IllegalStateException("no process id from the shell");
        }
        return line;
    }

    private void awaitReady() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        RuntimeException last;
        do {
            try (RespConnection connection = connect()) {
                connection.call("PING");
                if (isThisProcess(connection)) {
                    return;
                }
                last = new IllegalStateException("another server has taken port " + port);
            } catch (UncheckedIOException e) {
                last = e;
            } catch (RespConnection.ErrorReply e) {
                if (!String.valueOf(e.getMessage()).startsWith("LOADING")) {
                    return; // such as NOAUTH: it answers
                }
                last = e;
            }
            pause();
        } while (System.nanoTime() < end && isAlive());
        kill();
        throw new IllegalStateException("Redis did not start; its log:\n" + log(), last);
    }

    /** If another server has the port, that one answers, and this process ends. */
    private boolean isThisProcess(RespConnection connection) {
        return connection.text("INFO", "server").contains("process_id:" + pid + "\r");
    }

    /** Whether it has been started, and not been stopped or killed. */
    public boolean isStarted() {
        return parent != null;
    }

    /** A dead process has no command, even before its parent has reaped it. */
    private boolean isAlive() {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .isPresent();
    }

    static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(5); // between two polls
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String log() {
        StringBuilder text = new StringBuilder();
        for (String file : List.of("stderr.log", "redis.log")) {
            try {
                text.append(Files.readString(directory.resolve(file)));
            } catch (IOException e) {
                text.append(file).append(": ").append(e).append('\n');
            }
        }
        return text.toString();
    }

    /** Shuts the server down (SIGTERM); it saves what its settings make it save. */
    public void stop() {
        end("TERM");
    }

    /** Kills the server (SIGKILL). */
    public void kill() {
        end("KILL");
    }

    private void end(String signal) {
        Process running = parent;
        if (running == null) {
            return;
        }
        try (var ignored = running.outputWriter(UTF_8)) {
            ignored.write(signal + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        parent = null;
        await(running);
    }

    private static void await(Process process) {
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("Redis did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Shuts the server down and starts it again. */
    public void restart() {
        stop();
        startAgain();
    }

    /** Suspends the server (SIGSTOP): its port stays open, nothing is answered. */
    public void suspend() {
        signal("STOP");
    }

    /** Lets the server go on (SIGCONT); it first executes what has reached its sockets meanwhile. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            await(new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills the server and deletes its files. */
    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
