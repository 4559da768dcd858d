package io.botfsm.spring;

import io.botfsm.Fsm;
import io.botfsm.storage.StateStorage;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Health and the actuator's endpoint. */
@AutoConfiguration(after = BotfsmAutoConfiguration.class)
final class HealthAutoConfiguration {
    private static BotHealth health(
            StateStorage conversations, ObjectProvider<BotLocks> locks, ObjectProvider<BotLifecycle> bots) {
        return new BotHealth(
                conversations, locks.stream().findFirst(), bots.stream().findFirst());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(org.springframework.boot.actuate.health.HealthIndicator.class)
    @ConditionalOnProperty(name = "management.health.botfsm.enabled", matchIfMissing = true)
    static final class Boot3 {
        @Bean
        org.springframework.boot.actuate.health.HealthIndicator botfsmHealthIndicator(
                StateStorage conversations, ObjectProvider<BotLocks> locks, ObjectProvider<BotLifecycle> bots) {
            BotHealth health = health(conversations, locks, bots);
            return new org.springframework.boot.actuate.health.AbstractHealthIndicator() {
                @Override
                protected void doHealthCheck(org.springframework.boot.actuate.health.Health.Builder builder)
                        throws Exception {
                    builder.withDetails(health.details()).up();
                    if (health.hasEnded()) {
                        builder.down();
                    }
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(org.springframework.boot.health.contributor.HealthIndicator.class)
    @ConditionalOnProperty(name = "management.health.botfsm.enabled", matchIfMissing = true)
    static final class Boot4 {
        @Bean
        org.springframework.boot.health.contributor.HealthIndicator botfsmHealthIndicator(
                StateStorage conversations, ObjectProvider<BotLocks> locks, ObjectProvider<BotLifecycle> bots) {
            BotHealth health = health(conversations, locks, bots);
            return new org.springframework.boot.health.contributor.AbstractHealthIndicator() {
                @Override
                protected void doHealthCheck(org.springframework.boot.health.contributor.Health.Builder builder)
                        throws Exception {
                    builder.withDetails(health.details()).up();
                    if (health.hasEnded()) {
                        builder.down();
                    }
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
