package io.botfsm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.cli.SeenConversations.Change;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SeenConversationsTest {
    private static final StorageKey ANN = StorageKey.bot(1).chat(10).user(10).build();
    private static final StorageKey BOB = StorageKey.bot(1).chat(-20).user(11).build();

    private final SeenConversations conversations = new SeenConversations();

    private static Optional<Snapshot> none(StorageKey unused) {
        return Optional.of(Snapshot.none());
    }

    private static Snapshot in(String state, long version) {
        return Snapshot.builder()
                .state(Optional.of(state))
                .version(version)
                .touched(Optional.of(Instant.ofEpochSecond(version)))
                .build();
    }

    private List<String> see(Map<StorageKey, Snapshot> found, Function<StorageKey, Optional<Snapshot>> read) {
        return conversations.update(found, read).stream()
                .map(change -> change.before().state().orElse("-") + " "
                        + change.now().state().orElse("-"))
                .toList();
    }

    @Test
    void changesAreSeenOnceTheOldestFirst() {
        see(Map.of(ANN, in("A", 1), BOB, in("A", 2)), SeenConversationsTest::none);
        assertThat(see(Map.of(ANN, in("B", 9), BOB, in("C", 3)), SeenConversationsTest::none))
                .containsExactly("A C", "A B");
        assertThat(see(Map.of(ANN, in("B", 9), BOB, in("C", 3)), SeenConversationsTest::none))
                .isEmpty();
    }

    @Test
    void oneThatHasEndedAndBegunAgainIsSeen() {
        see(Map.of(ANN, in("A", 1)), SeenConversationsTest::none);
        assertThat(see(Map.of(), SeenConversationsTest::none)).containsExactly("A -");
        assertThat(see(Map.of(), SeenConversationsTest::none)).isEmpty();
        assertThat(see(Map.of(ANN, in("A", 2)), SeenConversationsTest::none)).containsExactly("- A");
    }

    /** A scan may miss a conversation that changes meanwhile. */
    @Test
    void oneThatAScanHasMissedIsSeenOnce() {
        see(Map.of(ANN, in("A", 1)), SeenConversationsTest::none);
        assertThat(see(Map.of(), any -> Optional.of(in("B", 2)))).containsExactly("A B");
        assertThat(see(Map.of(ANN, in("B", 2)), SeenConversationsTest::none)).isEmpty();
    }

    @Test
    void oneThatCannotBeReadIsAsItWas() {
        see(Map.of(ANN, in("A", 1)), SeenConversationsTest::none);
        assertThat(see(Map.of(), any -> Optional.empty())).isEmpty();
        assertThat(see(Map.of(ANN, in("B", 2)), SeenConversationsTest::none)).containsExactly("A B");
    }

    @Test
    void aStoreThatFailsHidesNoChange() {
        see(Map.of(ANN, in("A", 1), BOB, in("A", 1)), SeenConversationsTest::none);
        assertThatThrownBy(() -> see(Map.of(ANN, in("B", 2)), any -> {
                    throw new IllegalStateException("unavailable");
                }))
                .hasMessage("unavailable");
        assertThat(conversations.update(Map.of(ANN, in("B", 2)), SeenConversationsTest::none))
                .extracting(Change::key)
                .containsExactlyInAnyOrder(ANN, BOB);
    }
}
