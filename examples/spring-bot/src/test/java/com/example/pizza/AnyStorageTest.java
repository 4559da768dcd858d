package com.example.pizza;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.StorageKey;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.TelegramUser;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole application, unchanged, on each storage: a conversation goes on after a restart. */
@Timeout(120)
class AnyStorageTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static ConfigurableApplicationContext start(BotApiDouble telegram, String... properties) {
        return SpringApplication.run(
                PizzaBotApplication.class,
                Stream.concat(
                                Stream.of(properties),
                                Stream.of(
                                        "botfsm.exit=false",
                                        "botfsm.telegram.token=" + telegram.token(),
                                        "botfsm.telegram.server=" + telegram.uri()))
                        .map(property -> "--" + property)
                        .toArray(String[]::new));
    }

    private static void orders(String... storage) throws InterruptedException {
        try (BotApiDouble telegram = BotApiDouble.start()) {
            TelegramUser ann = telegram.user(1);
            try (ConfigurableApplicationContext bot = start(telegram, storage)) {
                assertThat(bot.isRunning()).isTrue();
                ann.says("/order");
                ann.awaitReply("Small or large?", PATIENCE);
            }
            try (ConfigurableApplicationContext bot = start(telegram, storage)) {
                ann.says("small");
                ann.awaitReply("Where to with your small one?", PATIENCE);
                StorageKey key = StorageKey.bot(telegram.token().split(":", 2)[0])
                        .chat(1)
                        .user(1)
                        .build();
                assertThat(bot.getBean(Fsm.class).context(key).state(PizzaFlow.Order.class))
                        .contains(PizzaFlow.Order.ADDRESS);
            }
        }
    }

    @Test
    void memory() throws InterruptedException {
        try (BotApiDouble telegram = BotApiDouble.start();
                ConfigurableApplicationContext bot = start(telegram)) {
            assertThat(bot.isRunning()).isTrue();
            telegram.user(1).says("/order");
            telegram.user(1).awaitReply("Small or large?", PATIENCE);
        }
    }

    @Test
    void redis() throws InterruptedException {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always")) {
            orders("botfsm.storage=redis", "spring.data.redis.port=" + server.port());
        }
    }

    @Test
    void postgres() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on") // else a lock would wait: the server might forget leases
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .start()) {
            orders("botfsm.storage=jdbc", "spring.datasource.url=" + server.getJdbcUrl("postgres", "postgres"));
        }
    }

    @Test
    void theVersionsAreThoseOfSpringBoot() {
        List<String> classPath = List.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator));
        assertThat(classPath)
                .anyMatch(jar -> jar.contains("lettuce-core-" + System.getProperty("expected.lettuce")))
                .anyMatch(jar -> jar.contains("netty-common-" + System.getProperty("expected.netty")));
    }
}
