package io.botfsm.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.spring.test.BotfsmTest;
import io.botfsm.storage.StorageKey;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

/** The test slice as users use it. */
@BotfsmTest
@Timeout(60)
class BotfsmTestTest {
    @Autowired
    BotApiDouble telegram;

    @Autowired
    Fsm fsm;

    @Autowired
    ApplicationContext context;

    @Test
    void theBotOfTheApplicationAnswersOnTheDouble() throws InterruptedException {
        TelegramUser ann = telegram.user(5);
        ann.says("/order");
        ann.awaitReply("Small or large?", Duration.ofSeconds(30));

        StorageKey key = StorageKey.bot(7000000001L).chat(5).user(5).build();
        assertThat(fsm.context(key).state(PizzaApp.Order.class)).contains(PizzaApp.Order.SIZE);
    }

    /** Telegram's own limits would take almost a minute. */
    @Test
    void manyRepliesToOneChatAreSentWithoutWaiting() {
        TelegramUser ben = telegram.user(6);
        for (int i = 0; i < 60; i++) {
            ben.says("/order");
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        ben.messages().stream().filter(ShownMessage::fromBot).count() == 60);
    }

    @Test
    void theBotPollsWhateverTheApplicationSays() {
        assertThat(context.getEnvironment().getProperty("botfsm.telegram.mode")).isEqualTo("polling");
    }

    @Test
    void nothingElseIsConfigured() {
        assertThat(context.containsBean("dataSource")).isFalse();
        assertThat(context.containsBean("redisConnectionFactory")).isFalse();
    }
}
