package io.botfsm.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.botfsm.Fsm;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.json.JacksonCodec;
import io.botfsm.json.JsonCodec;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.transition.TransitionCheckingStateStorage;
import io.botfsm.transition.TransitionListener;
import io.botfsm.transition.TransitionRules;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** Which storage an application gets, depending on what is present and on properties. */
@Timeout(120)
class StorageAutoConfigurationTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private static RedisServerProcess redis;

    private final ApplicationContextRunner app = new ApplicationContextRunner()
            .withUserConfiguration(PizzaApp.class)
            .withPropertyValues("spring.application.name=pizza");

    private final ApplicationContextRunner alone = StarterAlone.pizza();

    @BeforeAll
    static void start() {
        redis = RedisServerProcess.start();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    private static FilteredClassLoader without(Class<?>... types) {
        return new FilteredClassLoader(types);
    }

    private static String chosen(org.springframework.context.ApplicationContext context) {
        Fsm fsm = context.getBean(Fsm.class);
        fsm.context(KEY).setState(PizzaApp.Order.SIZE);
        assertThat(fsm.context(KEY).state(PizzaApp.Order.class)).contains(PizzaApp.Order.SIZE);
        return context.getBean(ChosenStorage.class).toString();
    }

    @Nested
    class WithoutAProperty {
        @Test
        void memoryIfNothingElseIsThere() {
            app.withClassLoader(without(BotDatabase.class, LettuceRedis.class, io.botfsm.redis.BotRedis.class))
                    .run(context -> assertThat(chosen(context))
                            .isEqualTo("memory until the process ends (no other storage is available)"));
        }

        @Test
        void theDataSourceIfThereIsOne() {
            app.withClassLoader(without(io.botfsm.redis.BotRedis.class))
                    .run(context -> assertThat(chosen(context))
                            .isEqualTo("BotDatabase[H2] (fsm-jdbc and a data source are present)"));
        }

        @Configuration(proxyBeanMethods = false)
        static class TwoDataSources {
            @Bean
            DataSource orders() {
                return h2("orders");
            }

            @Bean
            DataSource chats() {
                return h2("chats");
            }

            static DataSource h2(String name) {
                JdbcDataSource source = new JdbcDataSource();
                source.setUrl("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
                return source;
            }
        }

        @Configuration(proxyBeanMethods = false)
        static class PrimaryDataSource {
            @Bean
            @Primary
            DataSource main() {
                return TwoDataSources.h2("main");
            }
        }

        @Test
        void severalDataSourcesAreRefusedByTheirNames() {
            app.withClassLoader(without(io.botfsm.redis.BotRedis.class))
                    .withUserConfiguration(TwoDataSources.class)
                    .run(context -> assertThat(failure(context.getStartupFailure()))
                            .hasMessageContainingAll("orders", "chats")
                            .satisfies(failure -> assertThat(failure.action()).contains("@Primary")));
        }

        @Test
        void ofSeveralDataSourcesThePrimaryOne() {
            app.withClassLoader(without(io.botfsm.redis.BotRedis.class))
                    .withUserConfiguration(TwoDataSources.class, PrimaryDataSource.class)
                    .run(context -> assertThat(chosen(context)).startsWith("BotDatabase[H2]"));
        }

        @Test
        void redisBySpringsConnectionDetails() {
            app.withClassLoader(without(BotDatabase.class))
                    .withPropertyValues("spring.data.redis.port=" + redis.port(), "spring.data.redis.database=3")
                    .run(context -> assertThat(chosen(context))
                            .contains("/3]")
                            .endsWith("(fsm-redis-lettuce is present, and spring.data.redis is set up)"));
        }

        @Test
        void jedisIfLettucesAdapterIsNotThere() {
            app.withClassLoader(without(BotDatabase.class, LettuceRedis.class))
                    .withPropertyValues("spring.data.redis.port=" + redis.port())
                    .run(context -> assertThat(chosen(context)).contains("fsm-redis-jedis is present"));
        }

        @Test
        void refusesToGuessBetweenTwo() {
            app.run(context -> assertThat(failure(context.getStartupFailure())).satisfies(failure -> {
                assertThat(failure).hasMessageContaining("several storages");
                assertThat(failure.action()).contains("botfsm.storage", "redis", "jdbc");
            }));
        }

        @Test
        void saysWhatToAddIfNothingIsThere() {
            app.withClassLoader(without(BotDatabase.class, io.botfsm.redis.BotRedis.class, MemoryStateStorage.class))
                    .run(context -> assertThat(
                                    failure(context.getStartupFailure()).action())
                            .contains("fsm-memory", "fsm-redis-lettuce", "fsm-jdbc"));
        }
    }

    @Nested
    class WithAProperty {
        @Test
        void memoryThoughOthersAreThere() {
            app.withPropertyValues("botfsm.storage=memory")
                    .run(context -> assertThat(chosen(context)).contains("memory", "set by botfsm.storage"));
        }

        @Test
        void aTtl() {
            alone.withPropertyValues("botfsm.storage=memory", "botfsm.ttl=-1s")
                    .run(context ->
                            assertThat(failure(context.getStartupFailure())).hasMessageContaining("time to live"));
        }

        @Test
        void aUriOfRedisBeforeSpringsDetails() {
            app.withPropertyValues("botfsm.storage=redis", "botfsm.redis.uri=" + redis.uri(5))
                    .run(context -> assertThat(chosen(context)).contains("/5]"));
        }

        @Test
        void aUriOfRedisWithoutSpringData() {
            alone.withClassLoader(without(org.springframework.data.redis.core.RedisOperations.class))
                    .withPropertyValues("botfsm.storage=redis", "botfsm.redis.uri=" + redis.uri(6))
                    .run(context -> assertThat(chosen(context)).contains("/6]"));
        }

        @Test
        void aWrongUriIsNamedWithoutItsPassword() {
            alone.withPropertyValues("botfsm.storage=redis", "botfsm.redis.uri=redis://:secret42@")
                    .run(context -> assertThat(failure(context.getStartupFailure()))
                            .hasMessageContaining("botfsm.redis.uri")
                            .hasMessageNotContaining("secret42"));
        }

        @Test
        void whatSpringsDetailsCannotMean() {
            app.withPropertyValues("botfsm.storage=redis", "spring.data.redis.port=0")
                    .run(context -> assertThat(failure(context.getStartupFailure()))
                            .hasMessageContaining("spring.data.redis cannot be used: the port")
                            .satisfies(failure -> assertThat(failure.action()).contains("botfsm.redis.uri")));
        }

        @Test
        void whatItNeedsIsMissing() {
            alone.withClassLoader(without(BotDatabase.class))
                    .withPropertyValues("botfsm.storage=jdbc")
                    .run(context -> assertThat(
                                    failure(context.getStartupFailure()).action())
                            .contains("fsm-jdbc", "spring.datasource.url"));
        }

        @Test
        void tablesMayBeCreatedByAMigration() {
            app.withPropertyValues(
                            "botfsm.storage=jdbc",
                            "botfsm.jdbc.create-tables=false",
                            "spring.sql.init.schema-locations=classpath:io/botfsm/jdbc/h2.sql")
                    .run(context -> assertThat(chosen(context)).startsWith("BotDatabase[H2]"));
        }

        @Test
        void tablesAreNotCreatedIfForbidden() {
            app.withPropertyValues("botfsm.storage=jdbc", "botfsm.jdbc.create-tables=false")
                    .run(context ->
                            assertThat(failure(context.getStartupFailure())).hasMessageContaining("storage jdbc"));
        }
    }

    @Nested
    class RedisUnavailableAtTheStart {
        private final int port = RedisServerProcess.freePort();

        @Test
        void failsWithTheReason() {
            app.withPropertyValues("botfsm.storage=redis", "spring.data.redis.port=" + port)
                    .run(context -> assertThat(failure(context.getStartupFailure()))
                            .hasMessageContaining("localhost:" + port)
                            .satisfies(failure -> assertThat(failure.action()).contains("botfsm.storage-wait")));
        }

        @Test
        void failsIfItAcceptsAndNeverAnswers() throws IOException {
            try (ServerSocket silent = new ServerSocket(0)) {
                app.withPropertyValues(
                                "botfsm.storage=redis",
                                "botfsm.redis.timeout=200ms",
                                "spring.data.redis.port=" + silent.getLocalPort())
                        .run(context -> assertThat(failure(context.getStartupFailure()))
                                .hasMessageContaining("localhost:" + silent.getLocalPort()));
            }
        }

        @Test
        @ExtendWith(OutputCaptureExtension.class)
        void isWaitedForIfToldTo(CapturedOutput log) throws Exception {
            RedisServerProcess late = RedisServerProcess.start();
            late.stop();
            Thread starter = new Thread(() -> {
                await().atMost(Duration.ofSeconds(60)).until(() -> log.getAll().contains("The start is waiting"));
                late.startAgain();
            });
            starter.start();
            app.withPropertyValues(
                            "botfsm.storage=redis", "spring.data.redis.port=" + late.port(), "botfsm.storage-wait=100s")
                    .run(context -> assertThat(chosen(context)).contains(":" + late.port()));
            starter.join();
            late.close();
        }
    }

    @Nested
    class BeansOfTheApplication {
        @Configuration(proxyBeanMethods = false)
        static class OwnStorage {
            @Bean
            StateStorage own() {
                return new MemoryStateStorage();
            }

            @Bean
            LeaseStore ownLeases() {
                return new MemoryLeaseStore();
            }
        }

        @Test
        void anOwnStorageIsUsedAsItIs() {
            alone.withUserConfiguration(OwnStorage.class).run(context -> {
                assertThat(context).hasNotFailed().doesNotHaveBean(ChosenStorage.class);
                assertThat(context.getBean(Fsm.class).storage()).isInstanceOf(MemoryStateStorage.class);
            });
        }

        @Configuration(proxyBeanMethods = false)
        static class Layers {
            final List<String> seen = new CopyOnWriteArrayList<>();

            @Bean
            TransitionListener listener() {
                return transition -> seen.add(transition.to().orElse(""));
            }

            @Bean
            TransitionRules rules() {
                return TransitionRules.builder().begin(PizzaApp.Order.SIZE).build();
            }
        }

        @Test
        void listenersAndRulesBecomeLayers() {
            alone.withUserConfiguration(Layers.class)
                    .withPropertyValues("botfsm.storage=memory")
                    .run(context -> {
                        assertThat(context.getBean(StateStorage.class))
                                .isInstanceOf(TransitionCheckingStateStorage.class);
                        context.getBean(Fsm.class).context(KEY).setState(PizzaApp.Order.SIZE);
                        await().atMost(Duration.ofSeconds(60))
                                .untilAsserted(() -> assertThat(context.getBean(Layers.class).seen)
                                        .hasSize(1));
                    });
        }

        @Test
        void withoutThemThereIsNoLayer() {
            alone.withClassLoader(without(io.botfsm.micrometer.BotMetrics.class))
                    .withPropertyValues("botfsm.storage=memory", "botfsm.log-transitions=false")
                    .run(context ->
                            assertThat(context.getBean(StateStorage.class)).isInstanceOf(MemoryStateStorage.class));
        }

        @Configuration(proxyBeanMethods = false)
        static class OwnClient {
            @Bean(destroyMethod = "shutdown")
            RedisClient lettuce() {
                return RedisClient.create(); // keeps commands while disconnected
            }
        }

        @Test
        void aClientThatWouldSendCommandsAgainIsRefused() {
            app.withUserConfiguration(OwnClient.class)
                    .withPropertyValues("botfsm.storage=redis", "spring.data.redis.port=" + redis.port())
                    .run(context -> assertThat(failure(context.getStartupFailure()))
                            .hasMessageContaining("disconnectedBehavior(REJECT_COMMANDS)"));
        }

        @Test
        void aCustomizerSeesTheBuilder() {
            alone.withPropertyValues("botfsm.storage=memory")
                    .withBean("states", Customized.class)
                    .run(context ->
                            assertThat(context.getBean(Fsm.class).stateNames()).contains("State:NEW", "Order:SIZE"));
        }

        @Test
        void aCodecOfTheApplicationWritesTheData() {
            ObjectMapper snakeCase = new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
            alone.withPropertyValues("botfsm.storage=memory")
                    .withBean("codec", JsonCodec.class, () -> new JacksonCodec(snakeCase))
                    .run(context -> {
                        Fsm fsm = context.getBean(Fsm.class);
                        assertThat(fsm.context(KEY).<Boolean>update(turn -> {
                                    turn.data(new Sized("small"));
                                    return true;
                                }))
                                .isTrue();
                        assertThat(fsm.storage()
                                        .read(KEY)
                                        .toCompletableFuture()
                                        .join()
                                        .data())
                                .containsOnlyKeys("pizza_size");
                    });
        }
    }

    record Sized(String pizzaSize) {}

    static final class Customized implements BotfsmCustomizer<Fsm.Builder> {
        @Override
        public void customize(Fsm.Builder builder) {
            builder.states(Thread.State.class);
        }
    }

    static BotfsmStartException failure(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof BotfsmStartException start) {
                return start;
            }
        }
        throw new AssertionError("not explained", failure);
    }
}
