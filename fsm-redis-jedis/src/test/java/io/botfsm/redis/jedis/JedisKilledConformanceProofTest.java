package io.botfsm.redis.jedis;

import io.botfsm.redis.testkit.RedisServerProcess;

/** Cut off means that the server is killed, and then started again with what it has on disk. */
final class JedisKilledConformanceProofTest extends JedisConformance {
    private RedisServerProcess process;
    private boolean killed;

    @Override
    RedisServerProcess startServer() {
        process = RedisServerProcess.start("appendonly yes", "appendfsync always");
        return process;
    }

    @Override
    public void cutOff() {
        process.kill();
        killed = true;
    }

    @Override
    public void restore() {
        super.restore();
        if (killed) {
            process.startAgain();
            killed = false;
        }
    }
}
