package io.botfsm.redis.lettuce;

/** Cut off means that the server stands still, and later executes what has reached it. */
final class LettuceLeaseStoreSuspendedConformanceTest extends LettuceLeaseConformance {
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
