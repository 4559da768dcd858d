package io.botfsm.redis.jedis;

/** Cut off means that connections are reset and new ones refused. */
final class JedisLeaseStoreConformanceProofTest extends JedisLeaseConformance {
    @Override
    public void cutOff() {
        proxy.cut();
    }
}
