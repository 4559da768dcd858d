package io.botfsm.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.flow.Flow;
import io.botfsm.lifecycle.BotRunner.BotFactory;
import io.botfsm.lifecycle.RunState;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Poll;
import io.botfsm.telegram.testing.TelegramUser;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.ReplyFormat;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.TelegramSender;
import io.botfsm.telegrambots.Texts;
import io.botfsm.telegrambots.UpdateHandler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.telegram.telegrambots.meta.api.objects.Update;

/** A bot that is configured by properties, on the double of Telegram. */
@Timeout(60)
class TelegramAutoConfigurationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final BotApiDouble telegram = BotApiDouble.start();
    private final ApplicationContextRunner app = withBotApiDouble(StarterAlone.pizza());
    private final ApplicationContextRunner whole =
            withBotApiDouble(new ApplicationContextRunner().withUserConfiguration(PizzaApp.class));

    private ApplicationContextRunner withBotApiDouble(ApplicationContextRunner application) {
        return application.withPropertyValues(
                "botfsm.storage=memory",
                "botfsm.lock.name=pizza",
                "botfsm.exit=false",
                "botfsm.telegram.token=" + telegram.token(),
                "botfsm.telegram.server=" + telegram.uri());
    }

    private ApplicationContextRunner with(Class<?> configuration) {
        return withBotApiDouble(StarterAlone.with(configuration));
    }

    @AfterEach
    void stop() {
        telegram.close();
    }

    @Test
    void aFlowAnswers() {
        app.run(context -> {
            TelegramUser ann = telegram.user(42);
            ann.says("/order");
            ann.awaitReply("Small or large?", PATIENCE);
            ann.says("small");
            ann.awaitReply("Where to with your small one?", PATIENCE);
        });
        assertThat(telegram.polls()).noneMatch(poll -> poll.outcome() == Poll.Outcome.CONFLICT);
    }

    @Test
    void theBotsNameIsHeardInGroups() {
        app.withPropertyValues("botfsm.telegram.name=pizza_bot").run(context -> {
            TelegramUser ann = telegram.user(42);
            ann.says("/order@pizza_bot");
            ann.awaitReply("Small or large?", PATIENCE);
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnHandler {
        @Bean
        UpdateHandler echo(TelegramSender sender) {
            return (fsm, key, update) -> {
                var unused = sender.send(
                        update.getMessage().getChatId(),
                        "echo " + update.getMessage().getText());
            };
        }
    }

    @Test
    void aHandlerOfTheApplicationTakesPrecedence() {
        app.withUserConfiguration(OwnHandler.class).run(context -> {
            telegram.user(7).says("hello");
            telegram.user(7).awaitReply("echo hello", PATIENCE);
        });
    }

    enum Count {
        ASKED
    }

    @Configuration(proxyBeanMethods = false)
    static class UpdateFlow {
        @Bean
        Flow<Update, Integer> counting() {
            return Flow.of(
                    Count.class,
                    new Counted(0),
                    flow -> flow.idle(0)
                            .begin(update -> true, Count.ASKED)
                            .state(Count.ASKED, asked -> asked.ask(1).ends().answer((turn, update) -> turn.end(2))));
        }
    }

    record Counted(int count) {}

    @Configuration(proxyBeanMethods = false)
    static class Formats {
        @Bean
        UpdateReader<Update> reader() {
            return Optional::of;
        }

        @Bean
        ReplyFormat<Integer> format() {
            return (to, reply) -> Texts.out().format(to, "number " + reply);
        }
    }

    @Test
    void aFlowOfOtherTypesHasAReaderAndAFormat() {
        with(UpdateFlow.class).withUserConfiguration(Formats.class).run(context -> {
            telegram.user(7).says("x");
            telegram.user(7).awaitReply("number 1", PATIENCE);
        });
    }

    @Test
    void aFlowOfOtherTypesWithoutThemIsExplained() {
        with(UpdateFlow.class)
                .run(context -> assertThat(StorageAutoConfigurationTest.failure(context.getStartupFailure())
                                .action())
                        .contains("UpdateReader", "ReplyFormat"));
    }

    @Test
    void nothingThatAnswersIsExplained() {
        with(Formats.class)
                .run(context -> assertThat(StorageAutoConfigurationTest.failure(context.getStartupFailure()))
                        .hasMessageContaining("No bean answers updates"));
    }

    @Test
    void aWrongTokenIsExplainedAndNotShown() {
        app.withPropertyValues("botfsm.telegram.token=secret42").run(context -> {
            BotfsmStartException failure = StorageAutoConfigurationTest.failure(context.getStartupFailure());
            assertThat(failure).hasMessageContaining("botfsm.telegram.token").hasMessageNotContaining("secret42");
        });
    }

    @Test
    void aWebhookWithoutAWebServerIsExplained() {
        app.withPropertyValues("botfsm.telegram.mode=webhook", "botfsm.telegram.webhook.secret=secret42")
                .run(context -> {
                    BotfsmStartException failure = StorageAutoConfigurationTest.failure(context.getStartupFailure());
                    assertThat(failure).hasMessageContaining("Spring MVC").hasMessageNotContaining("secret42");
                    assertThat(failure.action()).contains("spring-boot-starter-web", "polling");
                });
    }

    @Test
    void everyPartHasItsMeters() {
        whole.withBean(SimpleMeterRegistry.class).run(context -> {
            telegram.user(42).says("/order");
            telegram.user(42).awaitReply("Small or large?", PATIENCE);
            MeterRegistry meters = context.getBean(MeterRegistry.class);
            for (String name : List.of(
                    "botfsm.handle",
                    "botfsm.storage",
                    "botfsm.polling.pending",
                    "botfsm.sends",
                    "botfsm.inbox.updates",
                    "botfsm.flow.work")) {
                assertThat(meters.find(name).tag("bot", "pizza").meters())
                        .as(name)
                        .isNotEmpty();
            }
            assertThat(meters.get("botfsm.lock.held")
                            .tag("lock", "pizza")
                            .gauge()
                            .value())
                    .isOne();
            assertThat(meters.get("botfsm.health")
                            .tag("check", "storage")
                            .gauge()
                            .value())
                    .isOne();
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Hasty {
        @Bean
        Flow<String, String> hasty() {
            return Flow.of(
                    Count.class,
                    new Counted(0),
                    flow -> flow.idle("Send /count.")
                            .begin("/count"::equals, Count.ASKED)
                            .state(Count.ASKED, asked -> {
                                asked.ask("Well?").ends();
                                asked.after(Duration.ofHours(1), turn -> turn.end("Too late."));
                                asked.answer((turn, text) -> turn.end("Thanks."));
                            }));
        }
    }

    @Test
    void timeoutsHaveTheirMeters() {
        with(Hasty.class)
                .withBean(SimpleMeterRegistry.class)
                .run(context -> await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(context.getBean(MeterRegistry.class)
                                        .find("botfsm.timeouts")
                                        .meters())
                                .isNotEmpty()));
    }

    private WebApplicationContextRunner webhook() {
        return new WebApplicationContextRunner()
                .withUserConfiguration(StarterAlone.Configured.class, Hasty.class)
                .withBean(SimpleMeterRegistry.class)
                .withPropertyValues(
                        "botfsm.storage=memory",
                        "botfsm.telegram.token=" + telegram.token(),
                        "botfsm.telegram.mode=webhook",
                        "botfsm.telegram.webhook.secret=secret42");
    }

    @Test
    void aWebhookFiresTimeoutsToo() {
        webhook().run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(BotFactory.class);
            assertThat(context.getBean(WebhookLifecycle.class).isRunning()).isTrue();
            assertThat(context.getBean(MeterRegistry.class)
                            .find("botfsm.timeouts")
                            .meters())
                    .isNotEmpty();
        });
    }

    @Test
    void aWebhookNeedsASecretThatTelegramTakes() {
        for (String secret : List.of("", "s ?")) {
            webhook()
                    .withPropertyValues("botfsm.telegram.webhook.secret=" + secret)
                    .run(context -> {
                        BotfsmStartException failure =
                                StorageAutoConfigurationTest.failure(context.getStartupFailure());
                        assertThat(failure).hasMessageContaining("botfsm.telegram.webhook.secret cannot be used");
                        assertThat(failure.action()).contains("secret_token");
                    });
        }
    }

    @Test
    void eventsAndStorageCallsAreObserved() {
        Set<String> observed = ConcurrentHashMap.newKeySet();
        whole.withBean(SimpleMeterRegistry.class).run(context -> {
            context.getBean(ObservationRegistry.class)
                    .observationConfig()
                    .observationHandler(new ObservationHandler<>() {
                        @Override
                        public boolean supportsContext(Observation.Context any) {
                            return observed.add(String.valueOf(any.getName()));
                        }
                    });
            telegram.user(42).says("/order");
            telegram.user(42).awaitReply("Small or large?", PATIENCE);
        });
        assertThat(observed).contains("botfsm.turn", "botfsm.storage.call");
    }

    @Test
    void withoutATokenThereIsNoBot() {
        StarterAlone.pizza().run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(BotFactory.class));
    }

    @Test
    void withoutTelegramBotsThereIsNoBot() {
        app.withClassLoader(new FilteredClassLoader(TelegramRunner.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(BotFactory.class));
    }

    @Configuration(proxyBeanMethods = false)
    static class SecondBot {
        @Bean
        BotFactory second(io.botfsm.Fsm fsm, Flow<String, String> pizza, TelegramSender sender) {
            return TelegramRunner.polling(BotToken.of("7000000002:" + "a".repeat(35)))
                    .server(java.net.URI.create("http://127.0.0.1:1"))
                    .flow(pizza, Texts.in(), Texts.out())
                    .bot(fsm, sender);
        }
    }

    @Test
    void anotherBotBesideItIsABeanOfItsOwn() {
        app.withUserConfiguration(SecondBot.class).run(context -> {
            BotLifecycle bots = context.getBean(BotLifecycle.class);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> bots.states().values().stream().allMatch(state -> state == RunState.ACTIVE));
            assertThat(bots.states()).containsOnlyKeys("telegram", "second");
            assertThat(context.getBean(BotLocks.class).all()).containsOnlyKeys("pizza", "pizza-second");
            telegram.user(7).says("/order");
            telegram.user(7).awaitReply("Small or large?", PATIENCE);
        });
    }
}
