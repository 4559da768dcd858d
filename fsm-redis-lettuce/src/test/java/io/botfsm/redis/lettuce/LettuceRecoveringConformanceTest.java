package io.botfsm.redis.lettuce;

import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.storage.StateStorage;

/** A source that knows nothing changes nothing. */
final class LettuceRecoveringConformanceTest extends LettuceConformance {
    @Override
    StateStorage decorate(StateStorage storage) {
        return RecoveringStateStorage.builder(storage, new EmptyRecovery()).build();
    }

    @Override
    public void cutOff() {
        proxy.blackhole();
    }
}
