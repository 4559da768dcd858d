package io.botfsm.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.FencedStateStorage;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.transition.NotifyingStateStorage;
import io.botfsm.transition.Transition;
import io.botfsm.transition.TransitionCheckingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage.Undeclared;
import io.botfsm.transition.TransitionRules;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChatMoveTest {
    private static final long OLD = -100;
    private static final long NEW = -1_000_000_000_100L;

    private final MemoryStateStorage storage = new MemoryStateStorage();

    private static StorageKey key(long chat, long user) {
        return StorageKey.bot(1).chat(chat).user(user).build();
    }

    private void write(StorageKey key, String state) {
        storage.write(key, Mutation.builder().state(state).build())
                .toCompletableFuture()
                .join();
    }

    private Snapshot read(StorageKey key) {
        return storage.read(key).toCompletableFuture().join();
    }

    private Optional<String> state(StorageKey key) {
        return read(key).state();
    }

    private ChatMoveReport move() {
        return ChatMove.of(storage).move(1, OLD, NEW);
    }

    private List<StorageKey> found(ConversationFilter filter) {
        try (var found =
                storage.extension(ConversationCatalog.class).orElseThrow().find(filter)) {
            return found.map(FoundConversation::key).toList();
        }
    }

    /** Waits until the clock of the storage has advanced. */
    private static void awaitLaterTime() {
        long now = System.currentTimeMillis();
        while (System.currentTimeMillis() <= now) {
            Thread.onSpinWait();
        }
    }

    /** A storage that runs an action before the first write of one conversation. */
    private StateStorage before(StorageKey written, Runnable once) {
        AtomicInteger writes = new AtomicInteger();
        return new ForwardingStateStorage(storage) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                if (key.equals(written) && writes.incrementAndGet() == 1) {
                    once.run();
                }
                return super.write(key, mutation);
            }
        };
    }

    @Test
    void everyConversationOfTheChatMovesWithAllThatItHolds() {
        Instant deadline = Instant.parse("2040-01-01T00:00:00Z");
        Mutation whole = Mutation.builder()
                .state("Order:SIZE")
                .put("name", "\"Ann\"")
                .put("n", "1.50")
                .attribute("flow.history", "SIZE")
                .deadline(deadline)
                .build();
        StorageKey.Builder from = StorageKey.bot(1).chat(OLD).user(7);
        StorageKey.Builder to = StorageKey.bot(1).chat(NEW).user(7);
        List<StorageKey> sources = List.of(
                from.build(),
                from.thread(5).build(),
                from.business("b:c").build(),
                from.destiny("order").build());
        List<StorageKey> targets = List.of(
                to.build(),
                to.thread(5).build(),
                to.business("b:c").build(),
                to.destiny("order").build());
        sources.forEach(key -> storage.write(key, whole).toCompletableFuture().join());

        ChatMoveReport report = move();

        assertThat(report.moved()).isEqualTo(4);
        assertThat(report.superseded()).isZero();
        assertThat(report.unreadable()).isEmpty();
        assertThat(found(ConversationFilter.all())).containsExactlyInAnyOrderElementsOf(targets);
        for (StorageKey target : targets) {
            Snapshot moved = read(target);
            assertThat(moved.state()).hasValue("Order:SIZE");
            assertThat(moved.data()).isEqualTo(Map.of("name", "\"Ann\"", "n", "1.50"));
            assertThat(moved.attributes()).isEqualTo(Map.of("flow.history", "SIZE"));
            assertThat(moved.deadline()).hasValue(deadline);
        }
        assertThat(move().moved()).as("again").isZero();
    }

    @Test
    void othersStay() {
        List<StorageKey> others =
                List.of(key(-101, 7), StorageKey.bot(2).chat(OLD).user(7).build(), key(7, OLD));
        others.forEach(key -> write(key, "A"));
        for (long user = 1; user <= 3_000; user++) {
            write(key(OLD, user), "B");
        }
        assertThat(move().moved()).isEqualTo(3_000);
        assertThat(found(ConversationFilter.all().state("A"))).containsExactlyInAnyOrderElementsOf(others);
        assertThat(found(ConversationFilter.bot(1).chat(NEW))).hasSize(3_000);
    }

    /** As with the strategies that use one conversation for each chat. */
    @Test
    void theChatsOwnConversationIsTheOtherChatsOwn() {
        write(key(OLD, OLD), "A");
        move();
        assertThat(found(ConversationFilter.all())).containsExactly(key(NEW, NEW));
    }

    @Test
    void aNewerConversationOfTheNewChatStays() {
        write(key(OLD, 7), "A");
        awaitLaterTime();
        write(key(NEW, 7), "B");
        ChatMoveReport report = move();
        assertThat(report.moved()).isZero();
        assertThat(report.superseded()).isEqualTo(1);
        assertThat(state(key(NEW, 7))).hasValue("B");
        assertThat(state(key(OLD, 7))).isEmpty();
    }

    @Test
    void anOlderConversationOfTheNewChatIsReplacedWhole() {
        storage.write(
                        key(NEW, 7),
                        Mutation.builder()
                                .state("B")
                                .put("old", "1")
                                .attribute("old", "1")
                                .deadline(Instant.parse("2040-01-01T00:00:00Z"))
                                .build())
                .toCompletableFuture()
                .join();
        awaitLaterTime();
        write(key(OLD, 7), "A");
        assertThat(move().moved()).isEqualTo(1);
        Snapshot moved = read(key(NEW, 7));
        assertThat(moved.state()).hasValue("A");
        assertThat(moved.data()).isEmpty();
        assertThat(moved.attributes()).isEmpty();
        assertThat(moved.deadline()).isEmpty();
    }

    /** The conversation is written after its copy has been stored. */
    @Test
    void whatIsWrittenMeanwhileIsMovedToo() {
        write(key(OLD, 7), "A");
        StateStorage busy = before(key(OLD, 7), () -> write(key(OLD, 7), "B"));
        assertThat(ChatMove.of(busy).move(1, OLD, NEW).moved()).isEqualTo(1);
        assertThat(state(key(NEW, 7))).hasValue("B");
        assertThat(state(key(OLD, 7))).isEmpty();
    }

    @Test
    void whatIsBegunInTheNewChatMeanwhileIsNotOverwrittenByWhatIsOlder() {
        write(key(OLD, 7), "A");
        awaitLaterTime();
        StateStorage busy = before(key(NEW, 7), () -> write(key(NEW, 7), "B"));
        assertThat(ChatMove.of(busy).move(1, OLD, NEW).superseded()).isEqualTo(1);
        assertThat(state(key(NEW, 7))).hasValue("B");
        assertThat(state(key(OLD, 7))).isEmpty();
    }

    @Test
    void aConversationThatEndsMeanwhileDoesNotLiveOnInTheNewChat() {
        write(key(OLD, 7), "A");
        StateStorage busy = before(
                key(OLD, 7),
                () -> storage.write(
                                key(OLD, 7),
                                Mutation.builder()
                                        .clearState()
                                        .replaceData(Map.of())
                                        .build())
                        .toCompletableFuture()
                        .join());
        assertThat(ChatMove.of(busy).move(1, OLD, NEW).moved()).isZero();
        assertThat(found(ConversationFilter.all())).isEmpty();
    }

    @Test
    void anotherCallFinishesWhatAFailureHasLeft() {
        write(key(OLD, 7), "A");
        StateStorage failing = new ForwardingStateStorage(storage) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                return key.equals(key(OLD, 7))
                        ? CompletableFuture.failedStage(
                                new StorageUnavailableException(key, Duration.ofSeconds(2), true, null))
                        : super.write(key, mutation);
            }
        };
        ChatMove move = ChatMove.of(failing);
        assertThatThrownBy(() -> move.move(1, OLD, NEW)).isInstanceOf(StorageUnavailableException.class);
        assertThat(found(ConversationFilter.all())).containsExactlyInAnyOrder(key(OLD, 7), key(NEW, 7));
        awaitLaterTime();
        write(key(NEW, 7), "B"); // its user goes on in the new chat

        move();
        assertThat(found(ConversationFilter.all())).containsExactly(key(NEW, 7));
        assertThat(state(key(NEW, 7))).hasValue("B");
    }

    @Test
    void aBotThatKeepsWritingToTheOldChatIsReported() {
        write(key(OLD, 7), "A");
        StateStorage busy = new ForwardingStateStorage(storage) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                CompletionStage<Outcome> outcome = super.write(key, mutation);
                if (mutation.state().isEmpty()) {
                    ChatMoveTest.this.write(key(OLD, 7), "A");
                }
                return outcome;
            }
        };
        assertThatThrownBy(() -> ChatMove.of(busy).move(1, OLD, NEW))
                .isInstanceOf(ChatMoveIncompleteException.class)
                .hasMessageContaining("other writers kept writing conversations that match bot=1 chat=-100");
    }

    @Test
    void aRedeliveredUpdateOfTheOldChatIsRecognized() {
        Fsm fsm = Fsm.of(storage);
        fsm.handle(key(OLD, 7), 41, turn -> turn.state("A"));
        move();
        Handled<?> again = fsm.handle(key(OLD, 7), 41, turn -> turn.state("B"));
        assertThat(again).isInstanceOf(Handled.Repeated.class);
        assertThat(found(ConversationFilter.all())).containsExactly(key(NEW, 7));
    }

    /** A move is not a change of state by the bot. */
    @Test
    void rulesDoNotRefuseItAndListenersHearNothing() {
        write(key(OLD, 7), "B");
        List<Transition> notified = new ArrayList<>();
        TransitionRules rules =
                TransitionRules.builder().begin("A").allow("A", "B").build();
        StateStorage decorated = new NotifyingStateStorage(
                new TransitionCheckingStateStorage(storage, rules, Undeclared.REFUSE),
                List.of(notified::add),
                Runnable::run);
        assertThat(ChatMove.of(decorated).move(1, OLD, NEW).moved()).isEqualTo(1);
        assertThat(notified).isEmpty();
    }

    @Test
    void aSupersededLeaseMovesNothing() {
        storage.write(key(OLD, 7), Mutation.builder().state("A").fencingToken(9).build())
                .toCompletableFuture()
                .join();
        ChatMove move = ChatMove.of(new FencedStateStorage(storage, 8));
        assertThatThrownBy(() -> move.move(1, OLD, NEW))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("lower than 9");
        assertThat(state(key(OLD, 7))).hasValue("A");
        assertThat(found(ConversationFilter.bot(1).chat(NEW))).as("copies").isEmpty();
    }

    /** A decorator may report the fence as an exception. */
    @Test
    void aCopyIsTakenBackWhenTheClearIsRefused() {
        write(key(OLD, 7), "A");
        for (FsmException refusal : List.of(
                new FencedException(key(OLD, 7), 8, 9),
                new StorageRefusedException(key(OLD, 7), "READONLY", false, null))) {
            assertThatThrownBy(() -> ChatMove.of(refusingClears(refusal)).move(1, OLD, NEW))
                    .isSameAs(refusal);
            assertThat(found(ConversationFilter.all())).containsExactly(key(OLD, 7));
        }
    }

    @Test
    void aCopyStaysWhereTheClearMayHaveHappened() {
        write(key(OLD, 7), "A");
        StateStorage unsure = refusingClears(new StorageRefusedException(key(OLD, 7), "READONLY", true, null));
        assertThatThrownBy(() -> ChatMove.of(unsure).move(1, OLD, NEW)).isInstanceOf(StorageRefusedException.class);
        assertThat(state(key(NEW, 7))).hasValue("A");
    }

    private StateStorage refusingClears(FsmException refusal) {
        return new ForwardingStateStorage(storage) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                return key.equals(key(OLD, 7)) ? CompletableFuture.failedStage(refusal) : super.write(key, mutation);
            }
        };
    }

    @Test
    void whatCannotBeMovedIsRefused() {
        ChatMove move = ChatMove.of(storage);
        assertThatThrownBy(() -> move.move(1, OLD, Long.toString(OLD)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a chat cannot be moved to itself: -100");
        StateStorage without = new ForwardingStateStorage(storage) {
            @Override
            public <T> Optional<T> extension(Class<T> type) {
                return Optional.empty();
            }
        };
        assertThatThrownBy(() -> ChatMove.of(without))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("offers no ConversationCatalog");
    }

    /** Four writers count in the old chat for as long as the conversation is there, and then in the new one. */
    @Test
    void nothingIsLostUnderConcurrentUpdates() throws Exception {
        Fsm fsm = Fsm.of(storage);
        int users = 20;
        for (int user = 0; user < users; user++) {
            fsm.context(key(OLD, user)).updateData("n", 0);
        }
        AtomicIntegerArray counted = new AtomicIntegerArray(users);
        AtomicInteger written = new AtomicInteger();
        AtomicBoolean isEnough = new AtomicBoolean();
        ExecutorService writers = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> ended = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                ended.add(writers.submit(() -> {
                    for (int i = 0; !isEnough.get(); i++) {
                        count(fsm, i % users);
                        counted.incrementAndGet(i % users);
                        written.incrementAndGet();
                    }
                }));
            }
            awaitMore(written);
            assertThat(move().moved()).isGreaterThanOrEqualTo(users);
            awaitMore(written);
            isEnough.set(true);
            for (Future<?> writer : ended) {
                writer.get();
            }
        } finally {
            isEnough.set(true);
            writers.shutdown();
        }
        assertThat(found(ConversationFilter.all())).hasSize(users);
        for (int user = 0; user < users; user++) {
            assertThat(fsm.context(key(NEW, user)).value("n", Integer.class)).hasValue(counted.get(user));
        }
    }

    private static void awaitMore(AtomicInteger written) {
        int before = written.get();
        while (written.get() < before + 1_000) {
            Thread.onSpinWait();
        }
    }

    private static void count(Fsm fsm, long user) {
        while (!isCounted(fsm, key(OLD, user)) && !isCounted(fsm, key(NEW, user))) {
            Thread.onSpinWait();
        }
    }

    private static boolean isCounted(Fsm fsm, StorageKey key) {
        return fsm.<Boolean>handle(key, turn -> {
                    Optional<Integer> n = turn.value("n", Integer.class);
                    n.ifPresent(before -> turn.put("n", before + 1));
                    return n.isPresent();
                })
                .orElse(now -> false);
    }
}
