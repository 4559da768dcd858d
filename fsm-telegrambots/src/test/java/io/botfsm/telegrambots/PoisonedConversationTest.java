package io.botfsm.telegrambots;

import static io.botfsm.telegrambots.CrowdedBot.ATTEMPTS;
import static io.botfsm.telegrambots.CrowdedBot.PATIENCE;
import static io.botfsm.telegrambots.CrowdedBot.POISONED;
import static io.botfsm.telegrambots.CrowdedBot.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.isolation.IsolationUnavailableException;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.recovery.RecoveredConversation;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.aiogram.AiogramLayout;
import io.botfsm.redis.aiogram.AiogramStateStorage;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;

/** One conversation that can never be handled, and 320 messages of 64 other users. */
@Timeout(180)
class PoisonedConversationTest {
    private static final int MESSAGES = 320;

    private static RedisServerProcess server;
    private static BotRedis redis;

    private final CrowdedBot bot = new CrowdedBot();
    private final RespConnection raw = server.connect();
    private Fsm fsm = Fsm.of(redis.stateStorage());

    @BeforeAll
    static void startRedis() {
        server = RedisServerProcess.start();
        redis = LettuceRedis.connect(server.uri(0));
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
        server.close();
    }

    @BeforeEach
    void empty() {
        raw.call("FLUSHALL");
        bot.polling.outageTimeout = Duration.ofMillis(500);
    }

    @AfterEach
    void stop() throws Exception {
        bot.stop();
        raw.close();
    }

    private static String stored(StorageKey key) {
        return "fsm:{" + key.bot() + ":" + key.chat() + ":" + key.user() + "}";
    }

    /** Failures that affect only this conversation. */
    enum Poison {
        VALUE_OF_ANOTHER_TYPE {
            @Override
            void prepare(PoisonedConversationTest test, StorageKey key) {
                test.raw.call("SET", stored(key), "x");
            }
        },
        RECORD_WITHOUT_VERSION {
            @Override
            void prepare(PoisonedConversationTest test, StorageKey key) {
                test.raw.call("HSET", stored(key), "s", "NAME");
            }
        },
        UNREADABLE_DATA {
            @Override
            void prepare(PoisonedConversationTest test, StorageKey key) {
                test.fsm.context(key).updateData("n", "a text");
            }
        },
        FENCED_BY_NO_LEASE {
            @Override
            void prepare(PoisonedConversationTest test, StorageKey key) {
                test.fsm.fencedBy(Mutation.MAX_FENCE).context(key).setState("NAME");
            }
        },
        SECOND_SOURCE_FAILS {
            @Override
            void prepare(PoisonedConversationTest test, StorageKey key) {
                StateRecovery source = new StateRecovery() {
                    @Override
                    public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey asked) {
                        return asked.equals(key)
                                ? CompletableFuture.failedFuture(new IllegalStateException("a damaged row"))
                                : CompletableFuture.completedFuture(Optional.empty());
                    }

                    @Override
                    public CompletionStage<Void> cleared(StorageKey cleared, long version) {
                        return CompletableFuture.completedFuture(null);
                    }
                };
                test.fsm = Fsm.of(RecoveringStateStorage.builder(redis.stateStorage(), source)
                        .build());
            }
        },
        STORAGE_UNAVAILABLE {
            @Override
            void fail(StorageKey key) {
                throw new StorageUnavailableException(key, Duration.ofSeconds(2), true, null);
            }
        },
        STORAGE_UNAVAILABLE_IN_A_STAGE {
            @Override
            void fail(StorageKey key) {
                throw new CompletionException(new StorageUnavailableException(key, Duration.ofSeconds(2), true, null));
            }
        },
        DECLARED_AS_OUTAGE {
            @Override
            void fail(StorageKey key) throws TelegramApiException {
                throw new TelegramApiException("no connection");
            }
        },
        INTERRUPTED {
            @Override
            void fail(StorageKey key) throws InterruptedException {
                throw new InterruptedException("took too long");
            }
        },
        FAULT_OF_THE_HANDLER {
            @Override
            void fail(StorageKey key) {
                throw new IllegalStateException("a fault");
            }
        },
        ERROR_OF_THE_HANDLER {
            @Override
            void fail(StorageKey key) {
                throw new StackOverflowError();
            }
        },
        BLOCKED_BY_THE_USER {
            @Override
            void prepare(PoisonedConversationTest test, StorageKey key) {
                test.bot.telegram.user(POISONED).blocks();
            }
        },
        ISOLATION_FAILS {
            @Override
            void prepare(PoisonedConversationTest test, StorageKey key) {
                test.bot.polling.isolation(new PartlyFailingIsolation(key, true));
            }
        },
        ISOLATION_THROWS {
            @Override
            void prepare(PoisonedConversationTest test, StorageKey key) {
                test.bot.polling.isolation(new PartlyFailingIsolation(key, false));
            }
        };

