package io.botfsm.redis.jedis;

import io.botfsm.redis.testkit.RedisServerProcess;

/** Cut off means that the server is killed, and then started again with what it has on disk. */
final class JedisKilledConformanceProofTest extends JedisConformance {
    private boolean killed;

    @Override
    RedisServerProcess startServer() {
        return RedisServerProcess.start("appendonly yes", "appendfsync always");
    }

    @Override
    public void cutOff() {
        server.kill();
        killed = true;
    }

    @Override
    public void restore() {
        super.restore();
        if (killed) {
            server.startAgain();
            killed = false;
        }
    }
}
