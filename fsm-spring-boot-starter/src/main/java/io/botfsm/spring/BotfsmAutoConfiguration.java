package io.botfsm.spring;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.json.JsonCodec;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lifecycle.BotRunner.BotFactory;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.LockListener;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/** The conversations, the instance lock, and the lifecycle of the bots. */
@AutoConfiguration(after = {StorageAutoConfiguration.class, TelegramAutoConfiguration.class})
final class BotfsmAutoConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(BotfsmAutoConfiguration.class.getPackageName());

    /**
     * The steps of a bot's shutdown, which share the time of a phase equally: stop polling, drain, release the lock.
     */
    private static final int STEPS = 3;

    @Bean
    @ConditionalOnMissingBean
    Fsm botfsm(
            StateStorage conversations,
            ObjectProvider<Flow<?, ?>> flows,
            ObjectProvider<JsonCodec> codecs,
            ObjectProvider<BotfsmCustomizer<Fsm.Builder>> customizers,
            ObjectProvider<BotMeasurement> measurements) {
        Fsm.Builder builder = Fsm.builder(conversations);
        codecs.ifAvailable(builder::codec);
        flows.orderedStream().forEach(flow -> {
            var unused = flow.fsm(conversations); // refuses a storage that lacks something
            flow.register(builder);
        });
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return measurements.getIfAvailable(() -> new BotMeasurement() {}).measured(builder.build());
    }

    /** Not lazy, since no other bean depends on it. */
    @Bean
    @Lazy(false)
    Preflights botfsmPreflight(BotfsmProperties properties, Fsm fsm) {
        return new Preflights(properties.preflight(), fsm, properties.preflightTypes());
    }

    /** A forgotten token would otherwise go unnoticed. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(BotFactory.class)
    static final class WithoutBot {
        WithoutBot(BotfsmProperties properties) {
            if (properties.telegram().token() == null) {
                LOG.info(
                        "No bot runs: botfsm.telegram.token is not set, and there is no bean of type BotRunner.BotFactory");
            }
        }
    }

    /** The locks of bots. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(BotFactory.class)
    static final class UnderLock {
        @Bean
        BotLocks botfsmLocks(
                BotfsmProperties properties,
                Environment environment,
                LeaseStore leases,
                ObjectProvider<LockListener> listeners,
                ObjectProvider<BotMeasurement> measurements,
                ObjectProvider<BotfsmCustomizer<InstanceLock.Builder>> customizers,
                Map<String, BotFactory> bots) {
            return new BotLocks(properties.lock(), environment, bots.keySet(), lock -> {
                InstanceLock.Builder builder =
                        InstanceLock.builder(leases, lock).ttl(properties.lock().ttl());
                listeners.orderedStream().forEach(builder::listener);
                measurements.ifAvailable(each -> each.lock(lock).ifPresent(builder::listener));
                customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
                return BotfsmStartException.using(
                        "botfsm.lock",
                        "Correct the cause that the message names, in botfsm.lock.* or in a BotfsmCustomizer.",
                        builder::build);
            });
        }

        /** A lock for looking up the holder; each run of a bot has its own lock. */
        @Bean
        @ConditionalOnMissingBean
        InstanceLock botfsmLock(BotLocks locks) {
            return locks.first();
        }

        @Bean
        BotLifecycle botfsmLifecycle(
                BotfsmProperties properties,
                Environment environment,
                ApplicationContext context,
                BotLocks locks,
                Map<String, BotFactory> bots,
                ObjectProvider<BotfsmCustomizer<BotRunner>> customizers,
                ObjectProvider<ChosenStorage> storage) {
            Duration step = ShutdownPhase.timeout(environment).dividedBy(STEPS);
            LOG.info(
                    "Bots {} under the locks {}{}; conversations in {}",
                    bots.keySet(),
                    locks,
                    properties.lock().standby() ? ", as standby" : "",
                    storage.stream().map(ChosenStorage::toString).findFirst().orElse("the application's storage"));
            return new BotLifecycle(
                    bots,
                    name -> {
                        BotRunner runner = BotRunner.of(locks.of(name))
                                .stopPollingTimeout(step)
                                .drainTimeout(step);
                        if (properties.lock().standby()) {
                            runner.standby();
                        }
                        customizers.orderedStream().forEach(customizer -> customizer.customize(runner));
                        return runner;
                    },
                    properties.exit() ? () -> exit(context) : () -> {});
        }

        /** Exits on a separate thread, since the context waits for the ended run, which calls this. */
        private static void exit(ApplicationContext context) {
            new Thread(() -> System.exit(SpringApplication.exit(context)), "botfsm-exit").start();
        }
    }
}