        void prepare(PoisonedConversationTest test, StorageKey key) {}

        void fail(StorageKey key) throws Exception {}
    }

    /** The store of leases refuses one conversation. */
    private record PartlyFailingIsolation(EventIsolation isolation, StorageKey refusedKey, boolean byStage)
            implements EventIsolation {
        PartlyFailingIsolation(StorageKey refusedKey, boolean byStage) {
            this(EventIsolation.inProcess(), refusedKey, byStage);
        }

        @Override
        public <T extends @Nullable Object> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
            if (!key.equals(refusedKey)) {
                return isolation.submit(key, handler);
            }
            IsolationUnavailableException why =
                    new IsolationUnavailableException(key, new LeaseStoreException("WRONGTYPE", false, null));
            if (byStage) {
                return CompletableFuture.failedFuture(why);
            }
            throw why;
        }

        @Override
        public <T extends @Nullable Object> T call(StorageKey key, Handler<T> handler) throws Exception {
            return isolation.call(key, handler);
        }

        @Override
        public int handlers() {
            return isolation.handlers();
        }

        @Override
        public int conversations() {
            return isolation.conversations();
        }

        @Override
        public long refused() {
            return isolation.refused();
        }

        @Override
        public boolean drain(Duration limit) throws InterruptedException {
            return isolation.drain(limit);
        }

        @Override
        public void close() {
            isolation.close();
        }
    }

    private void start(Poison poison) {
        bot.start(fsm, (fenced, key, update) -> {
            boolean poisoned = key.user().equals("" + POISONED);
            if (poisoned) {
                poison.fail(key);
            }
            CrowdedBot.count(fenced, key, update.getUpdateId());
            if (poisoned) {
                bot.send(key, "counted");
            }
        });
    }

    private long poisonedWrites() {
        return bot.telegram.user(POISONED).says("poison").getAsLong();
    }

    private void awaitDeadLetters(long... updates) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(bot.dead)
                        .extracting(DeadLetter::updateId)
                        .containsExactlyInAnyOrderElementsOf(
                                LongStream.of(updates).boxed().toList()));
    }

    @ParameterizedTest
    @EnumSource
    void holdsUpNobodyElse(Poison poison) {
        poison.prepare(this, bot.key(POISONED));
        long update = poisonedWrites();
        bot.othersWrite(MESSAGES, USERS);
        start(poison);

        bot.awaitOthersAnswered(MESSAGES);
        awaitDeadLetters(update);
        bot.awaitAllConfirmed();
    }

    /** With the pauses of a bot in production. */
    @Test
    void holdsUpNobodyElseAtItsRealPace() {
        PollingSession.Builder defaults = PollingSession.builder(bot.token);
        bot.polling.outageTimeout = defaults.outageTimeout;
        bot.polling.failureBackoff = defaults.failureBackoff;
        bot.polling.outageBackoff = defaults.outageBackoff;
        bot.polling.attempts(PollingSession.Builder.DEFAULT_ATTEMPTS);
        long update = poisonedWrites();
        bot.othersWrite(MESSAGES, USERS);
        start(Poison.STORAGE_UNAVAILABLE);

        bot.awaitOthersAnswered(MESSAGES);
        awaitDeadLetters(update);
        assertThat(bot.attempts(POISONED)).isEqualTo(PollingSession.Builder.DEFAULT_ATTEMPTS);
    }

    /** No success of other conversations is needed as evidence: the lease is still held. */
    @Test
    void isGivenUpAloneWhereNoLeaseCanHaveHadItsToken() {
        Poison.FENCED_BY_NO_LEASE.prepare(this, bot.key(POISONED));
        start(Poison.FENCED_BY_NO_LEASE);
        awaitDeadLetters(poisonedWrites());
    }

    @Test
    void isGivenUpThoughTheOthersHaveFallenSilent() {
        start(Poison.STORAGE_UNAVAILABLE);
        long update = poisonedWrites();
        await().atMost(PATIENCE).until(() -> bot.attempts(POISONED) > 1);
        bot.othersWrite(1, 1);
        bot.awaitOthersAnswered(1);
        awaitDeadLetters(update);
    }

    /** Its handler takes so long that all others of the window are done before it fails for the first time. */
    @Test
    void holdsUpNobodyElseWhenItFailsSlowly() {
        bot.polling.outageTimeout = Duration.ofMillis(100);
        long update = poisonedWrites();
        bot.othersWrite(MESSAGES, USERS);
        bot.start(fsm, (fenced, key, received) -> {
            if (key.user().equals("" + POISONED)) {
                await().atMost(PATIENCE).until(() -> bot.othersAnswered() >= PendingUpdates.LIMIT - 1);
                throw new StorageUnavailableException(key, Duration.ofSeconds(2), true, null);
            }
            CrowdedBot.count(fenced, key, received.getUpdateId());
        });

        bot.awaitOthersAnswered(MESSAGES);
        awaitDeadLetters(update);
    }

    /** The window is full when they fail for the first time: no other conversation can succeed after that. */
    @Test
    void tenThatFailSlowlyHoldUpNobodyElse() {
        bot.polling.outageTimeout = Duration.ofMillis(100);
        long[] updates = LongStream.rangeClosed(1, 10)
                .map(user -> bot.telegram.user(user).says("poison").getAsLong())
                .toArray();
        bot.othersWrite(MESSAGES, USERS);
        bot.start(fsm, (fenced, key, received) -> {
            if (Long.parseLong(key.user()) <= 10) {
                await().atMost(PATIENCE).until(() -> bot.othersAnswered() >= PendingUpdates.LIMIT - 10);
                throw new StorageUnavailableException(key, Duration.ofSeconds(2), true, null);
            }
            CrowdedBot.count(fenced, key, received.getUpdateId());
        });

        bot.awaitOthersAnswered(MESSAGES);
        awaitDeadLetters(updates);
    }

    @Test
    void severalDoNotVouchForEachOther() {
        long[] updates = LongStream.rangeClosed(1, 5)
                .map(user -> bot.telegram.user(user).says("poison").getAsLong())
                .toArray();
        bot.othersWrite(MESSAGES, USERS);
        bot.start(fsm, (fenced, key, update) -> {
            if (Long.parseLong(key.user()) <= 5) {
                throw new StorageUnavailableException(key, Duration.ofSeconds(2), true, null);
            }
            CrowdedBot.count(fenced, key, update.getUpdateId());
        });

        bot.awaitOthersAnswered(MESSAGES);
        awaitDeadLetters(updates);
    }

    @Test
    void manyMessagesOfItHoldUpNobodyElse() {
        long[] updates = LongStream.range(0, 10).map(i -> poisonedWrites()).toArray();
        bot.othersWrite(MESSAGES, USERS);
        start(Poison.STORAGE_UNAVAILABLE);

        bot.awaitOthersAnswered(MESSAGES);
        awaitDeadLetters(updates);
    }

    @Test
    void aBusinessChatThatTheLayoutHasNoPlaceForHoldsUpNobodyElse() {
        Fsm aiogram = Fsm.of(AiogramStateStorage.of(
                redis, AiogramLayout.builder().bot(bot.token.botId()).build()));
        long update = bot.telegram
                .deliver("{\"business_message\": {\"business_connection_id\": \"bc\", \"text\": \"poison\","
                        + " \"chat\": {\"id\": 1, \"type\": \"private\"},"
                        + " \"from\": {\"id\": 1, \"is_bot\": false, \"first_name\": \"A\"}}}")
                .getAsLong();
        bot.othersWrite(MESSAGES, USERS);
        UpdateHandler handler =
                (unfenced, key, received) -> unfenced.context(key).updateData("n", 1);
        assertThatThrownBy(() -> bot.start(aiogram, handler))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("FENCING");
        bot.polling.unfenced();
        bot.start(aiogram, handler);

        bot.awaitOthersAnswered(MESSAGES);
        awaitDeadLetters(update);
        assertThat(bot.attempts(POISONED)).isEqualTo(ATTEMPTS);
    }

    @Test
    void aKeyFunctionThatFailsForOneUpdateHoldsUpNobodyElse() {
        var keys = bot.polling.keys;
        bot.polling.keys = update -> {
            if (update.getMessage().getChatId() == POISONED) {
                throw new StackOverflowError("no key");
            }
            return keys.apply(update);
        };
        long update = poisonedWrites();
        bot.othersWrite(MESSAGES, USERS);
        start(Poison.STORAGE_UNAVAILABLE);

        bot.awaitOthersAnswered(MESSAGES);
        awaitDeadLetters(update);
        assertThat(bot.dead.get(0).failure()).hasMessage("no key");
    }

    @Test
    void anUpdateWithoutAConversationHoldsUpNobodyElse() {
        var keys = bot.polling.keys;
        bot.polling.keys =
                update -> update.getMessage().getChatId() == POISONED ? Optional.empty() : keys.apply(update);
        bot.handler.withoutConversation = update -> {
            throw new StorageUnavailableException(bot.key(POISONED), Duration.ofSeconds(2), true, null);
        };
        long update = poisonedWrites();
        bot.othersWrite(MESSAGES, USERS);
        start(Poison.FAULT_OF_THE_HANDLER);

        bot.awaitOthersAnswered(MESSAGES);
        awaitDeadLetters(update);
    }

    @Test
    void aReceiverThatFailsForOneUpdateHoldsUpNobodyElse() {
        AtomicInteger handedOver = new AtomicInteger();
        bot.handler.deadLetters = letter -> {
            handedOver.incrementAndGet();
            throw new IllegalStateException("cannot keep it");
        };
        poisonedWrites();
        bot.othersWrite(MESSAGES, USERS);
        start(Poison.FAULT_OF_THE_HANDLER);

        bot.awaitOthersAnswered(MESSAGES);
        bot.awaitAllConfirmed();
        assertThat(handedOver).hasValue(ATTEMPTS);
    }

    /** The handler leaves the thread interrupted, as an interrupted call of the storage does. */
    @Test
    void aReceiverCanWaitThoughTheHandlerWasInterrupted() {
        List<Boolean> interrupted = new CopyOnWriteArrayList<>();
        bot.handler.deadLetters = letter -> {
            interrupted.add(Thread.currentThread().isInterrupted());
            bot.dead.add(letter);
        };
        bot.start(fsm, (fenced, key, update) -> {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("gave up its wait");
        });
        long update = poisonedWrites();

        awaitDeadLetters(update);
        assertThat(interrupted).containsExactly(false);
    }

    @Test
    void aReceiverThatFailsForAnUnreadableUpdateHoldsUpNobodyElse() {
        AtomicInteger handedOver = new AtomicInteger();
        bot.handler.deadLetters = letter -> {
            handedOver.incrementAndGet();
            throw new IllegalStateException("cannot keep it");
        };
        bot.telegram.deliver("{\"message\": {\"chat\": {\"id\": \"no number\"}}}");
        bot.othersWrite(MESSAGES, USERS);
        start(Poison.FAULT_OF_THE_HANDLER);

        bot.awaitOthersAnswered(MESSAGES);
        bot.awaitAllConfirmed();
        assertThat(handedOver).hasValue(ATTEMPTS);
    }
}
