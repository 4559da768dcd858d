package io.botfsm.spring;

import io.botfsm.Fsm;
import io.botfsm.micrometer.BotMetrics;
import io.botfsm.storage.StateStorage;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Health and the actuator's endpoint. */
@AutoConfiguration(after = BotfsmAutoConfiguration.class)
final class HealthAutoConfiguration {
    @Bean
    BotHealth botfsmHealth(
            StateStorage conversations,
            ObjectProvider<ChosenStorage> chosen,
            ObjectProvider<BotLocks> locks,
            ObjectProvider<BotLifecycle> bots) {
        return new BotHealth(
                chosen.stream().findFirst().map(ChosenStorage::conversations).orElse(conversations),
                locks.stream().findFirst(),
                bots.stream().findFirst());
    }

    /** The same checks as meters. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(BotMetrics.class)
    @ConditionalOnBean(BotMetrics.class)
    static final class Measured {
        @Bean
        @Lazy(false)
        SmartInitializingSingleton botfsmMeasuredHealth(BotHealth health, BotMetrics metrics) {
            return () -> health.checks().forEach(metrics::bind);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(org.springframework.boot.actuate.health.HealthIndicator.class)
    @ConditionalOnProperty(name = "management.health.botfsm.enabled", matchIfMissing = true)
    static final class Boot3 {
        @Bean
        org.springframework.boot.actuate.health.HealthIndicator botfsmHealthIndicator(BotHealth health) {
            return new org.springframework.boot.actuate.health.AbstractHealthIndicator() {
                @Override
                protected void doHealthCheck(org.springframework.boot.actuate.health.Health.Builder builder) {
                    BotHealth.Report report = health.check();
                    (report.isUp() ? builder.up() : builder.down()).withDetails(report.details());
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(org.springframework.boot.health.contributor.HealthIndicator.class)
    @ConditionalOnProperty(name = "management.health.botfsm.enabled", matchIfMissing = true)
    static final class Boot4 {
        @Bean
        org.springframework.boot.health.contributor.HealthIndicator botfsmHealthIndicator(BotHealth health) {
            return new org.springframework.boot.health.contributor.AbstractHealthIndicator() {
                @Override
                protected void doHealthCheck(org.springframework.boot.health.contributor.Health.Builder builder) {
                    BotHealth.Report report = health.check();
                    (report.isUp() ? builder.up() : builder.down()).withDetails(report.details());
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static final class Conversations {
        @Bean
        @ConditionalOnAvailableEndpoint
        ConversationsEndpoint botfsmEndpoint(Fsm fsm) {
            return new ConversationsEndpoint(fsm);
        }
    }
}
