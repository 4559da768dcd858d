package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.botfsm.Fsm;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Fault;
import io.botfsm.telegram.testing.Poll;
import io.botfsm.telegram.testing.TelegramUser;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.objects.Update;

@Timeout(120)
class PollingSessionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration DRAIN = Duration.ofSeconds(20);

    private final BotApiDouble telegram =
            BotApiDouble.builder().conflictPause(Duration.ofMillis(10)).start();
    private final BotToken token = BotToken.of(telegram.token());
    private final ManualLease lease = new ManualLease();
    private final Fsm fsm = Fsm.of(new MemoryStateStorage());
    private final ComposedHandler handler = new ComposedHandler();
    private final PollingSession.Builder polling = quick();
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final TelegramUser alice = telegram.user(1);
    private final TelegramUser bob = telegram.user(2);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private Optional<PollingSession> session = Optional.empty();

    private PollingSession.Builder quick() {
        PollingSession.Builder settings = PollingSession.builder(token).server(telegram.uri());
        settings.pollBackoff = new Backoff(Duration.ofMillis(600), Duration.ofSeconds(1), () -> 0);
        settings.failureBackoff = new Backoff(Duration.ofMillis(5), Duration.ofMillis(50), () -> 0);
        settings.outageBackoff = settings.failureBackoff;
        return settings;
    }

    @BeforeEach
    void listen() {
        log.start();
        root.addAppender(log);
        root.setLevel(Level.DEBUG);
    }

    @AfterEach
    void stop() throws Exception {
        if (session.isPresent()) {
            session.get().stopPolling();
            session.get().drain(DRAIN);
        }
        telegram.close();
        root.detachAppender(log);
        root.setLevel(Level.INFO);
        String secret = token.value().substring(token.value().indexOf(':') + 1);
        assertThat(List.copyOf(log.list))
                .noneMatch(event -> event.getFormattedMessage().contains(secret));
    }

    private PollingSession start(UpdateHandler handle) {
        handler.handle = handle;
        PollingSession started = polling.start(lease, fsm, handler);
        session = Optional.of(started);
        return started;
    }

    private void write(Fsm fsm, StorageKey key, Update update) {
        handled.add(key.user() + " " + update.getMessage().getText());
    }

    private void awaitHandled(String... texts) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrder(texts));
    }

    private void awaitPoll() {
        await().atMost(PATIENCE).until(this::isPolling);
    }

    private boolean isPolling() {
        return telegram.polls().stream().anyMatch(poll -> poll.outcome() == Poll.Outcome.HELD);
    }

    @Test
    void handlesUpdatesInOrderAndConfirmsThem() {
        alice.says("a1");
        alice.says("a2");
        start(this::write);
        awaitHandled("1 a1", "1 a2");
        assertThat(handled).containsExactly("1 a1", "1 a2");

        bob.says("b1");
        awaitHandled("1 a1", "1 a2", "2 b1");
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
    }

    @Test
    void confirmsNothingBeforeItsHandlerIsDone() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        start((fsm, key, update) -> {
            if (key.user().equals("1")) {
                go.await();
            }
            write(fsm, key, update);
        });
        alice.says("a1");
        awaitUpdatesAnswered();
        bob.says("b1");
        bob.says("b2");

        awaitHandled("2 b1", "2 b2"); // though one before them is stuck
        assertThat(telegram.unconfirmedUpdates()).isEqualTo(3);
        go.countDown();
        awaitHandled("2 b1", "2 b2", "1 a1");
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
        assertThat(handled).hasSize(3);
    }

    private void awaitUpdatesAnswered() {
        await().atMost(PATIENCE)
                .until(() -> telegram.polls().stream().anyMatch(poll -> poll.outcome() == Poll.Outcome.UPDATES));
    }

    @Test
    void repeatsAFailureBeforeWhatComesAfterIt() {
        AtomicInteger failures = new AtomicInteger(3);
        start((fsm, key, update) -> {
            if (update.getMessage().getText().equals("a2") && failures.getAndDecrement() > 0) {
                throw new IllegalStateException("not yet");
            }
            write(fsm, key, update);
        });
        for (int i = 1; i <= 5; i++) {
            alice.says("a" + i);
            bob.says("b" + i);
        }
        awaitHandled("1 a1", "1 a2", "1 a3", "1 a4", "1 a5", "2 b1", "2 b2", "2 b3", "2 b4", "2 b5");
        assertThat(handled.stream().filter(line -> line.startsWith("1")))
                .containsExactly("1 a1", "1 a2", "1 a3", "1 a4", "1 a5");
        assertThat(failures).hasNegativeValue();
    }

    @Test
    void givesUpNothingWhileTheStorageIsAway() {
        List<DeadLetter> dead = new CopyOnWriteArrayList<>();
        polling.attempts(1);
        handler.deadLetters = dead::add;
        AtomicInteger failures = new AtomicInteger(20);
        start((fsm, key, update) -> {
            if (failures.getAndDecrement() > 0) {
                throw new StorageUnavailableException(key, Duration.ofSeconds(2), true, null);
            }
            write(fsm, key, update);
        });
        alice.says("a1");
        alice.says("a2");
        await().atMost(PATIENCE).until(() -> failures.get() < 15);
        assertThat(telegram.unconfirmedUpdates()).isEqualTo(2);

        awaitHandled("1 a1", "1 a2");
        assertThat(handled).containsExactly("1 a1", "1 a2");
        assertThat(dead).isEmpty();
    }

    @Test
    void handsOverWhatFailsForEver() {
        List<DeadLetter> dead = new CopyOnWriteArrayList<>();
        AtomicInteger receiverFails = new AtomicInteger(1);
        polling.attempts(3);
        handler.deadLetters = letter -> {
            if (receiverFails.getAndDecrement() > 0) {
                throw new IllegalStateException("nor can this be kept");
            }
            dead.add(letter);
        };
        AtomicInteger attempts = new AtomicInteger();
        start((fsm, key, update) -> {
            if (update.getMessage().getText().equals("bad")) {
                attempts.incrementAndGet();
                throw new IllegalArgumentException("a bug");
            }
            write(fsm, key, update);
        });
        long id = alice.says("bad").getAsLong();
        alice.says("a2");

        awaitHandled("1 a2");
        assertThat(attempts).hasValue(4); // the fourth, since the receiver failed after the third
        assertThat(dead).hasSize(1);
        DeadLetter letter = dead.get(0);
        assertThat(letter.updateId()).isEqualTo(id);
        assertThat(letter.update().get().getMessage().getText()).isEqualTo("bad");
        assertThat(letter.json()).contains("\"bad\"");
        assertThat(letter.failure()).hasMessage("a bug");
        assertThat(letter)
                .hasToString(String.format(Locale.ROOT, "update %d (bot=%d chat=1 user=1)", id, token.botId()));
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
    }

    /** The default that the documentation states. */
    @Test
    void givesAnUpdateFiveAttemptsUnlessSetOtherwise() {
        List<DeadLetter> dead = new CopyOnWriteArrayList<>();
        handler.deadLetters = dead::add;
        AtomicInteger attempts = new AtomicInteger();
        start((fsm, key, update) -> {
            attempts.incrementAndGet();
            throw new IllegalArgumentException("a bug");
        });
        alice.says("bad");

        await().atMost(PATIENCE).until(() -> dead.size() == 1 && telegram.unconfirmedUpdates() == 0);
        assertThat(attempts).hasValue(5);
    }

    /** A failure in the application's own handling of failures. */
    @Test
    void goesOnWhateverTheReceiverOrTheJudgeOfFailuresThrows() {
        AtomicInteger judgements = new AtomicInteger();
        polling.attempts(2);
        handler.outages = failure -> {
            if (judgements.incrementAndGet() == 1) {
                throw new AssertionError("a bug of the judge's");
            }
            return false;
        };
        handler.deadLetters = letter -> {
            throw (IllegalArgumentException) letter.failure(); // the very same
        };
        start((fsm, key, update) -> {
            if (update.getMessage().getText().equals("bad")) {
                throw new IllegalArgumentException("a bug");
            }
            write(fsm, key, update);
        });
        alice.says("bad");
        alice.says("a2");

        awaitHandled("1 a2");
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
    }

    @Test
    void handsOverWhatCannotBeRead() {
        List<DeadLetter> dead = new CopyOnWriteArrayList<>();
        handler.deadLetters = dead::add;
        telegram.deliver("{\"message\": {\"chat\": {\"id\": \"secret words\"}}}");
        alice.says("a1");
        start(this::write);

        awaitHandled("1 a1");
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
        assertThat(dead).hasSize(1);
        assertThat(dead.get(0).update()).isEmpty();
        assertThat(dead.get(0).failure())
                .hasMessageContaining("cannot be read")
                .hasMessageNotContaining("secret words");
    }

    @Test
    void givesWhatIsNobodysToAHandlerOfItsOwn() {
        handler.withoutConversation =
                update -> handled.add("nobody's " + update.getPoll().getId());
        start(this::write);
        telegram.deliver("{\"poll\": {\"id\": \"9\", \"question\": \"?\", \"options\": [], \"total_voter_count\": 0,"
                + " \"is_closed\": false, \"is_anonymous\": true, \"type\": \"regular\"}}");
        awaitHandled("nobody's 9");
    }

    // Kinds of updates.

    private static String ofAlice(String kind, String content) {
        return "{\"" + kind
                + "\": {\"chat\": {\"id\": 1, \"type\": \"private\"}, \"from\": {\"id\": 1, \"is_bot\": false,"
                + " \"first_name\": \"A\"}, " + content + "}}";
    }

    private void pollAsFormer(List<String> kinds) throws InterruptedException {
        var unused = new GetUpdatesClient(telegram.uri(), token)
                .getUpdates(OptionalLong.empty(), 1, Duration.ZERO, kinds)
                .await();
    }

    @Test
    void getsAllKindsThoughAFormerPollerAskedForFewer() throws Exception {
        pollAsFormer(List.of("message"));
        start((fsm, key, update) -> handled.add(update.hasCallbackQuery() ? "button" : "member"));
        awaitPoll();
        telegram.deliver(ofAlice("callback_query", "\"id\": \"1\", \"data\": \"x\""));
        telegram.deliver(ofAlice("chat_member", "\"date\": 1"));

        awaitHandled("button", "member");
    }

    @Test
    void getsOnlyTheKindsThatItStates() throws Exception {
        pollAsFormer(List.of("message", "callback_query"));
        polling.allowedUpdates(List.of("message"));
        start(this::write);
        awaitPoll();

        assertThat(telegram.deliver(ofAlice("callback_query", "\"id\": \"1\", \"data\": \"x\"")))
                .isEmpty();
        alice.says("a1");
        awaitHandled("1 a1");
    }

    @Test
    void knowsAllKindsOfTelegramBots() {
        JsonMapper json = new JsonMapper();
        List<String> kinds =
                json.getDeserializationConfig().introspect(json.constructType(Update.class)).findProperties().stream()
                        .map(BeanPropertyDefinition::getName)
                        .filter(name -> !name.equals("update_id"))
                        .toList();
        assertThat(PollingSession.Builder.ALL_UPDATES).containsExactlyInAnyOrderElementsOf(kinds);
    }

    @Test
    void aTurnIsStoredBeforeItsReplyAndRepeatedAsAQuestion() {
        AtomicInteger unsent = new AtomicInteger(1);
        start((fenced, key, update) -> {
            String reply = fenced.<String>handle(key, update.getUpdateId(), turn -> {
                        turn.put("n", turn.value("n", Integer.class).orElse(0) + 1);
                        return "counted";
                    })
                    .orElse(now -> "again " + now.value("n", Integer.class).get());
            if (unsent.getAndDecrement() > 0) {
                throw new IllegalStateException("cannot send");
            }
            handled.add(reply);
        });
        alice.says("a1");
        awaitHandled("again 1");
        alice.says("a2");
        awaitHandled("again 1", "counted");
    }

    @Test
    void followsIdsThatBeginAnewLower() {
        start(this::write);
        alice.says("a1");
        awaitHandled("1 a1");
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
        telegram.nextUpdateId(1000);

        alice.says("a2");
        bob.says("b1");
        awaitHandled("1 a1", "1 a2", "2 b1");
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
    }

    @Test
    void aWindowFullOfUpdatesWaits() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        start((fsm, key, update) -> {
            if (key.user().equals("1")) {
                go.await();
            }
            write(fsm, key, update);
        });
        alice.says("first");
        for (int i = 0; i < 150; i++) {
            bob.says("b" + i);
        }
        await().atMost(PATIENCE).until(() -> handled.size() >= 99);
        TimeUnit.MILLISECONDS.sleep(700); // another poll, which must bring nothing
        assertThat(handled).hasSize(99);
        assertThat(telegram.unconfirmedUpdates()).isEqualTo(151);

        go.countDown();
        await().atMost(PATIENCE).until(() -> handled.size() == 151 && telegram.unconfirmedUpdates() == 0);
        assertThat(handled.stream().filter(line -> line.startsWith("2")))
                .containsExactlyElementsOf(java.util.stream.IntStream.range(0, 150)
                        .mapToObj(i -> "2 b" + i)
                        .toList());
    }

    // The lease.

    @Test
    void stopsAtOnceWhenTheLeaseIsLost() throws Exception {
        PollingSession polled = start(this::write);
        awaitPoll();
        lease.lose();
        int polls = telegram.polls().size();
        alice.says("a1");

        polled.stopPolling();
        polled.drain(DRAIN);
        assertThat(handled).isEmpty();
        assertThat(telegram.unconfirmedUpdates()).isEqualTo(1);
        assertThat(telegram.polls()).hasSize(polls);
        assertThat(polled.ended().toCompletableFuture()).isNotDone();
    }

    @Test
    void handlesNothingThatComesWhenTheLeaseIsNotHeld() {
        start(this::write);
        awaitPoll();
        lease.held(false);
        alice.says("a1");

        awaitUpdatesAnswered();
        int polls = telegram.polls().size();
        assertThat(handled).isEmpty();
        lease.held(true);
        awaitHandled("1 a1");
        assertThat(telegram.polls()).hasSizeGreaterThan(polls);
    }

    @Test
    void confirmsNothingWithoutTheLease() throws Exception {
        PollingSession polled = start((fsm, key, update) -> {
            lease.held(false);
            write(fsm, key, update);
        });
        alice.says("a1");
        awaitHandled("1 a1");

        polled.stopPolling();
        polled.drain(DRAIN);
        assertThat(telegram.unconfirmedUpdates()).isEqualTo(1);
    }

    /** An instance was paused, unnoticed, for longer than its lease; the next instance has written. */
    @Test
    void whatAZombieWritesIsRefused() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        StorageKey ofAlice = StorageKey.bot(token.botId()).chat(1).user(1).build();
        start((fenced, key, update) -> {
            begun.countDown();
            go.await();
            var unused = fenced.handle(key, update.getUpdateId(), turn -> turn.put("n", "zombie"));
        });
        alice.says("a1");
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        lease.token = 2; // must not be looked up when a handler writes
        fsm.fencedBy(2).context(ofAlice).updateData("n", "next");
        go.countDown();

        await().atMost(PATIENCE).until(() -> lease.fenced == 2);
        assertThat(fsm.context(ofAlice).value("n", String.class)).hasValue("next");
        assertThat(telegram.unconfirmedUpdates()).isEqualTo(1);
    }

    // Threads.

    /** An executor has only the first update of each conversation; the others wait outside of it. */
    @Test
    void handsOverOnlyTheHeadOfEachConversation() {
        List<Runnable> given = new CopyOnWriteArrayList<>();
        polling.executor(given::add);
        alice.says("a1");
        alice.says("a2");
        bob.says("b1");
        start(this::write);
        await().atMost(PATIENCE).until(() -> given.size() == 2);
        given.get(1).run(); // bob's
        given.get(0).run();
        await().atMost(PATIENCE).until(() -> given.size() == 3);
        given.get(2).run();
        assertThat(handled).containsExactly("2 b1", "1 a1", "1 a2");
    }

    @Test
    void whatTheExecutorRefusesIsHandedOverAgainAndNeverGivenUp() {
        List<DeadLetter> dead = new CopyOnWriteArrayList<>();
        handler.deadLetters = dead::add;
        AtomicInteger refusals = new AtomicInteger(10);
        polling.attempts(1).executor(task -> {
            if (refusals.getAndDecrement() > 0) {
                throw new RejectedExecutionException("busy");
            }
            task.run();
        });
        alice.says("a1");
        alice.says("a2");
        start(this::write);
        awaitHandled("1 a1", "1 a2");
        assertThat(handled).containsExactly("1 a1", "1 a2");
        assertThat(dead).isEmpty();
    }

    /** The executor runs handlers on the polling thread, as one with a caller-runs policy may. */
    @Test
    void pollingSurvivesAnInterruptOfAHandlerOnItsThread() {
        polling.executor(Runnable::run);
        start((fenced, key, update) -> {
            write(fenced, key, update);
            Thread.currentThread().interrupt();
        });
        alice.says("a1");
        awaitHandled("1 a1");
        alice.says("a2");
        awaitHandled("1 a1", "1 a2");
    }

    @Test
    void anExecutorAndAnIsolationContradictEachOther() {
        polling.executor(Runnable::run).isolation(EventIsolation.inProcess());
        assertThatThrownBy(() -> start(this::write))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("executor")
                .hasMessageContaining("isolation");
    }

    @Test
    void anIsolationThatIsGivenKeepsTheOrderToo() {
        polling.isolation(EventIsolation.inProcess());
        handlesUpdatesInOrderAndConfirmsThem();
    }

    // The stop.

    @Test
    void confirmsWhatIsDoneWhenItStops() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PollingSession polled = start((fsm, key, update) -> {
            begun.countDown();
            go.await();
            write(fsm, key, update);
        });
        alice.says("a1");
        alice.says("a2");
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        polled.stopPolling();
        go.countDown();
        polled.drain(DRAIN);

        assertThat(handled).containsExactly("1 a1"); // the second had not begun
        assertThat(telegram.unconfirmedUpdates()).isEqualTo(1);
        Poll last = telegram.polls().get(telegram.polls().size() - 1);
        assertThat(last.limit()).isEqualTo(1);
        assertThat(last.timeout()).isZero();
    }

    @Test
    void saysThatAHandlerStillRuns() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PollingSession polled = start((fsm, key, update) -> {
            begun.countDown();
            go.await();
        });
        alice.says("a1");
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        polled.stopPolling();

        assertThatThrownBy(() -> polled.drain(Duration.ofMillis(50))).isInstanceOf(TimeoutException.class);
        assertThat(telegram.unconfirmedUpdates()).isEqualTo(1);
        go.countDown();
    }

    @Test
    void aPendingCallDoesNotHoldUpTheStop() throws Exception {
        PollingSession polled = start(this::write);
        awaitPoll();
        long begin = System.nanoTime();
        polled.stopPolling();
        polled.drain(DRAIN);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    }

    // Refusals by Telegram.

    @Test
    void triesAgainAfterWhatPasses() {
        telegram.next("getUpdates", Fault.badGateway());
        telegram.next("getUpdates", Fault.dropBefore());
        telegram.next("getUpdates", Fault.dropAfter());
        telegram.next("getUpdates", Fault.tooManyRequests(2));
        alice.says("a1");
        start(this::write);

        awaitHandled("1 a1");
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
        assertThat(handled).hasSize(1);
        assertThat(telegram.requests().stream().map(request -> request.status()))
                .startsWith(502, 0, 0, 429, 200);
        long pause = telegram.requests().get(4).begunNanos()
                - telegram.requests().get(3).begunNanos();
        assertThat(Duration.ofNanos(pause))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(2)); // longer than any backoff here
    }

    @Test
    void endsWhenTheTokenIsNotTaken() {
        PollingSession polled = PollingSession.builder(BotToken.of("7:wrong"))
                .server(telegram.uri())
                .start(lease, fsm, this::write);
        CompletableFuture<?> ended = polled.ended().toCompletableFuture();

        assertThatThrownBy(() -> ended.get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        PollingRefusedException.class, e -> assertThat(e.code()).isIn(401, 404))
                .hasMessageContaining("token")
                .hasMessageNotContaining("wrong");
        assertThat(polled.hasFailed()).isTrue();
    }

    @Test
    void saysWhereNobodyIsWithoutTheToken() {
        String server = telegram.uri().getAuthority();
        telegram.close();
        polling.start(lease, fsm, this::write);
        await().atMost(PATIENCE).until(() -> logged("getUpdates from " + server + " failed; trying again in"));
        lease.lose();
    }

    private boolean logged(String text) {
        return List.copyOf(log.list).stream()
                .anyMatch(event -> event.getFormattedMessage().contains(text));
    }

    @Test
    void reportsAnotherPollerAndGoesOn() throws Exception {
        List<PollingConflict> conflicts = new CopyOnWriteArrayList<>();
        polling.onConflict(conflicts::add);
        polling.longPollTimeout = Duration.ofSeconds(1);
        polling.conflictGrace = Duration.ofSeconds(1);
        PollingSession polled = start(this::write);
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread foreign = new Thread(() -> pollUntil(done), "foreign poller");
        foreign.start();

        await().atMost(PATIENCE)
                .until(() -> conflicts.stream().anyMatch(c -> c.kind() == PollingConflict.Kind.OTHER_POLLER));
        done.complete(null);
        foreign.join();
        assertThat(logged("ANOTHER PROGRAM POLLS WITH THIS BOT'S TOKEN")).isTrue();
        assertThat(conflicts.get(0).kind()).isEqualTo(PollingConflict.Kind.FORMER_INSTANCE);
        assertThat(polled.conflicts()).isEqualTo(conflicts.size());
        alice.says("a1");
        awaitHandled("1 a1");
        assertThat(polled.ended().toCompletableFuture()).isNotDone();
    }

    private void pollUntil(CompletableFuture<Void> done) {
        GetUpdatesClient api = new GetUpdatesClient(telegram.uri(), token);
        while (!done.isDone()) {
            try {
                var unused = api.getUpdates(OptionalLong.empty(), 1, Duration.ofSeconds(1), List.of())
                        .await();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Test
    void theNumbersForMetricsAreThoseOfTheSession() throws Exception {
        List<PollingSession> started = new CopyOnWriteArrayList<>();
        CountDownLatch release = new CountDownLatch(1);
        polling.onStart(started::add);
        PollingSession polled = start((fsm, key, update) -> {
            release.await();
            throw new IllegalArgumentException("poison");
        });
        assertThat(started).containsExactly(polled);
        assertThat(polled.isPolling()).isTrue();
        assertThat(polled.lag()).isZero();
        alice.says("a1");
        bob.says("b1");
        await().atMost(PATIENCE).until(() -> polled.pending() == 2);
        Duration lag = polled.lag();
        await().atMost(PATIENCE).until(() -> polled.lag().compareTo(lag) > 0);
        telegram.next("getUpdates", 1_000, Fault.badGateway());
        Duration before = polled.sinceLastPoll();
        await().atMost(PATIENCE).until(() -> polled.sinceLastPoll().compareTo(before.plusMillis(500)) > 0);
        telegram.clearFaults();
        Duration stalled = polled.sinceLastPoll();
        await().atMost(PATIENCE).until(() -> polled.sinceLastPoll().compareTo(stalled) < 0);
        assertThat(polled.deadLetters()).isZero();
        release.countDown();
        await().atMost(PATIENCE).until(() -> polled.deadLetters() == 2 && polled.pending() == 0);
        assertThat(polled.lag()).isZero();
        polled.stopPolling();
        assertThat(polled.isPolling()).isFalse();
    }

    /** A listener that fails must not leave a poller behind that nothing stops. */
    @Test
    void aListenerOfTheStartThatFailsLetsNothingPoll() {
        polling.onStart(started -> {
            throw new IllegalStateException("of the application");
        });
        assertThatThrownBy(() -> polling.start(lease, fsm, handler)).hasMessage("of the application");
        assertThat(telegram.polls()).isEmpty();
    }

    @Test
    void reportsAWebhook() {
        List<PollingConflict> conflicts = new CopyOnWriteArrayList<>();
        polling.onConflict(conflicts::add);
        telegram.next(
                "getUpdates",
                Fault.status(
                        409,
                        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the"
                                + " webhook first"));
        start(this::write);
        alice.says("a1");

        awaitHandled("1 a1");
        assertThat(conflicts).extracting(PollingConflict::kind).containsExactly(PollingConflict.Kind.WEBHOOK);
        assertThat(logged("the bot has a webhook")).isTrue();
    }

    @Test
    void refusesWhatIsNoServer() {
        assertThatThrownBy(() -> polling.server(URI.create("localhost:8081")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("localhost:8081");
        assertThatThrownBy(() -> polling.longPollTimeout(Duration.ofSeconds(51)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT51S");
    }

    @Test
    void backsOffByChanceAndNotForEver() {
        Backoff longest = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), () -> 0);
        LongConsumer check = times -> assertThat(longest.after((int) times)).isEqualTo(Duration.ofSeconds(1));
        assertThat(longest.after(1)).isEqualTo(Duration.ofMillis(100));
        assertThat(longest.after(3)).isEqualTo(Duration.ofMillis(400));
        check.accept(5);
        check.accept(200);
        check.accept(Integer.MAX_VALUE);
        Backoff shorter = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), new java.util.Random(1));
        for (int i = 0; i < 1000; i++) {
            assertThat(shorter.after(2)).isBetween(Duration.ofMillis(100), Duration.ofMillis(200));
        }
    }
}
