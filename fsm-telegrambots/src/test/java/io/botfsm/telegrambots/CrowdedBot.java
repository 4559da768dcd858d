package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.storage.StorageKey;
import io.botfsm.telegram.testing.BotApiDouble;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.meta.TelegramUrl;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/** A bot with short pauses that counts messages in a storage and answers; many users write to it. */
final class CrowdedBot {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final int ATTEMPTS = 3;
    static final int USERS = 64;
    /** The conversation that is tested among the others. */
    static final long POISONED = 1;

    private static final int FIRST_OTHER = 101;

    final BotApiDouble telegram =
            BotApiDouble.builder().conflictPause(Duration.ofMillis(10)).start();
    final BotToken token = BotToken.of(telegram.token());
    ManualLease lease = new ManualLease();
    final PollingSession.Builder polling =
            PollingSession.builder(token).server(telegram.uri()).attempts(ATTEMPTS);
    final ComposedHandler handler = new ComposedHandler();
    final List<DeadLetter> dead = new CopyOnWriteArrayList<>();
    final Map<Long, AtomicInteger> answered = new ConcurrentHashMap<>();
    final Map<Long, AtomicInteger> attempts = new ConcurrentHashMap<>();
    private final TelegramClient client = new OkHttpTelegramClient(
            telegram.token(),
            TelegramUrl.builder()
                    .schema("http")
                    .host("127.0.0.1")
                    .port(telegram.port())
                    .build());
    private @Nullable PollingSession session;

    CrowdedBot() {
        handler.outages = TelegramApiException.class::isInstance;
        handler.deadLetters = dead::add;
        polling.failureBackoff = new Backoff(Duration.ofMillis(20), Duration.ofMillis(100), () -> 0);
        polling.outageBackoff = new Backoff(Duration.ofMillis(20), Duration.ofMillis(100), () -> 0);
    }

    StorageKey key(long user) {
        return StorageKey.bot(token.botId()).chat(user).user(user).build();
    }

    void start(Fsm fsm, UpdateHandler handle) {
        handler.handle = (fenced, key, update) -> {
            long user = Long.parseLong(key.user());
            attempts.computeIfAbsent(user, first -> new AtomicInteger()).incrementAndGet();
            handle.handle(fenced, key, update);
            answered.computeIfAbsent(user, first -> new AtomicInteger()).incrementAndGet();
        };
        session = polling.start(lease, fsm, handler);
    }

    /** Counts the conversation's messages. */
    static void count(Fsm fsm, StorageKey key, int updateId) {
        var unused = fsm.<Integer>handle(key, updateId, turn -> {
            int messages = turn.value("n", Integer.class).orElse(0) + 1;
            turn.put("n", messages);
            return messages;
        });
    }

    void send(StorageKey key, String text) throws TelegramApiException {
        client.execute(new SendMessage(key.chat(), text));
    }

    /** Sends messages from this many users, in turn. */
    void othersWrite(int messages, int users) {
        for (int i = 0; i < messages; i++) {
            telegram.user(FIRST_OTHER + i % users).says("message " + i);
        }
    }

    int othersAnswered() {
        return answered.entrySet().stream()
                .filter(each -> each.getKey() >= FIRST_OTHER)
                .mapToInt(each -> each.getValue().get())
                .sum();
    }

    int attempts(long user) {
        return attempts.getOrDefault(user, new AtomicInteger()).get();
    }

    void awaitOthersAnswered(int messages) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(othersAnswered()).isEqualTo(messages));
    }

    void awaitAllConfirmed() {
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
    }

    /** The session ends without having done anything more, and the next one gets a higher token. */
    void crash() throws InterruptedException {
        lease.lose();
        requireNonNull(session).stopPolling();
        ManualLease next = new ManualLease();
        next.token = lease.token + 1;
        lease = next;
    }

    /** Fails when polling has failed permanently. */
    CompletionStage<?> ended() {
        return requireNonNull(session).ended();
    }

    void stopSession() throws Exception {
        PollingSession started = session;
        session = null;
        if (started != null) {
            started.stopPolling();
            started.drain(Duration.ofSeconds(20));
        }
    }

    void stop() throws Exception {
        stopSession();
        telegram.close();
    }
}
