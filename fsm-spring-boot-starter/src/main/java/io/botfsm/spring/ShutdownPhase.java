package io.botfsm.spring;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** How long Spring waits for a bot that is stopped. */
final class ShutdownPhase {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    private ShutdownPhase() {}

    static Duration timeout(Environment environment) {
        return Binder.get(environment)
                .bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
                .orElse(DEFAULT_TIMEOUT);
    }
}
