package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.examples.onboarding.program.TelegramBot;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.BlockingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.WriteContext;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.TelegramRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same flow and the same handlers, without a changed line, wherever conversations are kept. */
class AnyStorageTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    @AfterEach
    void close() {
        threads.shutdown();
    }

    private enum Kind {
        MEMORY,
        REDIS,
        WRITTEN_HERE
    }

    @ParameterizedTest
    @EnumSource
    void theSameBotRunsOn(Kind kind) throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start();
                BotRedis lettuce = LettuceRedis.connect(redis.uri(1));
                StateStorage storage = storage(kind, lettuce)) {
            theBotRunsOn(storage);
            assertThat(countOf(redis)).as("conversations in Redis").isEqualTo(kind == Kind.REDIS ? 3 : 0);
        }
    }

    private StateStorage storage(Kind kind, BotRedis redis) {
        return switch (kind) {
            case MEMORY -> new MemoryStateStorage();
            case REDIS -> redis.stateStorage();
            case WRITTEN_HERE -> StateStorage.blocking(new MapStorage(), threads, Duration.ofSeconds(5));
        };
    }

    private static long countOf(RedisServerProcess redis) {
        try (BotRedis opened = LettuceRedis.connect(redis.uri(1))) {
            Fsm fsm = Fsm.of(opened.stateStorage());
            return LongStream.rangeClosed(1, 3)
                    .filter(id -> fsm.context(key(id)).read().state().isPresent())
                    .count();
        }
    }

    private static void theBotRunsOn(StateStorage storage) throws Exception {
        try (BotApiDouble telegram = BotApiDouble.start()) {
            TelegramRunner bot = TelegramBot.polling(BotToken.of(telegram.token()))
                    .server(telegram.uri())
                    .storage(storage, new MemoryLeaseStore())
                    .lock("any");
            CompletableFuture<Integer> status = CompletableFuture.supplyAsync(bot::run);
            List<OnboardingUser> users = LongStream.rangeClosed(1, 3)
                    .mapToObj(id -> new OnboardingUser(telegram.user(id)))
                    .toList();
            OnboardingUser.crowd(users, user -> user.onboard(() -> {})).await();
            await().atMost(LIMIT).until(() -> telegram.unconfirmedUpdates() == 0);
            bot.stop();

            assertThat(status.join()).isZero();
            users.forEach(user -> assertIsOnBoard(user, storage));
        }
    }

    private static void assertIsOnBoard(OnboardingUser user, StateStorage storage) {
        Conversation now = Fsm.builder(storage)
                .states(Onboarding.class)
                .build()
                .context(key(user.id()))
                .read();
        assertThat(now.state(Onboarding.class)).contains(Onboarding.CHATTING);
        assertThat(now.snapshot().data()).isEqualTo(user.data());
        user.assertWasAskedEachQuestionInOrderAndNothingElse();
    }

    private static StorageKey key(long user) {
        return StorageKey.bot(7_000_000_001L).chat(user).user(user).build();
    }

    /** All that has to be written for a new storage. */
    private static final class MapStorage implements BlockingStateStorage {
        private final Map<StorageKey, StoredConversation> rows = new HashMap<>();

        @Override
        public synchronized Snapshot read(StorageKey key) {
            return row(key).snapshot(Instant.now());
        }

        @Override
        public synchronized Outcome write(StorageKey key, Mutation mutation) {
            WriteContext context = WriteContext.at(key, Instant.now()).build();
            StoredConversation.Step step = row(key).apply(mutation, context);
            rows.put(key, step.next());
            return step.outcome();
        }

        private StoredConversation row(StorageKey key) {
            return rows.getOrDefault(key, StoredConversation.none());
        }

        @Override
        public Set<Capability> capabilities() {
            return EnumSet.complementOf(EnumSet.of(Capability.TTL));
        }

        @Override
        public void close() {}
    }
}
