package io.botfsm.examples.onboarding.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Redis of a data folder: a process that outlives the one that started it, and that has written a change to disk
 * before it answers. Only one process at a time may start or stop it.
 */
final class RedisServer {
    private static final Logger LOG = LoggerFactory.getLogger(RedisServer.class.getPackageName());
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MOST_ATTEMPTS = 5;
    private static final int LINES_SHOWN = 10;

    private static final String CONFIGURATION = """
            bind 127.0.0.1
            daemonize yes
            pidfile redis.pid
            logfile redis.log
            appendonly yes
            appendfsync always
            save ""
            """;
    private static final Pattern PORT = Pattern.compile("(?m)^port (\\d{1,5})$");

    // A program that ends early leaves no pidfile, but always this line.
    private static final Pattern PROCESS_ID = Pattern.compile("(?m)^(\\d+):.* Redis is starting");
    private static final String PORT_IS_TAKEN = "Could not create server TCP listening socket";

    private final Path data;
    private final Path program;
    private final Path configuration;
    private final Path log;

    RedisServer(Path folder) throws IOException {
        data = folder.toRealPath();
        program = RedisProgram.in(data);
        configuration = data.resolve("redis.conf");
        log = data.resolve("redis.log");
    }

    /** Starts it, unless it is running; returns its port as soon as it is ready. */
    int start() throws IOException {
        Optional<PortListener> last = lastListener();
        if (last.isEmpty() || !(last.get().worksIn(data) || process().isPresent())) {
            return startAnew(last);
        }
        if (!becomesReady(last.get())) {
            throw failure("does not answer");
        }
        return last.get().port();
    }

    private int startAnew(Optional<PortListener> last) throws IOException {
        // The same port as before, if possible: a bot that is still connected finds it again.
        PortListener listener = PortListener.free(last);
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            if (launch(listener) && becomesReady(listener)) {
                LOG.info("Redis started on port {} with its data in {}", listener.port(), data);
                return listener.port();
            }
            if (!content(log).contains(PORT_IS_TAKEN)) {
                break;
            }
            listener = PortListener.free(Optional.empty());
        }
        throw failure("did not start");
    }

    private boolean launch(PortListener listener) throws IOException {
        Files.writeString(configuration, "port " + listener.port() + "\n" + CONFIGURATION);
        if (Files.exists(log)) {
            Files.move(log, data.resolve("redis.log.old"), StandardCopyOption.REPLACE_EXISTING);
        }
        Process launcher = new ProcessBuilder(program.toString(), configuration.toString())
                .directory(data.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .start();
        return await(() -> !launcher.isAlive()) && launcher.exitValue() == 0;
    }

    private boolean becomesReady(PortListener listener) throws IOException {
        return await(() -> isReady(listener) || hasDied()) && isReady(listener);
    }

    private boolean isReady(PortListener listener) {
        return listener.worksIn(data) && listener.isReady();
    }

    /** Stops the server, if it is running; acknowledged writes are on disk either way. */
    void stop() throws IOException {
        process().ifPresent(ProcessHandle::destroy);
        if (!await(() -> process().isEmpty())) {
            process().ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private Optional<PortListener> lastListener() {
        return PORT.matcher(content(configuration))
                .results()
                .map(found -> new PortListener(Integer.parseInt(found.group(1))))
                .findFirst();
    }

    private boolean hasDied() {
        return processId().isPresent() && process().isEmpty();
    }

    private Optional<Long> processId() {
        return PROCESS_ID
                .matcher(content(log))
                .results()
                .map(found -> Long.valueOf(found.group(1)))
                .findFirst();
    }

    /** The process, unless it has ended, or its id now belongs to another program. */
    private Optional<ProcessHandle> process() {
        return processId()
                .flatMap(ProcessHandle::of)
                .filter(process -> process.info().command().equals(Optional.of(program.toString())));
    }

    private IOException failure(String what) {
        List<String> lines = content(log).lines().toList();
        List<String> last = lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size());
        return new IOException(String.format(
                Locale.ROOT,
                "The embedded Redis in %s %s. The end of its log:%n%s",
                data,
                what,
                String.join(System.lineSeparator(), last)));
    }

    private static String content(Path file) {
        try {
            return new String(Files.readAllBytes(file), UTF_8);
        } catch (IOException e) {
            return ""; // most often not there yet
        }
    }

    private static boolean await(BooleanSupplier condition) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() > end) {
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while Redis was starting or stopping");
        }
    }
}
