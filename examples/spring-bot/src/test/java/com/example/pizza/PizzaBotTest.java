package com.example.pizza;

import io.botfsm.spring.test.BotfsmTest;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.TelegramUser;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

// snippet: spring-test
/** The bot as it is configured, with Telegram's double. */
@BotfsmTest
class PizzaBotTest {
    @Autowired
    BotApiDouble telegram;

    @Test
    void aPizzaIsOrderedOnTelegram() throws InterruptedException {
        TelegramUser ann = telegram.user(1);
        ann.says("/order");
        ann.awaitReply("Small or large?", Duration.ofSeconds(30));
        ann.says("large");
        ann.awaitReply("Where to with your large one?", Duration.ofSeconds(30));
    }
}
// end
