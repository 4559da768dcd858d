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
     * What has to be there: a replica that was promoted has a second replication id, and the lease itself was written
     * by a {@code SET} that was counted.
     */
    private static final List<Pattern> REQUIRED = List.of(
            line("(redis|server)_mode:standalone"),
            line("loading:0"),
            line("evicted_keys:0"),
            line("role:master"),
            line("master_replid2:0{40}"),
            line("cmdstat_set:calls=0*[1-9].*"));

    /**
     * What must not be there: a command that empties, replaces or swaps what is stored, takes keys away, or makes a
     * replica of the server; or one that resets the counters, which Redis before 7 counts as one with all others of
     * {@code CONFIG}. Not {@code DEL}, by which leases are released.
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
     * @param connection the {@linkplain RedisPort#connection number} from before the moment that matters: if another
     *     process answers, nothing is shown
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
