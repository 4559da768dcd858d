package io.botfsm.telegrambots;

import io.botfsm.telegram.testing.BotApiDouble;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.meta.TelegramUrl;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/** TelegramBots' client for a double. */
final class OkHttpClients {
    private OkHttpClients() {}

    static TelegramClient of(BotApiDouble telegram) {
        return new OkHttpTelegramClient(
                telegram.token(),
                TelegramUrl.builder()
                        .schema("http")
                        .host("127.0.0.1")
                        .port(telegram.port())
                        .build());
    }
}
