package io.botfsm.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A storage with a conversation that this build cannot read. */
@ExtendWith(OutputCaptureExtension.class)
class PreflightsTest {
    private final ApplicationContextRunner app = StarterAlone.pizza().withUserConfiguration(OldStorage.class);

    @Configuration(proxyBeanMethods = false)
    static class OldStorage {
        @Bean
        StateStorage old() {
            StateStorage storage = new MemoryStateStorage();
            Fsm.of(storage).context(StorageKey.bot(1).chat(2).user(3).build()).setState("Order:REMOVED");
            return storage;
        }

        @Bean
        LeaseStore leases() {
            return new MemoryLeaseStore();
        }
    }

    @Test
    void fails() {
        app.withPropertyValues("botfsm.preflight=fail")
                .run(context -> assertThat(StorageAutoConfigurationTest.failure(context.getStartupFailure()))
                        .hasMessageContaining("Order:REMOVED"));
    }

    @Test
    void failsInALazyApplicationToo() {
        app.withPropertyValues("botfsm.preflight=fail")
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> assertThat(StorageAutoConfigurationTest.failure(context.getStartupFailure()))
                        .hasMessageContaining("Order:REMOVED"));
    }

    @Test
    void warns(CapturedOutput log) {
        app.withPropertyValues("botfsm.preflight=warn").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(log.getAll()).contains("problems: 1", "Order:REMOVED");
        });
    }

    @Test
    void isOffUnlessChosen(CapturedOutput log) {
        app.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(log.getAll()).doesNotContain("REMOVED");
        });
    }
}
