package io.botfsm.telegrambots;

import static io.botfsm.telegrambots.CrowdedBot.ATTEMPTS;
import static io.botfsm.telegrambots.CrowdedBot.PATIENCE;
import static io.botfsm.telegrambots.CrowdedBot.USERS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.InboxFencedException;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Updates that take long are kept in an inbox, and hold up no others. */
@Timeout(180)
class PollingInboxTest {
    /** More than Telegram returns at once. */
    private static final int MESSAGES = 150;

    private static final int LIMIT = PendingUpdates.LIMIT;
    private static final long SLOW = 1;

    private final WatchedInbox storage = new WatchedInbox(new MemoryStateStorage());
    private final Fsm fsm = Fsm.of(storage);
    private final CrowdedBot bot = new CrowdedBot();
    /** The handled updates of each conversation, in order. */
    private final Map<Long, List<Integer>> handled = new ConcurrentHashMap<>();

    private final CountDownLatch hanging = new CountDownLatch(1);
    private final AtomicLong ahead = new AtomicLong();

    @BeforeEach
    void useTheInbox() {
        bot.polling.inbox();
        bot.polling.nanos = () -> System.nanoTime() + ahead.get();
    }

    @AfterEach
    void stop() throws Exception {
        hanging.countDown();
        bot.stop();
    }

    /**
     * Starts the bot. Handlers hang for the users up to {@link CrowdedBot#USERS}, but not for those of
     * {@link CrowdedBot#othersWrite}.
     */
    private void start() {
        bot.start(fsm, (fenced, key, update) -> {
            long user = Long.parseLong(key.user());
            if (user <= USERS) {
                hanging.await();
            }
            CrowdedBot.count(fenced, key, update.getUpdateId());
            handled.computeIfAbsent(user, first -> new CopyOnWriteArrayList<>()).add(update.getUpdateId());
        });
    }

    private InboxCounts counts() {
        return storage.counts(bot.token.botId());
    }

