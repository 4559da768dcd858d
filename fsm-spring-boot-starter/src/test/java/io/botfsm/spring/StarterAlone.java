package io.botfsm.spring;

import io.botfsm.flow.Flow;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Applications with this starter's auto-configuration and no other, which start much faster than whole ones. */
final class StarterAlone {
    private StarterAlone() {}

    @Configuration(proxyBeanMethods = false)
    private static class OneFlow {
        @Bean
        Flow<String, String> pizza() {
            return new PizzaApp().pizza();
        }
    }

    /** One of {@link PizzaApp}'s flow, on memory. */
    static ApplicationContextRunner pizza() {
        return with(OneFlow.class).withPropertyValues("botfsm.storage=memory", "botfsm.exit=false");
    }

    static ApplicationContextRunner with(Class<?> configuration) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        MetricsAutoConfiguration.class,
                        StorageAutoConfiguration.class,
                        TelegramAutoConfiguration.class,
                        BotfsmAutoConfiguration.class,
                        HealthAutoConfiguration.class))
                .withUserConfiguration(configuration);
    }
}
