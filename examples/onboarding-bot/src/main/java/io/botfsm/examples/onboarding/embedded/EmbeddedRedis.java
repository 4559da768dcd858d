package io.botfsm.examples.onboarding.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A share in the Redis of a data folder. The first process to join starts the server, the last one to leave stops it; a
 * killed process counts as having left. If the server is killed, it is started again. Thread-safe; a process has one
 * share in a folder at most.
 *
 * <p>The operating system knows which process is the last one: each holds a shared lock on {@code users.lock}, and the
 * one that can lock it exclusively is the last. Joining and leaving go through a gate.
 */
public final class EmbeddedRedis implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedis.class.getPackageName());

    private final Gate gate;
    private final RedisServer server;
    private final FileChannel users;
    private final FileLock share;
    private final int port;

    private EmbeddedRedis(Path data, Gate gate) throws IOException {
        this.gate = gate;
        server = new RedisServer(data);
        users = FileChannel.open(
                data.resolve("users.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            share = users.lock(0, Long.MAX_VALUE, true);
            port = server.start();
        } catch (IOException e) {
            users.close();
            throw e;
        }
    }

    /** Whether there is a Redis for this machine. */
    public static boolean isAvailable() {
        return RedisProgram.isAvailable();
    }

    /**
     * Joins the users of a data folder.
     *
     * @param data the folder, created if it does not exist
     * @throws IOException if the folder cannot be used, or Redis does not start in time
     */
    public static EmbeddedRedis join(Path data) throws IOException {
        try {
            if (!Files.isDirectory(data)) {
                Files.createDirectories(data);
            }
            Gate gate = new Gate(data.resolve("start.lock"));
            EmbeddedRedis joined = gate.pass(() -> new EmbeddedRedis(data, gate));
            Thread reviver = new Thread(joined::keepAlive, "embedded redis");
            reviver.setDaemon(true);
            reviver.start();
            return joined;
        } catch (FileSystemException e) {
            throw new IOException(String.format(Locale.ROOT, "The data folder %s cannot be used: %s", data, e), e);
        }
    }

    /** The port of the server on this machine. */
    public int port() {
        return port;
    }

    /** Revives the server once a second. */
    private void keepAlive() {
        String reported = "";
        while (users.isOpen()) {
            try {
                TimeUnit.SECONDS.sleep(1);
                revive();
                reported = "";
            } catch (IOException e) {
                if (!reported.equals(e.getMessage())) {
                    LOG.error("{}", e.getMessage());
                }
                reported = String.valueOf(e.getMessage());
            } catch (InterruptedException e) { // nobody interrupts this thread
                return;
            }
        }
    }

    /** Starts the server again if it was killed. */
    synchronized void revive() throws IOException {
        int now = users.isOpen() ? gate.pass(server::start) : port;
        if (now != port) {
            throw new IOException(
                    String.format(Locale.ROOT, "Redis has moved from port %d to %d: start this bot again", port, now));
        }
    }

    /** Leaves. */
    @Override
    public synchronized void close() {
        if (!users.isOpen()) {
            return;
        }
        try (users) {
            gate.pass(this::leave);
        } catch (IOException e) {
            LOG.warn("Redis may be left running: {}", e.toString());
        }
    }

    private boolean leave() throws IOException {
        share.release();
        boolean wasLast = users.tryLock() != null;
        if (wasLast) {
            server.stop();
        }
        return wasLast;
    }
}
