package io.botfsm.spring.test;

import io.botfsm.spring.BotfsmCustomizer;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegrambots.TelegramSender;
import java.time.Duration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.DynamicPropertyRegistrar;

/** The double of Telegram that the bot of a test uses. */
@Configuration(proxyBeanMethods = false)
class TelegramTestConfiguration {
    static final String TOKEN = "7000000001:AAtest-token-of-the-double";

    @Bean
    BotApiDouble telegramDouble() {
        return BotApiDouble.builder().token(TOKEN).start();
    }

    /** The double has no limits, and a test need not wait for those of Telegram. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(TelegramSender.class)
    static class Unlimited {
        private static final int ANY = 10_000;
        private static final Duration SOON = Duration.ofMillis(1);

        @Bean
        BotfsmCustomizer<TelegramSender.Builder> unlimitedSender() {
            return sender -> sender.rate(ANY, SOON).chatRate(ANY, SOON).groupRate(ANY, SOON);
        }
    }

    @Bean
    DynamicPropertyRegistrar telegramServer(BotApiDouble telegramDouble) {
        return properties -> properties.add("botfsm.telegram.server", telegramDouble::uri);
    }
}
