package io.botfsm.redis.jedis;

/** The usual storage; cut off means that connections are reset and new ones refused. */
final class JedisStateStorageConformanceTest extends JedisConformance {
    @Override
    public void cutOff() {
        proxy.cut();
    }
}
