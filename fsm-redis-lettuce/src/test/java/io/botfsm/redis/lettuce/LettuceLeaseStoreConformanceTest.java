package io.botfsm.redis.lettuce;

/** Cut off means that connections are reset and new ones refused. */
final class LettuceLeaseStoreConformanceTest extends LettuceLeaseConformance {
    @Override
    public void cutOff() {
        proxy.cut();
    }
}
