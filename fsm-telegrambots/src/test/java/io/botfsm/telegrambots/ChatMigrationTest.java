package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.botfsm.Fsm;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.FsmStrategy;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.telegram.testing.BotApiDouble;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.objects.Update;

/** A group becomes a supergroup while its users write. */
@Timeout(120)
class ChatMigrationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long OLD = -100;
    private static final long NEW = -1_000_000_000_100L;
    private static final int USERS = 20;

    private final BotApiDouble telegram =
            BotApiDouble.builder().conflictPause(Duration.ofMillis(10)).start();
    private final BotToken token = BotToken.of(telegram.token());
    private final ManualLease lease = new ManualLease();
    private final MemoryStateStorage storage = new MemoryStateStorage();
    private final Map<Long, AtomicInteger> handled = new ConcurrentHashMap<>();
    private final List<StorageKey> services = new CopyOnWriteArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(ChatMigrationTest.class.getPackageName());
    private final PollingSession.Builder polling = quick();
    private Optional<PollingSession> session = Optional.empty();

    private PollingSession.Builder quick() {
        PollingSession.Builder settings = PollingSession.builder(token).server(telegram.uri());
        settings.failureBackoff = new Backoff(Duration.ofMillis(5), Duration.ofMillis(50), () -> 0);
        settings.outageBackoff = settings.failureBackoff;
        log.start();
        logger.addAppender(log);
        return settings;
    }

    @AfterEach
    void stop() throws Exception {
        if (session.isPresent()) {
            session.get().stopPolling();
            session.get().drain(PATIENCE);
        }
        telegram.close();
        logger.detachAppender(log);
    }

    private StorageKey key(long chat, long user) {
        return StorageKey.bot(token.botId()).chat(chat).user(user).build();
    }

    private void start(StateStorage over, UpdateHandler handler) {
        session = Optional.of(polling.start(lease, Fsm.of(over), handler));
    }

    private void message(long chat, long user, String content) {
        telegram.deliver(String.format(
                Locale.ROOT,
                "{\"message\":{\"message_id\":1,\"date\":1,\"chat\":{\"id\":%d,\"type\":\"%s\",\"title\":\"Us\"},"
                        + "\"from\":{\"id\":%d,\"is_bot\":false,\"first_name\":\"Ann\"},%s}}",
                chat,
                chat == OLD ? "group" : "supergroup",
                user,
                content));
    }

    private void everybodyWrites(long chat) {
        for (long user = 1; user <= USERS; user++) {
            message(chat, user, "\"text\":\"hello\"");
        }
    }

    private void theGroupMigrates() {
        message(OLD, 1, "\"migrate_to_chat_id\":" + NEW);
        message(NEW, 1, "\"migrate_from_chat_id\":" + OLD);
    }

    /** Counts texts; the first of every third user is handled at the third attempt only. */
    private void count(Fsm fsm, StorageKey key, Update update) {
        long user = update.getMessage().getFrom().getId();
        if (!update.getMessage().hasText()) {
            services.add(key);
            return;
        }
        int attempt = handled.computeIfAbsent(user, any -> new AtomicInteger()).incrementAndGet();
        if (user % 3 == 0 && attempt < 3) {
            throw new IllegalStateException("not yet");
        }
        fsm.handle(
                key,
                update.getUpdateId(),
                turn -> turn.state("A").put("n", turn.value("n", Integer.class).orElse(0) + 1));
    }

    private void awaitConfirmed() {
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
    }

    private List<StorageKey> found() {
        try (var found =
                storage.extension(ConversationCatalog.class).orElseThrow().find(ConversationFilter.all())) {
            return found.map(FoundConversation::key).toList();
        }
    }

    private void assertCounted(LongFunction<StorageKey> keys, int count) {
        for (long user = 1; user <= USERS; user++) {
            assertThat(Fsm.of(storage).context(keys.apply(user)).value("n", Integer.class))
                    .as("user %d", user)
                    .hasValue(count);
        }
    }

    @Test
    void everyConversationGoesOnInTheSupergroupAndNoUpdateIsLost() {
        start(storage, this::count);
        everybodyWrites(OLD);
        everybodyWrites(OLD);
        theGroupMigrates();
        everybodyWrites(NEW);
        everybodyWrites(NEW);
        awaitConfirmed();
        assertCounted(user -> key(NEW, user), 4);
        assertThat(found()).hasSize(USERS).allMatch(key -> key.chat().equals(Long.toString(NEW)));
        assertThat(services).as("in the new chat, both").containsExactly(key(NEW, 1), key(NEW, 1));
    }

    @Test
    void aGroupThatIsOneConversationIsMovedToo() {
        polling.strategy(FsmStrategy.CHAT);
        start(storage, (fsm, key, update) -> {
            if (update.getMessage().hasText()) {
                fsm.handle(
                        key,
                        update.getUpdateId(),
                        turn -> turn.put("n", turn.value("n", Integer.class).orElse(0) + 1));
            }
        });
        everybodyWrites(OLD);
        theGroupMigrates();
        everybodyWrites(NEW);
        awaitConfirmed();
        assertThat(found()).containsExactly(key(NEW, NEW));
        assertCounted(user -> key(NEW, NEW), 2 * USERS);
    }

    @Test
    void aMoveThatFailsIsRepeatedBeforeAnythingOfTheSupergroupIsHandled() {
        AtomicInteger failures = new AtomicInteger(5);
        StateStorage failing = new ForwardingStateStorage(storage) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                return mutation.carriesOver() && failures.getAndDecrement() > 0
                        ? CompletableFuture.failedStage(
                                new StorageUnavailableException(key, Duration.ofSeconds(2), true, null))
                        : super.write(key, mutation);
            }
        };
        start(failing, this::count);
        everybodyWrites(OLD);
        theGroupMigrates();
        everybodyWrites(NEW);
        awaitConfirmed();
        assertCounted(user -> key(NEW, user), 2);
        assertThat(failures).hasNegativeValue();
    }

    /** The storage has no catalog, or the bot lacks the permission to scan. */
    @Test
    void whatCannotBeMovedStaysAndTheLogSaysSo() {
        ConversationCatalog refusing = (filter, cursor) -> {
            throw new StorageRefusedException("NOPERM: +scan is missing", null);
        };
        for (Optional<ConversationCatalog> catalog :
                List.of(Optional.<ConversationCatalog>empty(), Optional.of(refusing))) {
            StateStorage without = new ForwardingStateStorage(storage) {
                @Override
                public <T> Optional<T> extension(Class<T> type) {
                    return catalog.map(type::cast);
                }
            };
            start(without, this::count);
            everybodyWrites(OLD);
            theGroupMigrates();
            awaitConfirmed();
            String cause = catalog.isPresent() ? "+scan is missing" : "offers no catalog";
            assertThat(List.copyOf(log.list)).anyMatch(event -> {
                String line = event.getFormattedMessage();
                return line.startsWith("Chat -100 has become -1000000000100") && line.contains(cause);
            });
            try {
                session.orElseThrow().stopPolling();
                session.orElseThrow().drain(PATIENCE);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        assertThat(found()).hasSize(USERS).allMatch(key -> key.chat().equals(Long.toString(OLD)));
        assertThat(services).contains(key(OLD, 1));
    }

    /** Otherwise, the instance that has taken over would never be asked to finish the move. */
    @Test
    void aSupersededInstanceEndsAndConfirmsNothing() {
        storage.write(key(OLD, 7), Mutation.builder().state("A").fencingToken(9).build())
                .toCompletableFuture()
                .join();
        start(storage, this::count);
        theGroupMigrates();
        await().atMost(PATIENCE).until(() -> lease.fenced == 9);
        assertThat(telegram.unconfirmedUpdates()).isEqualTo(2);
        assertThat(services).isEmpty();
        assertThat(found()).contains(key(OLD, 7));
    }

    @Test
    void movesCanBeSwitchedOff() {
        polling.withoutChatMoves();
        start(storage, this::count);
        everybodyWrites(OLD);
        theGroupMigrates();
        awaitConfirmed();
        assertThat(found()).hasSize(USERS).allMatch(key -> key.chat().equals(Long.toString(OLD)));
    }
}
