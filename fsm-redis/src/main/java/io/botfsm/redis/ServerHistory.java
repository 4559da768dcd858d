package io.botfsm.redis;

import io.botfsm.redis.spi.RedisPort;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * Determines whether a server can show by {@code INFO} that it has lost nothing since it started: it was not emptied,
 * has evicted nothing, has always been a master, and is not a node of a cluster, to which slots may move without their
 * keys. The counters start with the process; a reset of them is counted too. Missing or unknown information shows
 * nothing.
 */
final class ServerHistory {
    /**
     * Lines that must be present. A replica that was promoted has a second replication id. The lease itself was written
     * by a {@code SET}, which must have been counted.
     */
    private static final List<Pattern> REQUIRED = List.of(
            line("(redis|server)_mode:standalone"),
            line("loading:0"),
            line("evicted_keys:0"),
            line("role:master"),
            line("master_replid2:0{40}"),
            line("cmdstat_set:calls=0*[1-9].*"));

    /**
     * Commands that must not have been counted: those that empty, replace or swap the data, remove keys, or make the
     * server a replica; and those that reset the counters, which Redis before 7 counts together with all other
     * {@code CONFIG} commands. {@code DEL} is allowed, since it releases leases.
     */
    private static final Pattern LOSS = Pattern.compile("(?m)^cmdstat_("
            + "flushall|flushdb|swapdb|debug|unlink|getdel|delex|delifeq|rename|renamenx|move|copy|restore|migrate"
            + "|replicaof|slaveof|failover|config|config\\|resetstat):calls=0*[1-9]");

    private ServerHistory() {}

    private static Pattern line(String content) {
        return Pattern.compile("(?m)^" + content + "\\s*$");
    }

    /**
     * Asks the server; never fails.
     *
     * @param connection the {@linkplain RedisPort#connection number} before the request in question; if another process
     *     may have answered since, the result is false
     */
    static CompletableFuture<Boolean> isUnbroken(RedisPort server, long connection) {
        return server.info("all")
                .handle((info, failure) -> failure == null && server.connection() == connection && isUnbroken(info))
                .toCompletableFuture();
    }

    static boolean isUnbroken(String info) {
        return REQUIRED.stream().allMatch(line -> line.matcher(info).find())
                && !LOSS.matcher(info).find();
    }
}
