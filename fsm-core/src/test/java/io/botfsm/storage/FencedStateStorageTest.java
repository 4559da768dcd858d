package io.botfsm.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Fenced;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FencedStateStorageTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private final OneConversation backend = new OneConversation();
    private final StateStorage older = new FencedStateStorage(backend, 7);
    private final StateStorage newer = new FencedStateStorage(backend, 9);

    private static Outcome write(StateStorage storage, Mutation.Builder change) {
        return storage.write(KEY, change.build()).toCompletableFuture().join();
    }

    private Snapshot stored() {
        return backend.read(KEY).toCompletableFuture().join();
    }

    @Test
    void theOlderLeaseChangesNothingOnceTheNewerHasWritten() {
        assertThat(write(older, Mutation.builder().state("A"))).isInstanceOf(Applied.class);
        assertThat(write(newer, Mutation.builder().state("B").put("x", "1"))).isInstanceOf(Applied.class);
        Snapshot before = stored();

        assertThat(write(older, Mutation.builder().state("C"))).isEqualTo(Fenced.of(9));
        assertThat(write(older, Mutation.builder().put("x", "2"))).isEqualTo(Fenced.of(9));
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void theOlderLeaseChangesNothingThatTheNewerHasCleared() {
        write(older, Mutation.builder().state("A"));
        write(newer, Mutation.builder().clearState().replaceData(Map.of()));

        assertThat(write(older, Mutation.builder().state("C"))).isEqualTo(Fenced.of(9));
        assertThat(stored().state()).isEmpty();
        assertThat(write(newer, Mutation.builder().state("D"))).isInstanceOf(Applied.class);
    }

    @Test
    void aTokenOfTheWriteItselfIsNeverRaised() {
        write(newer, Mutation.builder().state("A"));
        assertThat(write(newer, Mutation.builder().state("B").fencingToken(8))).isEqualTo(Fenced.of(9));
        assertThat(write(older, Mutation.builder().state("B").fencingToken(10))).isEqualTo(Fenced.of(9));
        assertThat(stored().state()).isEqualTo(Optional.of("A"));
    }

    @Test
    void itIsRefusedWhereItWouldFenceNothing() {
        backend.capabilities = Set.of(StateStorage.Capability.VERSION);
        assertThatThrownBy(() -> new FencedStateStorage(backend, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("7", "FENCING");
    }

    @Test
    void aTokenThatCannotBeOneIsRefused() {
        assertThatThrownBy(() -> new FencedStateStorage(backend, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0");
    }
}
