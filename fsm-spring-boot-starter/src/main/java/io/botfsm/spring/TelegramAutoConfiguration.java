package io.botfsm.spring;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lifecycle.BotRunner.BotFactory;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.micrometer.BotMetrics;
import io.botfsm.spring.BotfsmProperties.Telegram;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.DefaultTelegramClient;
import io.botfsm.telegrambots.ReplyFormat;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.TelegramSender;
import io.botfsm.telegrambots.Texts;
import io.botfsm.telegrambots.UpdateHandler;
import io.botfsm.telegrambots.WebhookHandler;
import io.botfsm.timeout.TimeoutRunner;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/** A bot on Telegram, with the token {@code botfsm.telegram.token}: by polling or by a webhook. */
@AutoConfiguration(after = StorageAutoConfiguration.class)
@ConditionalOnClass(TelegramRunner.class)
@ConditionalOnProperty("botfsm.telegram.token")
final class TelegramAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    BotToken botfsmToken(BotfsmProperties properties) {
        return BotfsmStartException.using(
                "botfsm.telegram.token",
                "Set it to what BotFather gave, as in 123456:ABC-DEF; or set the variable to which it refers, such as"
                        + " TELEGRAM_BOT_TOKEN.",
                () -> BotToken.of(String.valueOf(properties.telegram().token())));
    }

    @Bean
    @ConditionalOnMissingBean
    TelegramSender botfsmSender(
            TelegramClient client, ObjectProvider<BotfsmCustomizer<TelegramSender.Builder>> customizers) {
        TelegramSender.Builder builder = TelegramSender.builder(client);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    /** What answers: the handler of the application, or its flows. */
    @Bean
    Answerer botfsmAnswerer(
            BotfsmProperties properties,
            ObjectProvider<UpdateHandler> handlers,
            ObjectProvider<Flow<?, ?>> flows,
            ObjectProvider<Flow<String, String>> textFlows,
            ObjectProvider<UpdateReader<?>> readers,
            ObjectProvider<ReplyFormat<?>> formats) {
        UpdateHandler handler = handlers.getIfAvailable();
        if (handler != null) {
            return new Answerer(runner -> runner.handler(sender -> handler), sender -> handler, Optional.empty());
        }
        List<Flow<?, ?>> all = flows.orderedStream().toList();
        if (all.isEmpty()) {
            throw new BotfsmStartException(
                    "No bean answers updates: there is neither a Flow nor an UpdateHandler.",
                    "Declare a @Bean of type Flow<String, String>, or an UpdateHandler.",
                    null);
        }
        Optional<UpdateReader<?>> reader = Optional.ofNullable(readers.getIfAvailable());
        Optional<ReplyFormat<?>> format = Optional.ofNullable(formats.getIfAvailable());
        if ((reader.isEmpty() || format.isEmpty()) && textFlows.stream().count() < all.size()) {
            throw new BotfsmStartException(
                    "The inputs or replies of a flow are not texts.",
                    "Declare a @Bean of type UpdateReader for its inputs, and one of type ReplyFormat for its replies.",
                    null);
        }
        return Answerer.of(all, reader.orElse(texts(properties.telegram())), format.orElse(Texts.out()));
    }

    private static UpdateReader<String> texts(Telegram settings) {
        Function<Update, Optional<String>> texts = settings.name() == null ? Texts.in() : Texts.in(settings.name());
        return texts::apply;
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(OkHttpTelegramClient.class)
    @ConditionalOnMissingBean(TelegramClient.class)
    static final class Client {
        @Bean
        DefaultTelegramClient botfsmTelegramClient(BotfsmProperties properties, BotToken token) {
            return BotfsmStartException.using(
                    "botfsm.telegram.server",
                    "Set it to an address such as http://localhost:8081, or leave it out for Telegram's own server.",
                    () -> new DefaultTelegramClient(token, properties.telegram().server()));
        }

        @Bean
        TelegramClient telegramClient(DefaultTelegramClient botfsmTelegramClient) {
            return botfsmTelegramClient.client();
        }
    }

    /** Refuses the webhook mode if no web server can receive the updates. */
    @Bean
    @Lazy(false)
    @ConditionalOnProperty(name = "botfsm.telegram.mode", havingValue = "webhook")
    SmartInitializingSingleton botfsmWebhookRequired(ObjectProvider<WebhookLifecycle> webhooks) {
        return () -> {
            if (webhooks.stream().findAny().isEmpty()) {
                throw new BotfsmStartException(
                        "botfsm.telegram.mode is webhook, but this is not a web application with Spring MVC.",
                        "Add spring-boot-starter-web (Spring Boot 4: spring-boot-starter-webmvc), or set"
                                + " botfsm.telegram.mode to polling.",
                        null);
            }
        };
    }

    /** Meters of the running parts; a customizer of the application that sets the same listener takes precedence. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(BotMetrics.class)
    @ConditionalOnBean(BotMetrics.class)
    static final class Measured {
        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        BotfsmCustomizer<TelegramRunner> botfsmMeasuredPolling(BotMetrics metrics) {
            return runner -> runner.pollingSettings(polling -> polling.onStart(metrics::bind));
        }

        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        BotfsmCustomizer<TimeoutRunner.Builder> botfsmMeasuredTimeouts(BotMetrics metrics) {
            return timeouts -> timeouts.onStart(metrics::bind);
        }

        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        BotfsmCustomizer<TelegramSender.Builder> botfsmMeasuredSender(BotMetrics metrics) {
            return sender -> sender.onBuild(metrics::bind);
        }

        @Bean
        @Lazy(false)
        SmartInitializingSingleton botfsmMeasuredBot(
                BotMetrics metrics, BotfsmProperties properties, BotToken token, Fsm fsm, Answerer answerer) {
            return () -> {
                answerer.flow().ifPresent(metrics::bindWork);
                if (properties.telegram().mode() == TelegramMode.POLLING) {
                    fsm.storage().extension(UpdateInbox.class).ifPresent(inbox -> metrics.bind(inbox, token.botId()));
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "botfsm.telegram.mode", havingValue = "polling", matchIfMissing = true)
    static final class Polling {
        @Bean
        BotFactory telegram(
                BotfsmProperties properties,
                BotToken token,
                Fsm fsm,
                TelegramSender sender,
                Answerer answerer,
                ObjectProvider<BotfsmCustomizer<TelegramRunner>> customizers,
                ObjectProvider<BotfsmCustomizer<TimeoutRunner.Builder>> timeouts) {
            Telegram settings = properties.telegram();
            TelegramRunner runner = answerer.answer(TelegramRunner.polling(token))
                    .server(settings.server())
                    .pollingSettings(polling -> polling.strategy(settings.strategy()))
                    .timeoutSettings(
                            builder -> timeouts.orderedStream().forEach(customizer -> customizer.customize(builder)));
            customizers.orderedStream().forEach(customizer -> customizer.customize(runner));
            return runner.bot(fsm, sender);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "botfsm.telegram.mode", havingValue = "webhook")
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(RouterFunction.class)
    static final class Webhook {
        @Bean
        WebhookLifecycle botfsmWebhook(
                BotfsmProperties properties,
                Environment environment,
                BotToken token,
                Fsm fsm,
                TelegramSender sender,
                Answerer answerer,
                LeaseStore leases,
                ObjectProvider<BotfsmCustomizer<WebhookHandler.Builder>> customizers,
                ObjectProvider<BotfsmCustomizer<TimeoutRunner.Builder>> timeouts) {
            String secret = properties.telegram().webhook().secret();
            if (secret == null) {
                throw new BotfsmStartException(
                        "botfsm.telegram.mode is webhook, but there is no secret.",
                        "Set botfsm.telegram.webhook.secret to the secret_token that was passed to setWebhook.",
                        null);
            }
            WebhookHandler.Builder builder = BotfsmStartException.using(
                            "botfsm.telegram.webhook.secret",
                            "Set it to what setWebhook was given as secret_token.",
                            () -> WebhookHandler.builder(token, secret))
                    .strategy(properties.telegram().strategy());
            EventIsolation isolation = EventIsolation.of(leases); // instances take turns
            builder.isolation(isolation);
            customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
            Duration limit = ShutdownPhase.timeout(environment).dividedBy(2);
            TimeoutRunner.Builder timeoutRunner =
                    TimeoutRunner.builder(token.botId()).permission(sender::hasRoom);
            timeouts.orderedStream().forEach(customizer -> customizer.customize(timeoutRunner));
            return new WebhookLifecycle(
                    builder,
                    token,
                    fsm,
                    answerer.handler(sender),
                    Optional.of(timeoutRunner).filter(fires -> answerer.hasTimeouts()),
                    limit,
                    isolation);
        }

        @Bean
        RouterFunction<ServerResponse> botfsmWebhookRoute(BotfsmProperties properties, WebhookLifecycle webhook) {
            return WebhookRoute.of(properties.telegram().webhook().path(), webhook);
        }
    }
}
