package io.botfsm.redis.lettuce;

import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.storage.StateStorage;

/** A source that knows other conversations changes nothing. */
final class LettuceRecoveringConformanceProofTest extends LettuceConformance {
    @Override
    StateStorage decorate(StateStorage storage) {
        return RecoveringStateStorage.builder(storage, new OthersRecovery()).build();
    }

    @Override
    public void cutOff() {
        proxy.blackhole();
    }
}
