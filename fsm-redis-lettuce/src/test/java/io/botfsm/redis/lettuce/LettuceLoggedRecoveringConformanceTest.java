package io.botfsm.redis.lettuce;

import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.storage.LoggingStateStorage;
import io.botfsm.storage.StateStorage;

/** A source that knows other conversations changes nothing, with transitions logged above and below. */
final class LettuceLoggedRecoveringConformanceTest extends LettuceConformance {
    @Override
    StateStorage decorate(StateStorage storage) {
        StateStorage logged = new LoggingStateStorage(storage);
        return new LoggingStateStorage(
                RecoveringStateStorage.builder(logged, new OthersRecovery()).build());
    }

    @Override
    public void cutOff() {
        proxy.cut();
    }
}
