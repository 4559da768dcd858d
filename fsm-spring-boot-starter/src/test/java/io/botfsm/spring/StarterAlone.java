package io.botfsm.spring;

import io.botfsm.flow.Flow;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Applications with this starter's auto-configuration and no other, which start much faster than whole ones. */
final class StarterAlone {
    private StarterAlone() {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        MetricsAutoConfiguration.class,
        StorageAutoConfiguration.class,
        TelegramAutoConfiguration.class,
        BotfsmAutoConfiguration.class,
        HealthAutoConfiguration.class
    })
    static class Configured {}

    /** The flow of {@link PizzaApp}. */
    @Configuration(proxyBeanMethods = false)
    static class OneFlow {
        @Bean
        Flow<String, String> pizza() {
            return new PizzaApp().pizza();
        }
    }

    /** An application with the flow of {@link PizzaApp}, and a storage in memory. */
    static ApplicationContextRunner pizza() {
        return with(OneFlow.class).withPropertyValues("botfsm.storage=memory", "botfsm.exit=false");
    }

    static ApplicationContextRunner with(Class<?> configuration) {
        return new ApplicationContextRunner().withUserConfiguration(Configured.class, configuration);
    }
}
