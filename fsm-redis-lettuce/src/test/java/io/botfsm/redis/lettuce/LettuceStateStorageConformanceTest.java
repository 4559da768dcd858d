package io.botfsm.redis.lettuce;

/** The usual storage; cut off means that connections are reset and new ones refused. */
final class LettuceStateStorageConformanceTest extends LettuceConformance {
    @Override
    public void cutOff() {
        proxy.cut();
    }
}
