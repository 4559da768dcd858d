package io.botfsm.redis.jedis;

import io.botfsm.redis.testkit.RedisServerProcess;

/** Cut off means that the server stands still, and later executes what has reached it. */
final class JedisLeaseStoreSuspendedConformanceProofTest extends JedisLeaseConformance {
    private RedisServerProcess process;

    @Override
    RedisServerProcess startServer() {
        process = RedisServerProcess.start();
        return process;
    }

    @Override
    public void cutOff() {
        process.suspend();
    }

    @Override
    public void restore() {
        super.restore();
        process.resume();
    }
}
