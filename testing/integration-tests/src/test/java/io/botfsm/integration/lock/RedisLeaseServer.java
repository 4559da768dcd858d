package io.botfsm.integration.lock;

import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import java.util.List;

/** A Redis. */
final class RedisLeaseServer implements LeaseServer {
    /** The key of the lease, and the channel of its releases. */
    private static final String LEASE = "lock:{" + ActiveInstance.NAME + "}";

    private final RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
    private final RespConnection admin = server.connect();

    @Override
    public String uri() {
        return server.uri(0);
    }

    @Override
    public long standbys(List<InstanceProcess> instances) {
        List<?> channelAndCount = (List<?>) admin.call("PUBSUB", "NUMSUB", LEASE);
        return (Long) channelAndCount.get(1);
    }

    @Override
    public long remainingMillis() {
        return admin.number("PTTL", LEASE);
    }

    @Override
    public void close() {
        admin.close();
        server.close();
    }

    @Override
    public String toString() {
        return "Redis";
    }
}
