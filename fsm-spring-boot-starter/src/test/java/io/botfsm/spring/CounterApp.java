package io.botfsm.spring;

import io.botfsm.flow.Flow;
import io.botfsm.telegrambots.TelegramSender;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A bot that counts what each user says, in a process of its own. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class CounterApp {
    /** A text whose answer takes a while. */
    static final String SLOW = "slow";

    private static final Logger LOG = LoggerFactory.getLogger(CounterApp.class);

    enum Counting {
        ON
    }

    record Counted(int count) {}

    @Bean
    Flow<String, String> counter() {
        return Flow.of(
                Counting.class,
                new Counted(0),
                flow -> flow.idle("Send /count.")
                        .begin("/count"::equals, Counting.ON)
                        .end("/end"::equals, "Ended.")
                        .state(
                                Counting.ON,
                                on -> on.ask(counted -> "n=" + counted.count())
                                        .ends()
                                        .answer((turn, text) -> {
                                            if (text.equals(SLOW)) {
                                                LOG.info("A slow answer begins");
                                                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(3));
                                            }
                                            return turn.change(counted -> new Counted(counted.count() + 1))
                                                    .again();
                                        })));
    }

    /** The double allows higher rates than Telegram. */
    @Bean
    BotfsmCustomizer<TelegramSender.Builder> pace() {
        return sender -> sender.rate(1_000, Duration.ofSeconds(1)).chatRate(1_000, Duration.ofSeconds(1));
    }

    public static void main(String[] args) {
        SpringApplication.run(CounterApp.class, args);
    }
}
