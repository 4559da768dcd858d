package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.redis.spi.RedisPort;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far back a server is certain to know leases: since it started, or forever if it only responds after data is on
 * disk. It is queried once per connection, since another connection may lead to a server that has restarted; on a
 * cluster, each node is queried separately. Thread-safe.
 */
final class ServerMemory {
    private static final Pattern UPTIME = Pattern.compile("(?m)^uptime_in_seconds:(\\d{1,10})\\s*$");
    private static final Pattern AOF = Pattern.compile("(?m)^aof_enabled:1\\s*$");

    /** The maximum number of remembered servers, since nodes come and go over time. */
    private static final int MOST_SERVERS = 1_000;

    private final Map<RedisPort, MemoryReading> latest = new ConcurrentHashMap<>();

    /**
     * A query that was sent when the port's connection had this number, so that it was answered over that connection or
     * a later one.
     */
    private record MemoryReading(long connection, CompletableFuture<Memory> memory) {}

    /**
     * What is known of one server process.
     *
     * @param everything whether it never forgets
     * @param since a moment at which it had already started, in {@link System#nanoTime}
     */
    record Memory(boolean everything, long since) {
        /** Returns how far back the server remembers at the given time. */
        Duration at(long moment) {
            return everything ? Granted.EVERYTHING : Duration.ofNanos(Math.max(0, moment - since));
        }
    }

    /**
     * Returns the memory of the process that answered last, or of a later one. A later one remembers less, so a lease
     * that was granted before this call is never believed to be remembered for longer than it is. Already complete
     * unless the connection is new.
     */
    CompletableFuture<Memory> of(RedisPort server) {
        // before asking: another connection's answer must not be taken for this one's
        long connection = server.connection();
        MemoryReading reading = latest.get(server);
        if (reading == null
                || reading.connection() != connection
                || reading.memory().isCompletedExceptionally()) {
            reading = new MemoryReading(connection, query(server));
            if (latest.size() >= MOST_SERVERS) {
                latest.clear();
            }
            latest.put(server, reading);
        }
        return reading.memory();
    }

    private static CompletableFuture<Memory> query(RedisPort server) {
        CompletionStage<Boolean> everything = server.info("persistence")
                .thenCompose(text -> AOF.matcher(text).find() ? isAlwaysSynced(server) : completedFalse())
                .exceptionally(failure -> false);
        return server.info("server")
                .thenApply(ServerMemory::startedBefore)
                .thenCombine(everything, (since, all) -> new Memory(all, since))
                .toCompletableFuture();
    }

    /** The server computes its uptime from two times in whole seconds, so it may be one second too high. */
    private static long startedBefore(String info) {
        Matcher uptime = UPTIME.matcher(info);
        if (!uptime.find()) {
            throw new IllegalStateException("the server does not report its uptime");
        }
        return System.nanoTime() - TimeUnit.SECONDS.toNanos(Long.parseLong(uptime.group(1)) - 1);
    }

    private static CompletionStage<Boolean> isAlwaysSynced(RedisPort server) {
        return server.configGet("*appendfsync*")
                .thenApply(settings -> hasSetting(settings, "appendfsync", "always")
                        && hasSetting(settings, "no-appendfsync-on-rewrite", "no"));
    }

    private static CompletionStage<Boolean> completedFalse() {
        return CompletableFuture.completedFuture(false);
    }

    private static boolean hasSetting(List<byte[]> settings, String name, String value) {
        for (int i = 0; i + 1 < settings.size(); i += 2) {
            if (new String(settings.get(i), UTF_8).equals(name)) {
                return new String(settings.get(i + 1), UTF_8).equals(value);
            }
        }
        return false;
    }
}
