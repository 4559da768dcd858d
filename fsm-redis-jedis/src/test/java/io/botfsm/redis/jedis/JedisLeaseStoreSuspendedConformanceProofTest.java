package io.botfsm.redis.jedis;

/** Cut off means that the server stands still, and later executes what has reached it. */
final class JedisLeaseStoreSuspendedConformanceProofTest extends JedisLeaseConformance {
    @Override
    public void cutOff() {
        server.suspend();
    }

    @Override
    public void restore() {
        super.restore();
        server.resume();
    }
}
