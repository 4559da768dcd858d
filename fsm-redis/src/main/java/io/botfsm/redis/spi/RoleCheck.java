package io.botfsm.redis.spi;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** Determines whether a server is asked if it is a master before a new connection to it is used. */
public enum RoleCheck {
    /** Never ask: a node of a cluster refuses commands for slots that it does not serve. */
    NEVER,
    /** Ask a server that replaced the previous one, or that is connected after a write was refused. */
    OF_ANOTHER_SERVER,
    /** Always ask: Sentinels may be out of date. */
    ALWAYS;

    private static final Pattern REPLICA = Pattern.compile("(?m)^role:slave\\s*$");

    /** Returns whether to ask before a new connection is used. */
    public boolean isNeeded(boolean ofAnotherServer) {
        return this == ALWAYS || (this == OF_ANOTHER_SERVER && ofAnotherServer);
    }

    /** Returns whether the output of {@code INFO replication} is that of a replica. */
    public static boolean isReplica(String info) {
        return REPLICA.matcher(info).find();
    }

    /** Asks the server. Fails as the port's stages do; for a replica, it fails like a refused write. */
    static CompletionStage<Void> requireMaster(RedisPort port) {
        return port.info("replication")
                .thenCompose(info -> isReplica(info)
                        ? CompletableFuture.failedFuture(RedisPortException.ofServerError("READONLY"))
                        : CompletableFuture.completedFuture(null));
    }
}
