package io.botfsm.spring;

import io.botfsm.Fsm;
import io.botfsm.lock.LockListener;
import io.botfsm.micrometer.BotMetrics;
import io.botfsm.micrometer.BotObservations;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.TransitionListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Meters and observations, if fsm-micrometer and a registry are present. */
@AutoConfiguration(
        before = StorageAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnClass({BotMetrics.class, MeterRegistry.class})
@ConditionalOnBean(MeterRegistry.class)
final class MetricsAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    BotMetrics botfsmMetrics(MeterRegistry registry, Environment environment) {
        return BotMetrics.of(registry, bot(environment));
    }

    private static String bot(Environment environment) {
        return Stream.of("botfsm.lock.name", "spring.application.name")
                .flatMap(property -> Stream.ofNullable(environment.getProperty(property)))
                .filter(name -> !name.isBlank())
                .findFirst()
                .orElse("bot");
    }

    @Bean
    BotMeasurement botfsmMeasurement(
            BotMetrics metrics, ObjectProvider<ObservationRegistry> registries, Environment environment) {
        Optional<BotObservations> observations = Optional.ofNullable(registries.getIfUnique())
                .map(registry -> BotObservations.of(registry, bot(environment)));
        Map<String, LockListener> locks = new ConcurrentHashMap<>();
        return new BotMeasurement() {
            @Override
            public StateStorage measured(StateStorage storage) {
                StateStorage measured = metrics.measure(storage);
                return observations.map(each -> each.observe(measured)).orElse(measured);
            }

            @Override
            public Fsm measured(Fsm fsm) {
                Fsm measured = metrics.measure(fsm);
                return observations.map(each -> each.observe(measured)).orElse(measured);
            }

            @Override
            public Optional<TransitionListener> transitions() {
                return Optional.of(metrics.transitions());
            }

            @Override
            public Optional<LockListener> lock(String name) {
                return Optional.of(locks.computeIfAbsent(name, metrics::lock));
            }
        };
    }
}
