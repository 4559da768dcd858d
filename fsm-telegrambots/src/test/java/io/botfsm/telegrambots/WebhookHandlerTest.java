package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.EventId;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import io.botfsm.telegram.testing.WebhookDelivery;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.telegram.telegrambots.meta.api.methods.updates.SetWebhook;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/** The double delivers to webhooks of the JDK's server. */
@Timeout(120)
class WebhookHandlerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SECRET = "s3cret_-";
    private static final String UPDATE =
            "{\"update_id\": 7, \"message\": {\"message_id\": 1, \"date\": 1, \"text\": \"hi\","
                    + " \"chat\": {\"id\": 1, \"type\": \"private\"}, \"from\": {\"id\": 1, \"is_bot\": false,"
                    + " \"first_name\": \"A\"}}}";

    private final BotApiDouble telegram =
            BotApiDouble.builder().webhookRetryPause(Duration.ofMillis(10)).start();
    private final BotToken token = BotToken.of(telegram.token());
    private final TelegramClient client = OkHttpClients.of(telegram);
    private final TelegramSender sender = TelegramSender.builder(client)
            .chatRate(1000, Duration.ofSeconds(1))
            .rate(1000, Duration.ofSeconds(1))
            .build();
    private final MemoryStateStorage storage = new MemoryStateStorage();
    private final Fsm fsm = Fsm.of(storage);
    private final ComposedHandler handler = new ComposedHandler();
    private final List<DeadLetter> dead = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final TelegramUser ann = telegram.user(1);

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        telegram.close();
    }

    private WebhookHandler.Builder settings() {
        handler.deadLetters = dead::add;
        return WebhookHandler.builder(token, SECRET).attempts(3);
    }

    private WebhookServer serve(WebhookHandler webhook) throws IOException {
        WebhookServer server = new WebhookServer(webhook);
        opened.add(server);
        return server;
    }

    private void setWebhook(WebhookServer server) throws TelegramApiException {
        SetWebhook set = new SetWebhook(server.uri().toString());
        set.setSecretToken(SECRET);
        assertThat(client.execute(set)).isTrue();
    }

    /** Counts messages in the storage, and answers. */
    private void count(Fsm fenced, StorageKey key, Update update) throws TelegramApiException {
        String text = fenced.handle(key, EventId.of(update.getUpdateId()), turn -> {
                    int n = turn.value("n", Integer.class).orElse(0) + 1;
                    turn.put("n", n);
                    return "" + n;
                })
                .orElse(now -> "" + now.value("n", Integer.class).orElse(0));
        sender.send(Long.parseLong(key.chat()), text);
    }

    private static WebhookResponse call(WebhookHandler webhook, String secret, String body) {
        return call(webhook, secret, new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static WebhookResponse call(WebhookHandler webhook, String secret, InputStream body) {
        return webhook.handle(Map.of(WebhookHandler.SECRET_HEADER, secret)::get, body);
    }

    /** Fails when it is read. */
    private static InputStream broken() throws IOException {
        InputStream closed = InputStream.nullInputStream();
        closed.close();
        return closed;
    }

    private static List<String> texts(List<ShownMessage> messages) {
        return messages.stream()
                .filter(ShownMessage::fromBot)
                .map(ShownMessage::text)
                .toList();
    }

    private List<Integer> statuses() {
        return telegram.webhookDeliveries().stream()
                .map(delivery -> delivery.status().orElse(0))
                .toList();
    }

    private void awaitAllConfirmed() {
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
    }

    @Test
    void anUpdateIsConfirmedWhenItsTurnIsStoredAndRedeliveredUntilThen() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        handler.handle = (fenced, key, update) -> {
            count(fenced, key, update);
            if (calls.incrementAndGet() < 3) {
                throw new IllegalStateException("after the turn");
            }
        };
        setWebhook(serve(settings().build(fsm, handler)));
        ann.says("hello");
        awaitAllConfirmed();

        assertThat(statuses()).containsExactly(500, 500, 200);
        assertThat(texts(ann.messages())).containsExactly("1", "1", "1");
        assertThat(dead).isEmpty();
    }

    @Test
    void updatesOfOneConversationComeInOrderAndOthersAreNotHeldUp() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        handler.handle = (fenced, key, update) -> {
            if (key.user().equals("1")) {
                hangs.await();
            }
            sender.send(Long.parseLong(key.chat()), update.getMessage().getText());
        };
        setWebhook(serve(settings().build(fsm, handler)));
        for (int i = 0; i < 5; i++) {
            ann.says("" + i);
            telegram.user(2).says("" + i);
        }
        telegram.user(2).awaitReply("4", PATIENCE);
        assertThat(texts(ann.messages())).isEmpty();
        hangs.countDown();
        awaitAllConfirmed();

        assertThat(texts(ann.messages())).containsExactly("0", "1", "2", "3", "4");
        assertThat(texts(telegram.user(2).messages())).containsExactly("0", "1", "2", "3", "4");
    }

    @Test
    void aPoisonedUpdateIsADeadLetterAfterItsAttempts() throws Exception {
        handler.handle = (fenced, key, update) -> {
            throw new IllegalStateException("poisoned");
        };
        setWebhook(serve(settings().build(fsm, handler)));
        ann.says("hello");
        awaitAllConfirmed();

        assertThat(statuses()).containsExactly(500, 500, 200);
        assertThat(dead).singleElement().satisfies(letter -> {
            assertThat(letter.failure()).hasMessage("poisoned");
            assertThat(letter.json()).contains("hello");
            assertThat(letter.key()).isPresent();
        });
    }

    @Test
    void aReceiverOfDeadLettersThatFailsHoldsUpNobodyForEver() throws Exception {
        handler.handle = (fenced, key, update) -> {
            throw new IllegalStateException("poisoned");
        };
        WebhookHandler webhook = settings().build(fsm, handler);
        AtomicInteger calls = new AtomicInteger();
        handler.deadLetters = letter -> {
            calls.incrementAndGet();
            throw new IllegalStateException("no room");
        };
        setWebhook(serve(webhook));
        ann.says("hello");
        awaitAllConfirmed();

        assertThat(statuses()).containsExactly(500, 500, 500, 500, 200);
        assertThat(calls).as("as many as attempts").hasValue(3);
        calls.set(0);
        String unreadable = "{\"update_id\": 8, \"message\": {\"date\": []}}";
        assertThat(Stream.generate(() -> call(webhook, SECRET, unreadable).status())
                        .limit(3))
                .containsExactly(500, 500, 200);
        assertThat(calls).hasValue(3);
    }

    @Test
    void anOutageAndAShortLimitDoNotCount() {
        StorageKey key = StorageKey.bot(1).chat(1).user(1).build();
        WebhookHandler webhook = settings().attempts(1).build(fsm, handler);
        List<Exception> outages = List.of(
                new StorageUnavailableException(key, Duration.ofSeconds(2), true, null),
                new FencedException(key, 1, 2),
                new SendDelayedException("1", Duration.ofSeconds(7), true, false),
                new TelegramApiException("no connection"));
        handler.outages = TelegramApiException.class::isInstance;
        for (Exception outage : outages) {
            handler.handle = (fenced, of, update) -> {
                throw outage;
            };
            WebhookResponse response = call(webhook, SECRET, UPDATE);
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.retryAfter())
                    .hasValue(Duration.ofSeconds(outage instanceof SendDelayedException ? 7 : 1));
        }
        assertThat(dead).isEmpty();
    }

    @Test
    void withoutItsSecretARequestIsRefusedBeforeItIsRead() throws Exception {
        WebhookHandler webhook = settings().build(fsm, handler);
        AtomicBoolean handled = new AtomicBoolean();
        handler.handle = (fenced, key, update) -> handled.set(true);
        InputStream unread = broken();
        for (String wrong : List.of("", "s3cret_", "s3cret_-x", "S3CRET_-")) {
            assertThat(call(webhook, wrong, unread)).isEqualTo(WebhookResponse.UNAUTHORIZED);
        }
        assertThat(webhook.handle(name -> null, unread)).isEqualTo(WebhookResponse.UNAUTHORIZED);
        assertThat(handled).isFalse();
        assertThat(call(webhook, SECRET, UPDATE)).isEqualTo(WebhookResponse.OK);
        assertThat(handled).isTrue();
    }

    @Test
    void whatIsNoUpdateIsRefused() throws Exception {
        WebhookHandler webhook = settings().mostBytes(UPDATE.length()).build(fsm, handler);
        for (String none : List.of("", "{", "[]", "7", "{\"update_id\": \"7\"}", "{\"message\": {}}")) {
            assertThat(call(webhook, SECRET, none).status()).as(none).isEqualTo(400);
        }
        assertThat(call(webhook, SECRET, broken()).status()).isEqualTo(400);
        assertThat(call(webhook, SECRET, UPDATE + " ").status()).isEqualTo(413);
        assertThat(call(webhook, SECRET, UPDATE).status()).isEqualTo(200);
        assertThat(dead).isEmpty();
    }

    @Test
    void whatCannotBeReadIsADeadLetterAtOnce() {
        WebhookHandler webhook = settings().build(fsm, handler);
        assertThat(call(webhook, SECRET, "{\"update_id\": 8, \"message\": {\"date\": []}}")
                        .status())
                .isEqualTo(200);
        WebhookHandler withoutKeys = settings()
                .keys(update -> {
                    throw new IllegalStateException("no key");
                })
                .build(fsm, handler);
        assertThat(call(withoutKeys, SECRET, UPDATE).status()).isEqualTo(200);

        assertThat(dead).extracting(DeadLetter::updateId).containsExactly(8L, 7L);
    }

    @Test
    void whatHasNoConversationIsHandledToo() throws Exception {
        List<Integer> without = new CopyOnWriteArrayList<>();
        UpdateHandler counting = new UpdateHandler() {
            @Override
            public void handle(Fsm fenced, StorageKey key, Update update) {
                throw new IllegalStateException("it has none");
            }

            @Override
            public void handleWithoutConversation(Update update) {
                without.add(update.getUpdateId());
            }
        };
        WebhookHandler webhook = settings().keys(update -> Optional.empty()).build(fsm, counting);

        assertThat(call(webhook, SECRET, UPDATE)).isEqualTo(WebhookResponse.OK);
        assertThat(without).containsExactly(7);
    }

    @Test
    void isUnavailableWhileItIsFullOrNotReady() throws Exception {
        AtomicBoolean ready = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        handler.handle = (fenced, key, update) -> {
            begun.countDown();
            end.await();
        };
        WebhookHandler webhook = settings().concurrency(1).readyWhen(ready::get).build(fsm, handler);
        WebhookResponse unavailable = WebhookResponse.unavailable(Duration.ofSeconds(1));
        assertThat(call(webhook, SECRET, UPDATE)).isEqualTo(unavailable);

        ready.set(true);
        CompletableFuture<WebhookResponse> first = CompletableFuture.supplyAsync(() -> call(webhook, SECRET, UPDATE));
        begun.await();
        assertThat(call(webhook, SECRET, UPDATE)).as("full").isEqualTo(unavailable);
        end.countDown();
        assertThat(first.join()).isEqualTo(WebhookResponse.OK);
        assertThat(call(webhook, SECRET, UPDATE)).isEqualTo(WebhookResponse.OK);
    }

    @Test
    void aStopTakesNothingNewAndWaitsForWhatRuns() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        handler.handle = (fenced, key, update) -> {
            begun.countDown();
            end.await();
        };
        WebhookHandler webhook = settings().build(fsm, handler);
        CompletableFuture<WebhookResponse> running = CompletableFuture.supplyAsync(() -> call(webhook, SECRET, UPDATE));
        begun.await();
        webhook.stopPolling();

        assertThat(call(webhook, SECRET, UPDATE).status()).isEqualTo(503);
        assertThatThrownBy(() -> webhook.drain(Duration.ofMillis(20))).isInstanceOf(TimeoutException.class);
        end.countDown();
        webhook.drain(PATIENCE);
        assertThat(running.join()).isEqualTo(WebhookResponse.OK); // which follows the end of the handler
        assertThat(call(webhook, SECRET, UPDATE).status()).isEqualTo(503);
    }

    /** Both get updates of one user at once, as through a load balancer. */
    @Test
    void ofTwoInstancesOneHandlesAConversation() throws Exception {
        MemoryLeaseStore leases = new MemoryLeaseStore();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        handler.handle = (fenced, key, update) -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            try {
                count(fenced, key, update);
                var unused = storage.read(key).toCompletableFuture().join();
            } finally {
                running.decrementAndGet();
            }
        };
        List<WebhookHandler> instances = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            EventIsolation isolation = EventIsolation.of(leases);
            opened.add(isolation);
            instances.add(settings().isolation(isolation).build(fsm, handler));
        }
        List<CompletableFuture<WebhookResponse>> answers = Stream.iterate(0, i -> i + 1)
                .limit(40)
                .map(i -> CompletableFuture.supplyAsync(() -> call(
                        instances.get(i % 2),
                        SECRET,
                        UPDATE.replace("\"update_id\": 7", "\"update_id\": " + (100 + i)))))
                .toList();

        assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isEqualTo(WebhookResponse.OK));
        assertThat(most).hasValue(1);
        assertThat(fsm.context(StorageKey.bot(token.botId()).chat(1).user(1).build())
                        .read()
                        .value("n", Integer.class))
                .hasValue(40);
    }

    /** What the first instance writes late is refused. */
    @Test
    void whatAnInstanceWritesThatHasLostTheConversationIsRefused() throws Exception {
        MemoryLeaseStore leases = new MemoryLeaseStore();
        EventIsolation isolation = EventIsolation.of(leases);
        opened.add(isolation);
        List<Fsm> late = new CopyOnWriteArrayList<>();
        handler.handle = (fenced, key, update) -> {
            late.add(fenced);
            count(fenced, key, update);
        };
        call(settings().isolation(isolation).build(fsm, handler), SECRET, UPDATE);
        try (EventIsolation other = EventIsolation.of(leases)) {
            call(
                    settings().isolation(other).build(fsm, handler),
                    SECRET,
                    UPDATE.replace("\"update_id\": 7", "\"update_id\": 8"));
        }

        StorageKey key = StorageKey.bot(token.botId()).chat(1).user(1).build();
        assertThatThrownBy(() -> late.get(0).handle(key, turn -> {
                    turn.put("n", 0);
                    return "";
                }))
                .isInstanceOf(FencedException.class);
    }

    @Test
    void aSecretIsChecked() {
        for (String none : List.of("", "with space", "x".repeat(257), "umlaut-ä")) {
            assertThatThrownBy(() -> WebhookHandler.builder(token, none))
                    .isInstanceOf(IllegalArgumentException.class)
                    .message()
                    .satisfies(message -> assertThat(none.isEmpty() || !message.contains(none))
                            .isTrue());
        }
        WebhookHandler.Builder settings = settings();
        assertThatThrownBy(() -> settings.mostBytes(0)).hasMessageContaining("mostBytes must be positive: 0");
        assertThatThrownBy(() -> settings.concurrency(0)).hasMessageContaining("concurrency must be positive: 0");
        assertThatThrownBy(() -> settings.attempts(-1)).hasMessageContaining("attempts must be positive: -1");
    }

    @Test
    void deliveriesAreRecorded() throws Exception {
        handler.handle = (fenced, key, update) -> {};
        setWebhook(serve(settings().build(fsm, handler)));
        ann.says("hello");
        awaitAllConfirmed();
        assertThat(telegram.webhookDeliveries()).singleElement().matches(WebhookDelivery::isConfirmed);
    }

    @Test
    void aLimitThatLastsLongCountsUnlessNothingWasSentYet() {
        AtomicLong clock = new AtomicLong();
        WebhookHandler.Builder settings = settings();
        settings.nanos = clock::get;
        handler.outages = TelegramApiException.class::isInstance;
        for (boolean isBeforeTurn : new boolean[] {true, false}) {
            WebhookHandler webhook = settings.build(fsm, handler);
            handler.handle = (fenced, key, update) -> {
                throw new SendDelayedException("1", Duration.ofSeconds(7), false, isBeforeTurn);
            };
            for (int minutes = 0; minutes < 7; minutes++) {
                assertThat(call(webhook, SECRET, UPDATE)).isEqualTo(WebhookResponse.unavailable(Duration.ofSeconds(7)));
                clock.addAndGet(TimeUnit.MINUTES.toNanos(1));
            }
            assertThat(call(webhook, SECRET, UPDATE).status()).isEqualTo(isBeforeTurn ? 503 : 200);
            assertThat(dead).hasSize(isBeforeTurn ? 0 : 1);
        }
    }

    @Test
    void whatTheServerOrTheApplicationThrowsIsAnsweredBy503() {
        WebhookResponse unavailable = WebhookResponse.unavailable(Duration.ofSeconds(1));
        InputStream body = new ByteArrayInputStream(UPDATE.getBytes(StandardCharsets.UTF_8));
        WebhookHandler webhook = settings()
                .concurrency(1)
                .readyWhen(() -> {
                    throw new IllegalStateException("not ready");
                })
                .build(fsm, handler);
        assertThat(call(webhook, SECRET, UPDATE)).isEqualTo(unavailable);
        assertThat(webhook.handle(
                        name -> {
                            throw new IllegalStateException("no header");
                        },
                        body))
                .isEqualTo(unavailable);
    }
}
