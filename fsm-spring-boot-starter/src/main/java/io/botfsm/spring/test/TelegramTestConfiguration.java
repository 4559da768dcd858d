package io.botfsm.spring.test;

import io.botfsm.telegram.testing.BotApiDouble;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.DynamicPropertyRegistrar;

/** Telegram's double, to which the bot of a test talks. */
@Configuration(proxyBeanMethods = false)
class TelegramTestConfiguration {
    static final String TOKEN = "7000000001:AAtest-token-of-the-double";

    @Bean
    BotApiDouble telegramDouble() {
        return BotApiDouble.builder().token(TOKEN).start();
    }

    @Bean
    DynamicPropertyRegistrar telegramServer(BotApiDouble telegramDouble) {
        return properties -> properties.add("botfsm.telegram.server", telegramDouble::uri);
    }
}
