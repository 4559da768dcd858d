package io.botfsm.spring;

import io.botfsm.Fsm;
import io.botfsm.lock.LockListener;
import io.botfsm.micrometer.BotMetrics;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.TransitionListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Meters, where fsm-micrometer and a registry are there. */
@AutoConfiguration(
        before = StorageAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass({BotMetrics.class, MeterRegistry.class})
@ConditionalOnBean(MeterRegistry.class)
final class MetricsAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    BotMetrics botfsmMetrics(MeterRegistry registry, Environment environment) {
        return BotMetrics.of(
                registry,
                environment.getProperty("botfsm.lock.name", environment.getProperty("spring.application.name", "bot")));
    }

    @Bean
    BotMeasurement botfsmMeasurement(BotMetrics metrics) {
        return new BotMeasurement() {
            @Override
            public StateStorage measured(StateStorage storage) {
                return metrics.measure(storage);
            }

            @Override
            public Fsm measured(Fsm fsm) {
                return metrics.measure(fsm);
            }

            @Override
            public Optional<TransitionListener> transitions() {
                return Optional.of(metrics.transitions());
            }

            @Override
            public Optional<LockListener> lock() {
                return Optional.of(metrics.lock());
            }
        };
    }
}
