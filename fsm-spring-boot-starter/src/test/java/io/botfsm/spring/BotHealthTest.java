package io.botfsm.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.recovery.RecoveredConversation;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which parts the health check queries. */
@Timeout(60)
class BotHealthTest {
    @Test
    void aStorageThatHangsIsDown() {
        BotHealth health = new BotHealth(
                new ForwardingStateStorage(new MemoryStateStorage()) {
                    @Override
                    public CompletionStage<Snapshot> read(StorageKey key) {
                        return new CompletableFuture<>();
                    }
                },
                Optional.empty(),
                Optional.empty());
        BotHealth.Report report = health.check();
        assertThat(report.isUp()).isFalse();
        assertThat(report.details())
                .hasEntrySatisfying(
                        "storage", reason -> assertThat(reason.toString()).contains("no answer within"));
    }

    @Test
    void recoveryIsNotAsked() {
        List<StorageKey> asked = new CopyOnWriteArrayList<>();
        StateRecovery recovery = new StateRecovery() {
            @Override
            public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
                asked.add(key);
                return CompletableFuture.completedFuture(Optional.empty());
            }

            @Override
            public CompletionStage<Void> cleared(StorageKey key, long version) {
                return CompletableFuture.completedFuture(null);
            }
        };
        StarterAlone.pizza().withBean(StateRecovery.class, () -> recovery).run(context -> {
            assertThat(context.getBean(BotHealth.class).check().isUp()).isTrue();
            assertThat(asked).isEmpty();
        });
    }
}
