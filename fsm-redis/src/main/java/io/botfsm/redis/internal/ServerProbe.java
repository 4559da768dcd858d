package io.botfsm.redis.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.redis.spi.RoleCheck;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks what a server is and what its user may do, before storages are created. Every method blocks. It throws
 * {@link StorageRefusedException} if the server refuses, and {@link StorageUnavailableException} if the server does not
 * respond or temporarily rejects a request, or the thread is interrupted, in which case its interrupt flag is set
 * again. Thread-safe. Leaves nothing in the database.
 */
public final class ServerProbe {
    private static final Pattern VERSION = Pattern.compile("(?m)^redis_version:((\\d+)\\.(\\d+)\\S*)\\s*$");
    private static final Pattern BITS = Pattern.compile("(?m)^arch_bits:(\\d+)\\s*$");
    private static final Pattern MODE = Pattern.compile("(?m)^(?:redis|server)_mode:(\\w+)\\s*$");
    private static final Pattern MASTER = Pattern.compile("(?m)^master_host:(\\S+)\\s*$[^#]*?^master_port:(\\d+)\\s*$");
    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final int NEEDED_MAJOR = 6;
    private static final int NEEDED_MINOR = 2;
    private static final int NEEDED_BITS = 64;

    private final RedisPort port;
    private final String server;
    private final Duration timeout;

    /**
     * A probe over a client.
     *
     * @param port the client, connected
     * @param server the server's name for errors, without credentials
     * @param timeout how long each command may take
     */
    public ServerProbe(RedisPort port, String server, Duration timeout) {
        this.port = port;
        this.server = server;
        this.timeout = timeout;
    }

    /** Refuses a server that is too old, or not 64-bit; returns its mode, such as {@code cluster}. */
    public String requireVersion() {
        String info = info();
        checkVersion(info);
        checkBits(info);
        return mode(info);
    }

    /** Loads scripts into the server. */
    public void load(List<Script> scripts) {
        await("SCRIPT LOAD", load(port, scripts), timeout);
    }

    /**
     * Returns whether the server, which was specified as a single server, is a node of a cluster and must be used as
     * such. Blocks.
     *
     * @throws StorageRefusedException if it is a Sentinel or a replica; the message says what to name instead
     * @throws StorageUnavailableException if the server does not answer, or temporarily rejects a request; also when
     *     interrupted, with the flag set again
     */
    public boolean isOfCluster() {
        String mode = mode(info());
        if (mode.equals("sentinel")) {
            throw refused("is a Sentinel: write redis-sentinel:// and #<name of the master>, as in"
                    + " redis-sentinel://host:26379#mymaster");
        }
        if (mode.equals("cluster")) {
            return true;
        }
        String replication = asked("INFO", () -> port.info("replication"), timeout);
        if (RoleCheck.isReplica(replication)) {
            Matcher master = MASTER.matcher(replication);
            String of = master.find() ? " of " + new Node(master.group(1), Integer.parseInt(master.group(2))) : "";
            throw refused("is a replica" + of
                    + ": name the master, or its Sentinels as in redis-sentinel://host:26379#mymaster;"
                    + " if a failover is in progress, start again");
        }
        return false;
    }

    /** What the server says it is: {@code standalone}, {@code cluster} or {@code sentinel}; empty if it does not. */
    static String mode(String info) {
        Matcher mode = MODE.matcher(info);
        return mode.find() ? mode.group(1) : "";
    }

