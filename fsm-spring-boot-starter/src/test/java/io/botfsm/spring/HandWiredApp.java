package io.botfsm.spring;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lifecycle.RunState;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.storage.StateStorage;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.DefaultTelegramClient;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.TelegramSender;
import io.botfsm.telegrambots.Texts;
import io.botfsm.transition.LoggingStateStorage;
import java.net.URI;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What an application without the starter has to write, to run like one with five lines of {@code application.yaml}.
 */
@Configuration(proxyBeanMethods = false)
class HandWiredApp {
    @Bean
    Flow<String, String> pizza() {
        return new PizzaApp().pizza();
    }

    // begin: counted by HandWiringTest
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "storage", havingValue = "memory")
    static class Memory {
        @Bean
        StateStorage stored() {
            return new MemoryStateStorage();
        }

        @Bean
        LeaseStore leases() {
            return new MemoryLeaseStore();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "storage", havingValue = "redis")
    static class Redis {
        @Bean
        BotRedis redis(@Value("${redis.uri}") String uri) {
            return LettuceRedis.connect(uri);
        }

        @Bean
        StateStorage stored(BotRedis redis) {
            return redis.stateStorage();
        }

        @Bean
        LeaseStore leases(BotRedis redis) {
            return redis.leaseStore();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "storage", havingValue = "jdbc")
    static class Jdbc {
        @Bean
        BotDatabase database(DataSource source) {
            return BotDatabase.builder(source).createTables().build();
        }

        @Bean
        StateStorage stored(BotDatabase database) {
            return database.stateStorage();
        }

        @Bean
        LeaseStore leases(BotDatabase database) {
            return database.leaseStore();
        }
    }

    @Bean
    Fsm fsm(StateStorage stored, Flow<String, String> pizza) {
        return pizza.fsm(new LoggingStateStorage(stored));
    }

    @Bean
    BotToken token(@Value("${telegram.token}") String token) {
        return BotToken.of(token);
    }

    @Bean
    DefaultTelegramClient client(BotToken token, @Value("${telegram.server}") URI server) {
        return new DefaultTelegramClient(token, server);
    }

    @Bean
    TelegramSender sender(DefaultTelegramClient client) {
        return TelegramSender.builder(client.client()).build();
    }

    @Bean
    SmartLifecycle bot(
            @Value("${telegram.server}") URI server,
            LeaseStore leases,
            BotToken token,
            Fsm fsm,
            Flow<String, String> pizza,
            TelegramSender sender,
            ApplicationContext context) {
        BotRunner runner = BotRunner.of(
                        InstanceLock.builder(leases, "pizza-bot").build())
                .stopPollingTimeout(Duration.ofSeconds(10))
                .drainTimeout(Duration.ofSeconds(10))
                .standby();
        return new SmartLifecycle() {
            private volatile boolean stopping;

            @Override
            public void start() {
                var unused = runner.start(TelegramRunner.polling(token)
                                .server(server)
                                .flow(pizza, Texts.in(), Texts.out())
                                .bot(fsm, sender))
                        .thenAccept(this::ended);
            }

            private void ended(int status) {
                if (!stopping) {
                    new Thread(() -> System.exit(SpringApplication.exit(context, () -> status))).start();
                }
            }

            @Override
            public void stop() {
                stop(() -> {});
            }

            @Override
            public void stop(Runnable whenStopped) {
                stopping = true;
                runner.stop(whenStopped);
            }

            @Override
            public boolean isRunning() {
                return runner.state() != RunState.NEW && runner.state() != RunState.ENDED;
            }
        };
    }
    // end
}
