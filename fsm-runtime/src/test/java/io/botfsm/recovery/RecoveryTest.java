package io.botfsm.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** A storage that forgets, a source that may know the conversation, and the recovering storage between them. */
@Timeout(60)
abstract class RecoveryTest {
    static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();
    static final RecoveredConversation ALICE =
            RecoveredConversation.of(Optional.of("AGE"), Map.of("name", "\"Alice\""));

    final MapStorage storage = new MapStorage();
    final MapRecovery source = new MapRecovery();
    final AtomicLong nanos = new AtomicLong();
    RecoveringStateStorage recovering = settings().build();
    Fsm fsm = Fsm.of(recovering);

    RecoveringStateStorage.Builder settings() {
        return RecoveringStateStorage.builder(storage, source).ticker(nanos::get);
    }

    void use(RecoveringStateStorage.Builder settings) {
        recovering = settings.build();
        fsm = Fsm.of(recovering);
    }

    @AfterEach
    void nothingIsLeftUnderWay() {
        await().atMost(Duration.ofSeconds(10)).until(() -> recovering.underWay() == 0);
    }

    Snapshot read() {
        return answer(recovering.read(KEY));
    }

    Outcome write(Mutation.Builder change) {
        return write(recovering, change);
    }

    static Outcome write(StateStorage to, Mutation.Builder change) {
        return answer(to.write(KEY, change.build()));
    }

    static <T> T answer(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    static Mutation.Builder change() {
        return Mutation.builder();
    }

    static Mutation.Builder clear() {
        return change().clearState().replaceData(Map.of());
    }

    void assertIsAlice(Snapshot snapshot) {
        assertThat(snapshot.state()).hasValue("AGE");
        assertThat(snapshot.data()).isEqualTo(Map.of("name", "\"Alice\""));
        assertThat(snapshot.version()).isPositive();
    }
}