    private void awaitWaiting(long updates) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(counts().waiting()).isEqualTo(updates));
    }

    private int messagesOf(long user) {
        return fsm.context(bot.key(user)).value("n", Integer.class).orElse(0);
    }

    @Test
    void whatHangsIsConfirmedAndRemovedWhenItIsDone() {
        bot.telegram.user(SLOW).says("one");
        bot.telegram.user(SLOW).says("two");
        start();

        bot.awaitAllConfirmed();
        awaitWaiting(2);
        assertThat(bot.attempts(SLOW)).isOne();
        hanging.countDown();
        awaitWaiting(0);
        assertThat(messagesOf(SLOW)).isEqualTo(2);
        assertThat(handled.get(SLOW)).isSorted().hasSize(2);
    }

    @Test
    void whatHangsHoldsUpNobodyElse() {
        bot.telegram.user(SLOW).says("hangs");
        bot.othersWrite(MESSAGES, USERS);
        start();

        bot.awaitOthersAnswered(MESSAGES);
        bot.awaitAllConfirmed();
        assertThat(bot.attempts(SLOW)).isOne();
    }

    @Test
    void whatIsDoneSoonIsNotStored() {
        bot.othersWrite(50, USERS);
        start();
        bot.awaitOthersAnswered(50);
        bot.awaitAllConfirmed();
        assertThat(storage.added).isEmpty();
    }

    @Test
    void withoutAnInboxTheWindowIsFull() {
        bot.polling.inbox = Optional.empty();
        bot.telegram.user(SLOW).says("hangs");
        bot.othersWrite(MESSAGES, USERS);
        start();

        bot.awaitOthersAnswered(99);
        await().atMost(PATIENCE).until(() -> bot.telegram.polls().size() > 5);
        assertThat(bot.othersAnswered()).isEqualTo(99);
        assertThat(storage.added).isEmpty();
    }

    @Test
    void whileItIsFullTelegramKeepsTheRest() {
        bot.polling.inbox(InboxLimits.defaults().updates(3));
        for (int i = 0; i < 10; i++) {
            bot.telegram.user(SLOW).says("hangs " + i);
        }
        bot.othersWrite(MESSAGES, USERS);
        start();

        awaitWaiting(3);
        bot.awaitOthersAnswered(LIMIT - 7); // three are stored, and seven more are not done
        int polls = bot.telegram.polls().size();
        await().atMost(PATIENCE).until(() -> bot.telegram.polls().size() > polls + 5);
        assertThat(bot.othersAnswered()).isEqualTo(LIMIT - 7);
        assertThat(counts().waiting()).isEqualTo(3);

        hanging.countDown();
        bot.awaitOthersAnswered(MESSAGES);
        bot.awaitAllConfirmed();
        awaitWaiting(0);
        assertThat(handled.get(SLOW)).isSorted().hasSize(10);
        assertThat(messagesOf(SLOW)).isEqualTo(10);
    }

    @Test
    void anUpdateThatIsLongerThanAllThatMayBeThereStaysWithTelegram() {
        bot.polling.inbox(InboxLimits.defaults().bytes(1_000));
        bot.telegram.user(SLOW).says("x".repeat(1_000));
        bot.telegram.user(SLOW + 1).says("y");
        start();
        await().atMost(PATIENCE).until(() -> bot.telegram.polls().size() > 5);
        assertThat(counts().waiting()).as("also of those behind it").isZero();

        hanging.countDown();
        bot.awaitAllConfirmed();
        assertThat(messagesOf(SLOW) + messagesOf(SLOW + 1)).isEqualTo(2);
    }

    @Test
    void whatCannotBeStoredStaysWithTelegramUntilItCan() {
        start();
        await().atMost(PATIENCE).until(() -> !bot.telegram.polls().isEmpty());
        storage.failing = true;
        bot.telegram.user(SLOW).says("hangs");
        bot.othersWrite(MESSAGES, USERS);
        bot.awaitOthersAnswered(99);
        assertThat(bot.telegram.unconfirmedUpdates()).isEqualTo(1 + MESSAGES);

        storage.failing = false;
        bot.awaitOthersAnswered(MESSAGES);
        bot.awaitAllConfirmed();
        assertThat(bot.attempts(SLOW)).isOne();
    }

    /** An update that may be in the inbox is removed like one that is. */
    @Test
    void anAnswerThatIsLostLeavesNothingBehind() {
        start();
        await().atMost(PATIENCE).until(() -> !bot.telegram.polls().isEmpty());
        storage.losesAnswers = true;
        bot.telegram.user(SLOW).says("one");
        awaitWaiting(1);
        hanging.countDown();
        awaitWaiting(0);
        storage.losesAnswers = false;
        bot.telegram.user(SLOW).says("two");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(messagesOf(SLOW)).isEqualTo(2));
        assertThat(bot.attempts(SLOW)).isEqualTo(2);
    }

    @Test
    void whatWaitsIsReadBeforeTheFirstPollAndHandledFirst() throws Exception {
        bot.telegram.user(SLOW).says("one");
        bot.telegram.user(SLOW).says("two");
        start();
        awaitWaiting(2);
        bot.awaitAllConfirmed();
        bot.crash();
        hanging.countDown();
        await().atMost(PATIENCE).until(() -> bot.attempts(SLOW) == 1);
        handled.clear();
        bot.telegram.user(SLOW).says("three");
        storage.failing = true;
        int polls = bot.telegram.polls().size();
        start();
        await().atMost(PATIENCE).until(() -> storage.refused.get() > 2);
        assertThat(bot.telegram.polls()).hasSize(polls);

        storage.failing = false;
        bot.awaitAllConfirmed();
        awaitWaiting(0);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(handled.get(SLOW)).isSorted().hasSize(3));
        assertThat(messagesOf(SLOW)).isEqualTo(3);
    }

    /** The update is stored, but the instance ended before it was confirmed to Telegram. */
    @Test
    void whatTelegramDeliversAgainIsKnown() throws Exception {
        bot.telegram.user(SLOW).says("one");
        start();
        awaitWaiting(1);
        InboxUpdate stored = storage.added.get(0);
        bot.awaitAllConfirmed();
        bot.crash();
        bot.telegram.nextUpdateId(Long.parseLong(stored.id()));
        bot.telegram.deliver(new String(stored.content(), UTF_8));
        hanging.countDown();
        await().atMost(PATIENCE).until(() -> bot.answered.get(SLOW).get() == 1); // by the former instance
        start();

        bot.awaitAllConfirmed();
        awaitWaiting(0);
        assertThat(bot.attempts(SLOW)).isEqualTo(2);
        assertThat(messagesOf(SLOW)).isOne();
    }

    @Test
    void aDeadLetterIsKeptAndHandledAgainWhenItIsReplayed() {
        bot.telegram.user(SLOW).says("secret");
        bot.start(fsm, (fenced, key, update) -> {
            if (hanging.getCount() > 0) {
                throw new IllegalStateException("secret");
            }
        });

        bot.awaitAllConfirmed();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(counts().dead()).isOne());
        assertThat(bot.dead).hasSize(1);
        assertThat(storage.dead(bot.token.botId(), 0, 10)).singleElement().satisfies(dead -> {
            assertThat(dead.reason()).isEqualTo("java.lang.IllegalStateException");
            assertThat(dead.update().key()).hasValue(bot.key(SLOW));
            assertThat(new String(dead.update().content(), UTF_8)).contains("secret");
        });
        assertThat(bot.attempts(SLOW)).isEqualTo(ATTEMPTS);

        hanging.countDown();
        assertThat(storage.replay(
                        bot.token.botId(),
                        storage.dead(bot.token.botId(), 0, 1).get(0).position()))
                .isTrue();
        await().atMost(PATIENCE).until(() -> bot.attempts(SLOW) == ATTEMPTS + 1);
        awaitWaiting(0);
        assertThat(counts().dead()).isZero();
    }

    /** An inbox takes only keys of its own bot. */
    @Test
    void aKeyOfAnotherBotIsNotStoredWithItsUpdate() {
        StorageKey other = StorageKey.bot("mine").chat(SLOW).user(SLOW).build();
        bot.polling.keys(update -> Optional.of(other));
        bot.telegram.user(SLOW).says("hangs");
        start();

        bot.awaitAllConfirmed();
        assertThat(storage.added).extracting(InboxUpdate::key).containsExactly(Optional.empty());
        hanging.countDown();
        awaitWaiting(0);
        assertThat(fsm.context(other).value("n", Integer.class)).hasValue(1);
    }

    /** Otherwise a crash would lose it. */
    @Test
    void aDeadLetterIsNotConfirmedBeforeItIsKept() {
        bot.start(fsm, (fenced, key, update) -> {
            throw new IllegalStateException("a fault");
        });
        await().atMost(PATIENCE).until(() -> !bot.telegram.polls().isEmpty());
        storage.failing = true;
        bot.telegram.user(SLOW).says("fails");
        await().atMost(PATIENCE).until(() -> bot.dead.size() == 1);
        int refused = storage.refused.get();
        await().atMost(PATIENCE).until(() -> storage.refused.get() > refused + 2);
        assertThat(bot.telegram.unconfirmedUpdates()).isOne();

        storage.failing = false;
        bot.awaitAllConfirmed();
        assertThat(counts().dead()).isOne();
        assertThat(bot.dead).hasSize(1);
    }

    @Test
    void whatHasWaitedForTooLongIsADeadLetterAlsoBehindAHandlerThatHangs() {
        bot.polling.inboxMaxAge(Duration.ofHours(1));
        bot.telegram.user(SLOW).says("hangs");
        bot.telegram.user(SLOW).says("waits");
        start();
        awaitWaiting(2);
        assertThat(bot.dead).isEmpty();

        ahead.set(Duration.ofHours(1).toNanos());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(counts().dead()).isOne());
        assertThat(bot.dead).singleElement().satisfies(letter -> {
            assertThat(letter.key()).hasValue(bot.key(SLOW));
            assertThat(letter.failure()).hasMessageContaining("PT1H");
        });
        hanging.countDown();
        awaitWaiting(0);
        assertThat(messagesOf(SLOW)).isOne();
    }

    /** The bot was down for longer than the maximum age. */
    @Test
    void whatIsTooOldAtTheStartIsADeadLetterAndNotHandled() {
        bot.polling.inboxMaxAge(Duration.ofHours(1));
        storage.downtime = Duration.ofHours(2);
        add(message(7, SLOW), message(8, SLOW));
        hanging.countDown();
        start();

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(counts().dead()).isEqualTo(2));
        assertThat(counts().waiting()).isZero();
        assertThat(bot.dead).hasSize(2);
        assertThat(bot.attempts(SLOW)).isZero();
        assertThat(messagesOf(SLOW)).isZero();
    }

    private void add(InboxUpdate... updates) {
        assertThat(storage.add(bot.token.botId(), List.of(updates), InboxLimits.defaults(), OptionalLong.empty()))
                .isTrue();
    }

    private InboxUpdate message(int id, long user) {
        String json = String.format(
                Locale.ROOT,
                "{\"update_id\":%d,\"message\":{\"message_id\":1,\"date\":1,\"text\":\"a\","
                        + "\"chat\":{\"id\":%2$d,\"type\":\"private\",\"first_name\":\"A\"},"
                        + "\"from\":{\"id\":%2$d,\"is_bot\":false,\"first_name\":\"A\"}}}",
                id,
                user);
        return InboxUpdate.of("" + id, Optional.of(bot.key(user)), json.getBytes(UTF_8));
    }

    @Test
    void whatIsErasedFromTheInboxIsNotKeptAsADeadLetter() {
        bot.telegram.user(SLOW).says("fails");
        bot.start(fsm, (fenced, key, update) -> {
            hanging.await();
            throw new IllegalStateException("a fault");
        });
        awaitWaiting(1);
        bot.awaitAllConfirmed();
        assertThat(storage.erase(ConversationFilter.all().user(SLOW))).isOne();
        hanging.countDown();
        await().atMost(PATIENCE).until(() -> bot.dead.size() == 1);

        add(message(700, SLOW + 1)); // it is read after the dead letter has been dealt with
        await().atMost(PATIENCE).until(() -> bot.dead.size() == 2);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(counts().dead()).isOne());
        assertThat(storage.dead(bot.token.botId(), 0, 10))
                .extracting(letter -> letter.update().id())
                .containsExactly("700");
    }

    /** As in a failover to a replica that lags: positions that were read are assigned again. */
    @Test
    void whatWaitsInAnInboxThatFellBackIsFound() {
        add(message(7, SLOW), message(8, SLOW), message(9, SLOW));
        start();
        await().atMost(PATIENCE).until(() -> bot.attempts(SLOW) == 1);
        storage.fallBackTo(new MemoryStateStorage());
        add(message(600, USERS + 1));
        ahead.set(Duration.ofMinutes(1).toNanos());

        await().atMost(PATIENCE).until(() -> bot.attempts(USERS + 1) == 1);
        awaitWaiting(0);
    }

    @Test
    void whatFellBackIsFoundAfterAFailure() {
        long stopsAt = System.nanoTime() + Duration.ofSeconds(55).toNanos(); // before all is read again anyway
        bot.polling.nanos = () -> Math.min(System.nanoTime(), stopsAt);
        add(message(7, SLOW), message(8, SLOW), message(9, SLOW));
        start();
        await().atMost(PATIENCE).until(() -> bot.attempts(SLOW) == 1);
        storage.failing = true;
        int refused = storage.refused.get();
        await().atMost(PATIENCE).until(() -> storage.refused.get() > refused);
        storage.fallBackTo(new MemoryStateStorage());
        storage.failing = false;
        add(message(600, USERS + 1));

        await().atMost(PATIENCE).until(() -> bot.attempts(USERS + 1) == 1);
        awaitWaiting(0);
    }

    /** Decorators of the storage and the key function may leave an interrupt behind. */
    @Test
    void anInterruptThatIsLeftBehindDoesNotEndTheInbox() {
        storage.interrupts = true;
        bot.telegram.user(SLOW).says("one");
        start();
        awaitWaiting(1);
        bot.awaitAllConfirmed();
        hanging.countDown();
        awaitWaiting(0);
    }

    @Test
    void aFailureThatEndsTheInboxEndsTheSession() {
        bot.lease = new ManualLease() {
            @Override
            public boolean isHeld() {
                if (Thread.currentThread().getName().equals("botfsm-telegram-inbox")) {
                    throw new LinkageError("of the inbox");
                }
                return super.isHeld();
            }
        };
        start();
        assertThat(bot.ended().toCompletableFuture())
                .failsWithin(PATIENCE)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(LinkageError.class);
    }

    @Test
    void moreHandlersMayHangThanThereAreThreads() {
        bot.polling.threads(2);
        for (long user = 1; user <= 5; user++) {
            bot.telegram.user(user).says("hangs");
        }
        bot.othersWrite(MESSAGES, USERS);
        start();
        await().atMost(PATIENCE).until(() -> bot.attempts.size() == 2);
        bot.awaitAllConfirmed();
        assertThat(bot.othersAnswered()).isZero();

        ahead.addAndGet(Duration.ofSeconds(10).toNanos());
        await().atMost(PATIENCE).until(() -> bot.attempts.size() == 4);
        ahead.addAndGet(Duration.ofSeconds(10).toNanos());
        bot.awaitOthersAnswered(MESSAGES);
    }

    @Test
    void anInstanceThatHasLostItsLeaseStoresNothing() throws Exception {
        start();
        await().atMost(PATIENCE).until(() -> !bot.telegram.polls().isEmpty());
        storage.remove(bot.token.botId(), List.of(), OptionalLong.of(2)); // as the next instance does
        bot.telegram.user(SLOW).says("hangs");

        await().atMost(PATIENCE).until(() -> bot.lease.fenced == 2);
        await().atMost(PATIENCE).until(() -> !bot.lease.isHeld());
        assertThat(counts().waiting()).isZero();
        assertThat(bot.telegram.unconfirmedUpdates()).isOne();
    }

    @Test
    void anInstanceThatTakesOverLetsNoFormerOneStore() {
        bot.lease.token = 2;
        start();
        await().atMost(PATIENCE).until(() -> !bot.telegram.polls().isEmpty());
        InboxUpdate late = InboxUpdate.of("1", Optional.of(bot.key(SLOW)), new byte[] {1});
        assertThatThrownBy(
                        () -> storage.add(bot.token.botId(), List.of(late), InboxLimits.defaults(), OptionalLong.of(1)))
                .isInstanceOf(InboxFencedException.class);
    }

    @Test
    void whatIsNoUpdateOfTelegramsIsADeadLetter() {
        for (String content : List.of("no JSON", "{}", "{\"update_id\":8}")) {
            InboxUpdate foreign = InboxUpdate.of("7", Optional.empty(), content.getBytes(UTF_8));
            storage.add(bot.token.botId(), List.of(foreign), InboxLimits.defaults(), OptionalLong.empty());
        }
        start();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(counts().dead()).isEqualTo(3));
        assertThat(counts().waiting()).isZero();
        assertThat(bot.dead).hasSize(3);
    }

    @Test
    void aStopRemovesWhatIsDone() throws Exception {
        bot.telegram.user(SLOW).says("one");
        bot.telegram.user(SLOW).says("two");
        start();
        awaitWaiting(2);
        bot.awaitAllConfirmed();
        CountDownLatch stopped = new CountDownLatch(1);
        Thread stop = new Thread(() -> {
            try {
                bot.stopSession();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            stopped.countDown();
        });
        stop.start();
        await().atMost(PATIENCE).until(() -> stop.getState() == Thread.State.TIMED_WAITING);
        hanging.countDown();
        stopped.await();
        assertThat(counts().waiting()).as("the second one has not begun").isOne();
        assertThat(bot.attempts(SLOW)).isOne();
    }

    @Test
    void aStorageWithoutAnInboxIsRefused() {
        assertThatThrownBy(() -> bot.polling.start(bot.lease, Fsm.of(new WithoutExtensions()), bot.handler))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("UpdateInbox");
        assertThat(bot.telegram.polls()).isEmpty();
    }

    private static final class WithoutExtensions extends ForwardingStateStorage {
        private WithoutExtensions() {
            super(new MemoryStateStorage());
        }

        @Override
        public <T> Optional<T> extension(Class<T> type) {
            return Optional.empty();
        }
    }
}