    /** Loads scripts over a connection before it is used. Fails as the port's stages do. */
    public static CompletionStage<Void> load(RedisPort port, List<Script> scripts) {
        return CompletableFuture.allOf(scripts.stream()
                .map(script -> port.scriptLoad(script.text()).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    private void checkVersion(String info) {
        Matcher version = VERSION.matcher(info);
        if (!version.find()) {
            throw refused("does not report its version; Redis 6.2 or newer, or Valkey, is required");
        }
        int major = Integer.parseInt(version.group(2));
        int minor = Integer.parseInt(version.group(3));
        if (major < NEEDED_MAJOR || (major == NEEDED_MAJOR && minor < NEEDED_MINOR)) {
            throw refused("runs Redis " + version.group(1) + "; 6.2 or newer is required");
        }
    }

    /** Versions and times have more than 32 bits, and scripts on a 32-bit server truncate them silently. */
    private void checkBits(String info) {
        Matcher bits = BITS.matcher(info);
        if (bits.find() && Integer.parseInt(bits.group(1)) < NEEDED_BITS) {
            throw refused("is a " + bits.group(1)
                    + "-bit build of Redis, whose scripts cut off larger numbers; use a 64-bit build");
        }
    }

    /**
     * Tries the permissions that scripts need. A node of a cluster may not know the script; an error that says so shows
     * that it would have run it.
     *
     * @param probe tries every command; returns the name of the first that failed and the server's text, or {@code OK}
     * @param on where they are tried, for errors
     */
    public void tryRights(Script probe, List<byte[]> keys, String on) {
        CompletionStage<List<Object>> known = port.evalsha(probe.sha(), keys, List.of())
                .exceptionallyCompose(failure -> ScriptCalls.isForgotten(failure)
                        ? CompletableFuture.completedFuture(List.of())
                        : CompletableFuture.failedFuture(failure));
        checkProbe(await("EVALSHA" + on, known, timeout), on);
        checkProbe(await("EVAL" + on, port.eval(probe.text(), keys, List.of()), timeout), on);
    }

    private void checkProbe(List<Object> reply, String on) {
        if (reply.size() == 2 && reply.get(0) instanceof byte[] command && reply.get(1) instanceof byte[] error) {
            RedisPortException failure = RedisPortException.ofServerError(new String(error, UTF_8));
            throw failed(new String(command, UTF_8) + on, failure);
        }
    }

    private String info() {
        return asked("INFO", () -> port.info("server"), timeout);
    }

    /**
     * Sends the first command on a connection and waits for the answer. The connection may be lost as soon as it is
     * open, or be opened late: a command that was not sent is sent again until the limit has passed.
     */
    public <T> T asked(String command, Supplier<CompletionStage<T>> question, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                return await(command, question.get(), limit);
            } catch (StorageUnavailableException e) {
                boolean notSent =
                        e.getCause() instanceof RedisPortException failure && failure.kind() == CommandOutcome.NOT_SENT;
                boolean late = System.nanoTime() - end >= 0;
                if (late || !notSent || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    /**
     * Waits for an answer that connecting needs. Blocks.
     *
     * @param command what was asked, for errors
     * @throws StorageRefusedException if it is refused; the message names a missing permission
     * @throws StorageUnavailableException if there is no answer within the limit, or the server temporarily rejects the
     *     request; also when interrupted, with the flag set again
     */
    public <T> T await(String command, CompletionStage<T> reply, Duration limit) {
        try {
            return reply.toCompletableFuture().get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageUnavailableException(server + ": interrupted while connecting", timeout, e);
        } catch (TimeoutException e) {
            throw new StorageUnavailableException(
                    String.format(Locale.ROOT, "%s: no answer to %s within %s", server, command, limit), timeout, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RedisPortException failure) {
                throw failed(command, failure);
            }
            throw new StorageUnavailableException(server + ": " + command + " failed", timeout, e.getCause());
        }
    }

    /** Returns the failure of connecting that a failed command causes. */
    public RuntimeException failed(String command, RedisPortException failure) {
        if (failure.code().equals("NOPERM")
                && failure.kind() != CommandOutcome.NOT_SENT) { // if not sent, a Sentinel has answered this
            return refused("the user has no permission for " + command, failure);
        }
        String message = String.format(Locale.ROOT, "%s: %s: %s", server, command, failure.getMessage());
        return failure.isLasting()
                ? new StorageRefusedException(message, failure)
                : new StorageUnavailableException(message, timeout, failure);
    }

    /** Returns the exception for a server that cannot be used. */
    public StorageRefusedException refused(String why) {
        return new StorageRefusedException(server + " " + why, null);
    }

    private StorageRefusedException refused(String why, RedisPortException failure) {
        return new StorageRefusedException(server + ": " + why, failure);
    }
}
