package io.botfsm.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.lifecycle.BotRunner.BotFactory;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.micrometer.BotMetrics;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.DefaultTelegramClient;
import io.botfsm.telegrambots.TelegramSender;
import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/** This starter's auto-configuration and no other: what it needs, and what it leaves to the application. */
@Timeout(60)
class ConditionsTest {
    private static final BotToken TOKEN = BotToken.of("7000000004:" + "a".repeat(35));
    private static final URI NOBODY = URI.create("http://127.0.0.1:1");

    private final ApplicationContextRunner app = StarterAlone.pizza().withPropertyValues("botfsm.lock.name=pizza");

    private final ApplicationContextRunner withBot =
            app.withPropertyValues("botfsm.telegram.token=" + TOKEN.value(), "botfsm.telegram.server=" + NOBODY);

    @Test
    void needsNeitherActuatorNorMetersNorWebServer() {
        withBot.withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.actuate",
                        "org.springframework.boot.health",
                        "org.springframework.web",
                        "io.micrometer"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(BotFactory.class)
                        .doesNotHaveBean("botfsmHealthIndicator")
                        .doesNotHaveBean(ConversationsEndpoint.class));
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void anApplicationWithoutABotSaysSo(CapturedOutput output) {
        withBot.run(context -> assertThat(output).doesNotContain("No bot runs"));
        app.run(context -> assertThat(output).contains("No bot runs: botfsm.telegram.token is not set"));
    }

    @Test
    void metersNeedARegistryAndTheirModule() {
        app.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(BotMetrics.class));
        ApplicationContextRunner measured = app.withBean(MeterRegistry.class, SimpleMeterRegistry::new);
        measured.run(context -> assertThat(context).hasSingleBean(BotMetrics.class));
        measured.withClassLoader(new FilteredClassLoader(BotMetrics.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("botfsmMetrics"));
    }

    @Test
    void healthMayBeSwitchedOff() {
        app.run(context -> assertThat(context).hasBean("botfsmHealthIndicator"));
        app.withPropertyValues("management.health.botfsm.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("botfsmHealthIndicator"));
    }

    @Test
    void aDatabaseNeedsADataSource() {
        app.withPropertyValues("botfsm.storage=jdbc")
                .run(context -> assertThat(StorageAutoConfigurationTest.failure(context.getStartupFailure())
                                .action())
                        .contains("spring.datasource.url"));
    }

    @Test
    void redisNeedsAnAddressAndAClient() {
        ApplicationContextRunner redis = app.withPropertyValues("botfsm.storage=redis");
        redis.run(context -> assertThat(StorageAutoConfigurationTest.failure(context.getStartupFailure())
                        .action())
                .contains("botfsm.redis.uri"));
        redis.withPropertyValues("botfsm.redis.uri=redis://localhost:1")
                .withClassLoader(new FilteredClassLoader(RedisClient.class))
                .run(context -> assertThat(StorageAutoConfigurationTest.failure(context.getStartupFailure())
                                .action())
                        .contains("fsm-redis-lettuce"));
    }

    @Test
    void whatTheApplicationDeclaresIsUsed() {
        DefaultTelegramClient client = new DefaultTelegramClient(TOKEN, NOBODY);
        Map<Class<?>, Object> own = Map.of(
                BotToken.class,
                TOKEN,
                TelegramClient.class,
                client.client(),
                TelegramSender.class,
                TelegramSender.builder(client.client()).build(),
                InstanceLock.class,
                InstanceLock.builder(new MemoryLeaseStore(), "own").build(),
                BotMetrics.class,
                BotMetrics.of(new SimpleMeterRegistry(), "own"));
        ApplicationContextRunner all = withBot.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withClassLoader(new FilteredClassLoader(OkHttpTelegramClient.class));
        for (Map.Entry<Class<?>, Object> each : own.entrySet()) {
            all = declared(all, each.getKey(), each.getValue());
        }
        all.run(context -> {
            assertThat(context).hasNotFailed();
            own.forEach((type, bean) -> assertThat(context).getBean(type).isSameAs(bean));
        });
        client.close();
    }

    @Test
    void propertiesArePrintedWithoutSecrets() {
        app.withPropertyValues(
                        "botfsm.redis.uri=redis://:secret42@localhost",
                        "botfsm.telegram.webhook.secret=secret42",
                        "botfsm.telegram.token=" + TOKEN.value(),
                        "botfsm.telegram.server=" + NOBODY)
                .run(context -> {
                    BotfsmProperties properties = context.getBean(BotfsmProperties.class);
                    assertThat(properties + " " + properties.telegram().webhook())
                            .contains("Redis[", "Telegram[", "Webhook[")
                            .doesNotContain("secret42", TOKEN.value());
                });
    }

    @Test
    void anOwnFsmIsUsed() {
        Fsm own = Fsm.of(new MemoryStateStorage());
        app.withBean(Fsm.class, () -> own)
                .run(context -> assertThat(context).getBean(Fsm.class).isSameAs(own));
    }

    private static <T> ApplicationContextRunner declared(ApplicationContextRunner app, Class<T> type, Object bean) {
        return app.withBean("own" + type.getSimpleName(), type, () -> type.cast(bean));
    }
}
