package io.botfsm.integration.storage;

import io.botfsm.conformance.internal.EmptyRecovery;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.redis.client.testing.RedisStorageConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.LoggingStateStorage;
import io.botfsm.transition.NotifyingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage;
import io.botfsm.transition.TransitionRules;
import java.util.List;
import org.slf4j.event.Level;
import org.slf4j.helpers.NOPLogger;

/** The whole stack of decorators, with rules that declare nothing and only warn. */
final class LettuceStackConformanceTest extends RedisStorageConformance {
    private static final TransitionRules NONE = TransitionRules.builder().build();

    LettuceStackConformanceTest() {
        super(LettuceRedis::builder, Topology::server);
    }

    @Override
    protected StateStorage decorate(StateStorage storage) {
        StateStorage recovering =
                RecoveringStateStorage.builder(storage, new EmptyRecovery()).build();
        StateStorage logging = new LoggingStateStorage(recovering, NOPLogger.NOP_LOGGER, Level.INFO);
        StateStorage notifying = new NotifyingStateStorage(logging, List.of(transition -> {}));
        return new TransitionCheckingStateStorage(notifying, NONE);
    }
}
