package io.botfsm.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.FencedStateStorage;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ErasureTest {
    private final MemoryStateStorage storage = new MemoryStateStorage();

    private static StorageKey key(long bot, long chat, long user) {
        return StorageKey.bot(bot).chat(chat).user(user).build();
    }

    private void write(StorageKey key, String state) {
        storage.write(
                        key,
                        Mutation.builder().state(state).put("name", "\"Ann\"").build())
                .toCompletableFuture()
                .join();
    }

    private Snapshot read(StorageKey key) {
        return storage.read(key).toCompletableFuture().join();
    }

    @Test
    void aUserIsErasedAndNobodyElse() {
        List<StorageKey> others = new ArrayList<>();
        for (long chat = 0; chat < 3_000; chat++) {
            write(key(1, chat, 7), "A");
            others.add(key(1, chat, 77));
            write(key(1, chat, 77), "A");
        }
        write(StorageKey.bot(2).chat(1).user(7).destiny("order").build(), "B");
        ErasureReport report =
                Erasure.of(storage).erase(ConversationFilter.all().user(7));
        assertThat(report.erased()).isEqualTo(3_001);
        assertThat(report.unreadable()).isEmpty();
        try (var left = catalog().find(ConversationFilter.all())) {
            assertThat(left.map(found -> found.key())).containsExactlyInAnyOrderElementsOf(others);
        }
        assertThat(Erasure.of(storage).erase(ConversationFilter.all().user(7)).erased())
                .isZero();
    }

    private ConversationCatalog catalog() {
        return storage.extension(ConversationCatalog.class).orElseThrow();
    }

    /** A pass may miss what is written while it runs; the next one finds it. */
    @Test
    void whatIsWrittenMeanwhileIsErasedToo() {
        write(key(1, 1, 7), "A");
        AtomicInteger late = new AtomicInteger();
        StateStorage busy = new ForwardingStateStorage(storage) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                if (late.incrementAndGet() <= 5) {
                    ErasureTest.this.write(key(1, -late.get(), 7), "A");
                }
                return super.write(key, mutation);
            }
        };
        ErasureReport report = Erasure.of(busy).erase(ConversationFilter.bot(1));
        assertThat(report.erased()).isEqualTo(6);
        assertThat(report.passes()).isGreaterThan(1);
        assertThat(read(key(1, -5, 7))).isEqualTo(Snapshot.none());
    }

    @Test
    void aBotThatKeepsWritingIsReported() {
        write(key(1, 1, 7), "A");
        StateStorage busy = new ForwardingStateStorage(storage) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                CompletionStage<Outcome> outcome = super.write(key, mutation);
                ErasureTest.this.write(key, "A");
                return outcome;
            }
        };
        assertThatThrownBy(() -> Erasure.of(busy).erase(ConversationFilter.bot(1)))
                .isInstanceOf(ErasureIncompleteException.class)
                .hasMessageContaining("other writers kept writing conversations that match bot=1");
    }

    /** Including updates that arrive while the conversations are cleared. */
    @Test
    void updatesOfAnInboxAreErasedByKeysAlone() {
        UpdateInbox inbox = storage.extension(UpdateInbox.class).orElseThrow();
        StateStorage busy = new ForwardingStateStorage(storage) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                add(inbox, "late", key);
                return super.write(key, mutation);
            }
        };
        write(key(1, 1, 7), "A");
        add(inbox, "1", key(1, 1, 7));
        add(inbox, "2", key(1, 1, 77));
        for (long user : List.of(7L, 77L)) {
            inbox.bury(1, update("dead", key(1, 1, user)), "x", InboxLimits.defaults(), OptionalLong.empty());
        }
        ErasureReport byState =
                Erasure.of(storage).erase(ConversationFilter.all().user(7).state("B"));
        assertThat(byState.updates()).isZero();
        ErasureReport report = Erasure.of(busy).erase(ConversationFilter.all().user(7));
        assertThat(report.updates()).isEqualTo(3);
        assertThat(inbox.waiting(1, 0, 10))
                .extracting(WaitingUpdate::update)
                .containsExactly(update("2", key(1, 1, 77)));
        assertThat(inbox.dead(1, 0, 10)).extracting(DeadUpdate::update).containsExactly(update("dead", key(1, 1, 77)));
    }

    private static void add(UpdateInbox inbox, String id, StorageKey key) {
        inbox.add(1, List.of(update(id, key)), InboxLimits.defaults(), OptionalLong.empty());
    }

    private static InboxUpdate update(String id, StorageKey key) {
        return InboxUpdate.of(id, Optional.of(key), key.toText().getBytes(UTF_8));
    }

    /** It no longer matches when it is about to be cleared. */
    @Test
    void aConversationThatHasLeftTheStateStays() {
        write(key(1, 1, 7), "A");
        StateStorage busy = new ForwardingStateStorage(storage) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                ErasureTest.this.write(key, "B");
                return super.write(key, mutation);
            }
        };
        assertThat(Erasure.of(busy).erase(ConversationFilter.bot(1).state("A")).erased())
                .isZero();
        assertThat(read(key(1, 1, 7)).state()).isEqualTo(Optional.of("B"));
    }

    @Test
    void aConversationThatIsTouchedMeanwhileStays() {
        write(key(1, 1, 7), "A");
        Instant limit = read(key(1, 1, 7)).touched().orElseThrow().plusMillis(1);
        StateStorage busy = new ForwardingStateStorage(storage) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                while (Instant.now().isBefore(limit)) {
                    Thread.onSpinWait();
                }
                ErasureTest.this.write(key, "A");
                return super.write(key, mutation);
            }
        };
        assertThat(Erasure.of(busy)
                        .erase(ConversationFilter.bot(1).untouchedSince(limit))
                        .erased())
                .isZero();
        assertThat(read(key(1, 1, 7)).state()).contains("A");
    }

    @Test
    void aConversationThatIsNoLongerDueStays() {
        Instant due = Instant.parse("2100-01-01T00:00:00Z");
        Mutation isDue = Mutation.builder().state("A").deadline(due).build();
        storage.write(key(1, 1, 7), isDue).toCompletableFuture().join();
        StateStorage busy = new ForwardingStateStorage(storage) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                Mutation done = Mutation.builder().clearDeadline().build();
                ErasureTest.this.storage.write(key, done).toCompletableFuture().join();
                return super.write(key, mutation);
            }
        };
        assertThat(Erasure.of(busy)
                        .erase(ConversationFilter.bot(1).dueBefore(due.plusSeconds(1)))
                        .erased())
                .isZero();
        assertThat(read(key(1, 1, 7)).state()).contains("A");
    }

    @Test
    void aSupersededLeaseErasesNothing() {
        storage.write(
                        key(1, 1, 7),
                        Mutation.builder().state("A").fencingToken(9).build())
                .toCompletableFuture()
                .join();
        Erasure erasure = Erasure.of(new FencedStateStorage(storage, 8));
        assertThatThrownBy(() -> erasure.erase(ConversationFilter.bot(1)))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("lower than 9");
    }

    @Test
    void aStorageWithoutACatalogIsRefused() {
        StateStorage without = new ForwardingStateStorage(storage) {
            @Override
            public <T> Optional<T> extension(Class<T> type) {
                return Optional.empty();
            }
        };
        assertThatThrownBy(() -> Erasure.of(without))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("offers no ConversationCatalog");
    }
}
