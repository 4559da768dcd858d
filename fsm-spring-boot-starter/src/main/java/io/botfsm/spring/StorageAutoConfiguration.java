package io.botfsm.spring;

import io.botfsm.jdbc.BotDatabase;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.spring.StorageBackend.Opened;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.LoggingStateStorage;
import io.botfsm.transition.NotifyingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage;
import io.botfsm.transition.TransitionListener;
import io.botfsm.transition.TransitionRules;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * Chooses a storage, and puts the recommended layers on it. An application that has a {@code StateStorage} and a
 * {@code LeaseStore} of its own uses those, without layers.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration",
            "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
            "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration"
        })
@EnableConfigurationProperties(BotfsmProperties.class)
@Import(RedisConfiguration.class)
final class StorageAutoConfiguration {
    /** Opened after migrations, which may create its tables; without spring-boot-sql the annotation does nothing. */
    @Bean
    @DependsOnDatabaseInitialization
    @ConditionalOnMissingBean({StateStorage.class, LeaseStore.class})
    ChosenStorage botfsmStorage(BotfsmProperties properties, ObjectProvider<StorageBackend> backends) {
        return ChosenStorage.open(properties, backends.orderedStream().toList());
    }

    /** The layers of the recommended stack, from the storage up. */
    @Bean
    @ConditionalOnBean(ChosenStorage.class)
    StateStorage botfsmConversations(
            BotfsmProperties properties,
            ChosenStorage chosen,
            ObjectProvider<BotMeasurement> measurements,
            ObjectProvider<StateRecovery> recovery,
            ObjectProvider<TransitionListener> listeners,
            ObjectProvider<TransitionRules> rules) {
        BotMeasurement measurement = measurements.getIfAvailable(() -> new BotMeasurement() {});
        StateStorage storage = measurement.measured(chosen.conversations());
        StateRecovery source = recovery.getIfAvailable();
        if (source != null) {
            storage = RecoveringStateStorage.builder(storage, source).build();
        }
        if (properties.logTransitions()) {
            storage = new LoggingStateStorage(storage);
        }
        List<TransitionListener> all = Stream.concat(listeners.orderedStream(), measurement.transitions().stream())
                .toList();
        if (!all.isEmpty()) {
            storage = new NotifyingStateStorage(storage, all);
        }
        TransitionRules declared = rules.getIfAvailable();
        return declared == null ? storage : new TransitionCheckingStateStorage(storage, declared);
    }

    @Bean
    @ConditionalOnBean(ChosenStorage.class)
    LeaseStore botfsmLeases(ChosenStorage chosen) {
        return chosen.leases();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(BotDatabase.class)
    @ConditionalOnBean(DataSource.class)
    static final class Jdbc {
        @Bean
        StorageBackend botfsmJdbcBackend(BotfsmProperties properties, ObjectProvider<DataSource> dataSources) {
            return new StorageBackend(StorageKind.JDBC, "fsm-jdbc and a data source are present", () -> {
                BotDatabase.Builder database = BotDatabase.builder(only(dataSources));
                if (properties.ttl() != null) {
                    database.ttl(properties.ttl());
                }
                if (properties.jdbc().createTables()) {
                    database.createTables();
                }
                BotDatabase built = database.build();
                return Opened.of(built, built);
            });
        }

        /** Never falls back to another storage, which would lose what is stored. */
        private static DataSource only(ObjectProvider<DataSource> dataSources) {
            try {
                return dataSources.getObject();
            } catch (NoUniqueBeanDefinitionException e) {
                throw new BotfsmStartException(
                        "Conversations could be kept in several data sources: " + e.getBeanNamesFound() + ".",
                        "Mark one as @Primary, or set botfsm.storage to another storage.",
                        e);
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MemoryStateStorage.class)
    static final class Memory {
        @Bean
        StorageBackend botfsmMemoryBackend(BotfsmProperties properties) {
            return new StorageBackend(StorageKind.MEMORY, "fsm-memory is present", () -> {
                MemoryStateStorage.Builder memory = MemoryStateStorage.builder();
                if (properties.ttl() != null) {
                    memory.ttl(properties.ttl());
                }
                return new Opened("memory until the process ends", memory::build, MemoryLeaseStore::new, () -> {});
            });
        }
    }
}
