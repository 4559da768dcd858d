package io.botfsm.redis.spi;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** When a server is asked whether it is a master, before a new connection to it is used. */
public enum RoleCheck {
    /** A node of a cluster refuses commands for slots that it does not serve. */
    NEVER,
    /** A server that took the place of the one before, or that is there after a write was refused. */
    OF_ANOTHER_SERVER,
    /** Sentinels may be out of date. */
    ALWAYS;

    private static final Pattern REPLICA = Pattern.compile("(?m)^role:slave\\s*$");

    /** Whether to ask before a new connection is used. */
    public boolean isNeeded(boolean ofAnotherServer) {
        return this == ALWAYS || (this == OF_ANOTHER_SERVER && ofAnotherServer);
    }

    /** Whether a server that says this of its replication ({@code INFO replication}) is a replica. */
    public static boolean isReplica(String info) {
        return REPLICA.matcher(info).find();
    }

    /** Asks the server; fails as the port's stages do, for a replica as for a write that it refuses. */
    static CompletionStage<Void> requireMaster(RedisPort port) {
        return port.info("replication")
                .thenCompose(info -> isReplica(info)
                        ? CompletableFuture.failedFuture(RedisPortException.ofServerError("READONLY"))
                        : CompletableFuture.completedFuture(null));
    }
}
