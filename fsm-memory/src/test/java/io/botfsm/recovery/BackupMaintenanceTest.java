package io.botfsm.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.catalog.ChatMove;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BackupMaintenanceTest {
    private static final String ORIGIN = "redis a:6379/1";

    private final MemoryStateStorage copies = new MemoryStateStorage();
    private final ConversationBackup backup = ConversationBackup.of(copies, ORIGIN);
    private final StateStorage storage = backup.storage(new MemoryStateStorage());

    private static StorageKey key(long bot, long chat, long user) {
        return StorageKey.bot(bot).chat(chat).user(user).build();
    }

    private void begin(StateStorage in, StorageKey key) {
        var unused = Fsm.of(in).handle(key, EventId.of(1), turn -> turn.state("A"));
    }

    /** Returns the state that a storage recovers after it has lost everything. */
    private Optional<String> afterLoss(StorageKey key) {
        return backup.storage(new MemoryStateStorage())
                .read(key)
                .toCompletableFuture()
                .join()
                .state();
    }

    @Test
    void theConversationOfAChatThatHasMovedComesBackThere() {
        begin(storage, key(1, -100, 3));
        var unused = ChatMove.of(storage).move(1, -100, -1_000_100);

        assertThat(afterLoss(key(1, -1_000_100, 3))).contains("A");
        assertThat(afterLoss(key(1, -100, 3))).isEmpty();
    }

    @Test
    void aTimeoutThatIsATurnWithoutAnEventIsCopied() {
        begin(storage, key(1, 2, 3));
        var unused = Fsm.of(storage).handle(key(1, 2, 3), turn -> turn.state("TIMED_OUT"));

        assertThat(afterLoss(key(1, 2, 3))).contains("TIMED_OUT");
    }

    @Test
    void theCopiesOfAUserAreErasedAndNoOthers() {
        begin(storage, key(1, 2, 3));
        begin(storage, key(1, -100, 3));
        begin(storage, key(1, -100, 4));
        begin(storage, key(7, 2, 3));
        StateStorage elsewhere = ConversationBackup.of(copies, "elsewhere").storage(new MemoryStateStorage());
        begin(elsewhere, key(1, 2, 3));

        assertThat(backup.erase(ConversationFilter.bot(1).chat(-100).user(3)).erased())
                .isEqualTo(1);
        assertThat(backup.erase(ConversationFilter.bot(1).user(3)).erased()).isEqualTo(1);
        assertThat(afterLoss(key(1, 2, 3))).isEmpty();
        assertThat(afterLoss(key(1, -100, 3))).isEmpty();
        assertThat(afterLoss(key(1, -100, 4))).contains("A");
        assertThat(afterLoss(key(7, 2, 3))).contains("A");
        assertThat(backup.erase(ConversationFilter.bot(7)).erased()).isEqualTo(1);
        assertThat(keysOfCopies())
                .hasSize(2)
                .noneMatch(key -> key.bot().equals(ORIGIN) && key.user().equals("3"));
    }

    @Test
    void whatAClearLeavesIsErasedToo() {
        begin(storage, key(1, 2, 3));
        var unused = Fsm.of(storage).handle(key(1, 2, 3), EventId.of(2), turn -> turn.clear());
        assertThat(keysOfCopies()).hasSize(1);

        assertThat(backup.erase(ConversationFilter.all().user(3)).erased()).isEqualTo(1);
        assertThat(keysOfCopies()).isEmpty();
    }

    @Test
    void copiesAreErasedByKeysOnly() {
        assertThatThrownBy(() -> backup.erase(ConversationFilter.all().state("A")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("state=A");
    }

    private Stream<StorageKey> keysOfCopies() {
        return copies
                .extension(ConversationCatalog.class)
                .orElseThrow()
                .find(ConversationFilter.all())
                .toList()
                .stream()
                .map(FoundConversation::key);
    }
}
