package io.botfsm.spring;

import io.botfsm.storage.FsmStrategy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of a bot.
 *
 * @param storage Where conversations and locks are kept; by default, the only storage that is available.
 * @param ttl How long a conversation lives after each write; by default, until it is cleared.
 * @param storageWait How long the start waits for a storage that is unavailable, before it fails.
 * @param logTransitions Whether each change of a state is logged.
 * @param preflight What to do about stored conversations that this build cannot read: off, warn or fail.
 * @param preflightTypes The types of data that this build reads, for the pre-flight.
 * @param exit Whether the process exits, with the status of the bot, when a bot has ended without being stopped.
 * @param redis How to reach Redis without spring.data.redis.
 * @param jdbc How to use the data source.
 * @param lock The instance lock.
 * @param telegram The bot on Telegram.
 */
@ConfigurationProperties("botfsm")
record BotfsmProperties(
        @Nullable StorageKind storage,
        @Nullable Duration ttl,
        @DefaultValue("0s") Duration storageWait,
        @DefaultValue("true") boolean logTransitions,
        @DefaultValue("off") PreflightMode preflight,
        @DefaultValue List<Class<?>> preflightTypes,
        @DefaultValue("true") boolean exit,
        @DefaultValue Redis redis,
        @DefaultValue Jdbc jdbc,
        @DefaultValue Lock lock,
        @DefaultValue Telegram telegram) {
    /**
     * How to reach Redis.
     *
     * @param uri The URI of the server, the Sentinels or the cluster; instead of spring.data.redis.
     * @param timeout How long a command may take.
     */
    record Redis(@Nullable String uri, @DefaultValue("2s") Duration timeout) {
        /** Without the URI, which may have a password. */
        @Override
        public String toString() {
            return "Redis[timeout=" + timeout + "]";
        }
    }

    /**
     * How to use the data source.
     *
     * @param createTables Whether tables that are missing are created.
     */
    record Jdbc(@DefaultValue("true") boolean createTables) {}

    /**
     * The instance lock.
     *
     * @param name The name of the lock, shared by all instances of the bot; by default, spring.application.name.
     * @param standby Whether an instance waits while another one is active, instead of ending.
     * @param ttl How long a lease lasts unless renewed.
     */
    record Lock(
            @Nullable String name,
            @DefaultValue("false") boolean standby,
            @DefaultValue("30s") Duration ttl) {}

    /**
     * The bot on Telegram.
     *
     * @param token The token from BotFather.
     * @param name The user name of the bot, for commands in groups.
     * @param server The server of the Bot API.
     * @param strategy Which conversation an update belongs to.
     * @param mode How updates are received: polling or webhook.
     * @param webhook The webhook.
     */
    record Telegram(
            @Nullable String token,
            @Nullable String name,
            @DefaultValue("https://api.telegram.org") URI server,
            @DefaultValue("user-in-chat") FsmStrategy strategy,
            @DefaultValue("polling") TelegramMode mode,
            @DefaultValue Webhook webhook) {
        /** Without the token. */
        @Override
        public String toString() {
            return "Telegram[server=" + server + "]";
        }
    }

    /**
     * The webhook.
     *
     * @param secret The secret_token that was passed to setWebhook.
     * @param path The path at which updates are received.
     */
    record Webhook(
            @Nullable String secret,
            @DefaultValue("/telegram") String path) {
        /** Without the secret. */
        @Override
        public String toString() {
            return "Webhook[path=" + path + "]";
        }
    }
}
