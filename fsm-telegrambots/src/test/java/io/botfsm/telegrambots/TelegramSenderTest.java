package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.BotRequest;
import io.botfsm.telegram.testing.Fault;
import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.telegram.telegrambots.meta.api.methods.AnswerCallbackQuery;
import org.telegram.telegrambots.meta.api.methods.ForwardMessages;
import org.telegram.telegrambots.meta.api.methods.ParseMode;
import org.telegram.telegrambots.meta.api.methods.botapimethods.PartialBotApiMethod;
import org.telegram.telegrambots.meta.api.methods.send.SendMediaGroup;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.methods.send.SendPhoto;
import org.telegram.telegrambots.meta.api.methods.send.SendVideo;
import org.telegram.telegrambots.meta.api.methods.updates.GetWebhookInfo;
import org.telegram.telegrambots.meta.api.methods.updates.SetWebhook;
import org.telegram.telegrambots.meta.api.methods.updatingmessages.EditMessageText;
import org.telegram.telegrambots.meta.api.objects.InputFile;
import org.telegram.telegrambots.meta.api.objects.media.InputMedia;
import org.telegram.telegrambots.meta.api.objects.media.InputMediaPhoto;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.ForceReplyKeyboard;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/** The clock advances only while the sender waits, or by a test. */
@Timeout(60)
class TelegramSenderTest {
    private static final String SEND = "sendMessage";
    private static final long GROUP = -100;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final BotApiDouble telegram = BotApiDouble.start();
    private final TelegramClient client = OkHttpClients.of(telegram);
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECOND); // it may overflow
    private final TelegramSender sender = settings().build();
    private final TelegramUser ann = telegram.user(1);
    private final TelegramUser bob = telegram.user(2);

    @AfterEach
    void close() {
        telegram.close();
    }

    private TelegramSender.Builder settings() {
        TelegramSender.Builder settings = TelegramSender.builder(client);
        settings.nanos = clock::get;
        settings.sleeper = clock::addAndGet;
        return settings;
    }

    private void openGroup() {
        telegram.deliver("{\"message\": {\"text\": \"hello\", \"chat\": {\"id\": " + GROUP
                + ", \"type\": \"supergroup\", \"title\": \"G\"}, \"from\": {\"id\": 1, \"is_bot\": false,"
                + " \"first_name\": \"A\"}}}");
    }

    private Duration sending(long chat, String text) throws TelegramApiException {
        long begun = clock.get();
        assertThat(sender.send(chat, text)).isPresent();
        return Duration.ofNanos(clock.get() - begun);
    }

    private List<BotRequest> sends() {
        return telegram.requests().stream()
                .filter(request -> request.method().equalsIgnoreCase(SEND))
                .toList();
    }

    private static List<String> texts(List<ShownMessage> messages) {
        return messages.stream().map(ShownMessage::text).toList();
    }

    private static Stream<String> numbered(int messages) {
        return Stream.iterate(1, number -> number + 1).limit(messages).map(String::valueOf);
    }

    /** The chat of a message, and the time at which it was sent. */
    private record Departure(long chat, long at) {}

    /** Whatever the order of chats: no rate is exceeded in any period, and no message waits longer than it must. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noRateIsExceededInAnyPeriod(long seed) throws Exception {
        openGroup();
        TelegramSender quick = settings()
                .rate(7, Duration.ofSeconds(1))
                .chatRate(3, Duration.ofSeconds(2))
                .groupRate(4, Duration.ofSeconds(10))
                .waitTimeout(Duration.ofMinutes(1))
                .build();
        Random random = new Random(seed);
        List<Departure> departures = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            long chat = List.of(GROUP, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L).get(random.nextInt(10));
            if (chat > 0) {
                telegram.user(chat);
            }
            clock.addAndGet(random.nextLong(SECOND / 5));
            long before = clock.get();
            Duration expected = quick.readyIn(Long.toString(chat));
            quick.send(chat, "message " + i);
            departures.add(new Departure(chat, clock.get()));
            assertThat(clock.get() - before).as("no longer than has to be").isEqualTo(expected.toNanos());
        }

        assertNoMore(departures, 7, SECOND);
        for (long chat = 1; chat < 10; chat++) {
            assertNoMore(of(departures, chat), 3, 2 * SECOND);
        }
        assertNoMore(of(departures, GROUP), 3, 2 * SECOND);
        assertNoMore(of(departures, GROUP), 4, 10 * SECOND);
        assertThat(quick.sent()).isEqualTo(200);
    }

    private static List<Departure> of(List<Departure> departures, long chat) {
        return departures.stream().filter(each -> each.chat == chat).toList();
    }

    private static void assertNoMore(List<Departure> departures, int most, long period) {
        for (int i = most; i < departures.size(); i++) {
            assertThat(departures.get(i).at - departures.get(i - most).at).isGreaterThanOrEqualTo(period);
        }
    }

    @Test
    void thirtyASecondFiveInFiveSecondsAndTwentyAMinuteUnlessSetOtherwise() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(sending(ann.id(), "a burst")).isZero();
        }
        assertThat(sending(ann.id(), "one more")).isEqualTo(Duration.ofSeconds(5));
        clock.addAndGet(60 * SECOND);
        for (int i = 0; i < 30; i++) {
            assertThat(sending(telegram.user(100 + i).id(), "to each of many")).isZero();
        }
        assertThat(sending(bob.id(), "one more")).isEqualTo(Duration.ofSeconds(1));
        openGroup();
        clock.addAndGet(60 * SECOND);
        for (int i = 0; i < 20; i++) {
            assertThat(sending(GROUP, "in a group")).isLessThanOrEqualTo(Duration.ofSeconds(5));
        }
        assertThat(sender.readyIn("" + GROUP)).isEqualTo(Duration.ofSeconds(45));
    }

    @Test
    void nothingIsSentToAChatBeforeItsTimeIsOverAndOthersGoOn() throws Exception {
        telegram.nextInChat(ann.id(), SEND, 2, Fault.tooManyRequests(2));
        long begun = clock.get();
        List<Duration> waits = new ArrayList<>();
        TelegramSender.Builder settings = settings();
        AtomicReference<TelegramSender> made = new AtomicReference<>();
        settings.sleeper = nanos -> {
            waits.add(made.get().readyIn("1"));
            assertThat(made.get().readyIn("2")).isZero();
            sendUnchecked(made.get(), bob.id(), "meanwhile");
            clock.addAndGet(nanos);
        };
        made.set(settings.build());

        assertThat(made.get().send(ann.id(), "hello")).isPresent();
        assertThat(clock.get() - begun).isEqualTo(4 * SECOND);
        assertThat(waits).containsExactly(Duration.ofSeconds(2), Duration.ofSeconds(2));
        assertThat(texts(ann.messages())).containsExactly("hello");
        assertThat(texts(bob.messages())).containsExactly("meanwhile", "meanwhile");
        assertThat(made.get().limited()).isEqualTo(2);
        assertThat(made.get().sent()).isEqualTo(3);
    }

    private static void sendUnchecked(TelegramSender by, long chat, String text) {
        try {
            assertThat(by.send(chat, text)).isPresent();
        } catch (TelegramApiException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatWouldHaveToWaitForLongIsNotSentAndSaysForHowLong() throws Exception {
        telegram.nextInChat(ann.id(), SEND, 1, Fault.tooManyRequests(6));
        long begun = clock.get();

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> sender.send(ann.id(), "hello"))
                    .isInstanceOfSatisfying(SendDelayedException.class, delay -> {
                        assertThat(delay.retryAfter()).isEqualTo(Duration.ofSeconds(6));
                        assertThat(delay.isByTelegram()).isTrue();
                    });
        }
        assertThatThrownBy(() -> sender.awaitReady("1")).isInstanceOf(SendDelayedException.class);
        assertThat(clock.get()).as("no thread was held").isEqualTo(begun);
        assertThat(sends()).hasSize(1);
        assertThat(sender.delayed()).isEqualTo(3);

        clock.addAndGet(2 * SECOND);
        sender.awaitReady("1");
        assertThat(clock.get() - begun).isEqualTo(6 * SECOND);
        assertThat(sending(ann.id(), "hello")).isZero();
    }

    @Test
    void itsOwnPaceIsNoLimitOfTelegrams() throws Exception {
        TelegramSender slow = settings().chatRate(1, Duration.ofMinutes(1)).build();
        slow.send(ann.id(), "hello");

        assertThatThrownBy(() -> slow.send(ann.id(), "again"))
                .isInstanceOfSatisfying(SendDelayedException.class, delay -> {
                    assertThat(delay.retryAfter()).isEqualTo(Duration.ofMinutes(1));
                    assertThat(delay.isByTelegram()).isFalse();
                });
        assertThat(slow.limited()).isZero();
    }

    @Test
    void twoChatsRefusedInARowAreTheBotsLimit() throws Exception {
        telegram.next(SEND, 2, Fault.tooManyRequests(60));
        assertThatThrownBy(() -> sender.send(ann.id(), "hello")).isInstanceOf(SendDelayedException.class);
        assertThat(sender.readyIn("3")).isZero();
        assertThatThrownBy(() -> sender.send(bob.id(), "hello")).isInstanceOf(SendDelayedException.class);

        assertThat(sender.readyIn("3")).isEqualTo(Duration.ofMinutes(1));
        assertThatThrownBy(() -> sender.send(new AnswerCallbackQuery("1"))).isInstanceOf(SendDelayedException.class);
        assertThat(telegram.requests()).hasSize(2);
        clock.addAndGet(60 * SECOND);
        assertThat(sending(telegram.user(3).id(), "hello")).isZero();
    }

    @Test
    void twoChatsRefusedWithAMessageTakenInBetweenAreNot() throws Exception {
        telegram.nextInChat(ann.id(), SEND, 1, Fault.tooManyRequests(60));
        telegram.nextInChat(bob.id(), SEND, 1, Fault.tooManyRequests(60));
        assertThatThrownBy(() -> sender.send(ann.id(), "hello")).isInstanceOf(SendDelayedException.class);
        assertThat(sending(telegram.user(3).id(), "hello")).isZero();
        assertThatThrownBy(() -> sender.send(bob.id(), "hello")).isInstanceOf(SendDelayedException.class);

        assertThat(sender.readyIn("3")).isZero();
    }

    @Test
    void whoIsNotThereGetsNothingAndThatIsNoFailure() throws Exception {
        ann.blocks();
        assertThat(sender.send(ann.id(), "hello")).isEmpty();
        assertThat(sender.send(4711, "hello")).isEmpty();
        telegram.nextInChat(
                bob.id(),
                SEND,
                1,
                Fault.status(400, "Bad Request: not enough rights to send text messages to the chat"));
        assertThat(sender.send(bob.id(), "x".repeat(5000))).isEmpty();

        assertThat(sender.dropped()).isEqualTo(3);
        assertThat(sender.failed()).isZero();
        assertThat(sender.sent()).isZero();
        assertThat(sends()).as("not even the second part").hasSize(3);
    }

    @Test
    void otherRefusalsAreFailures() {
        telegram.next(SEND, Fault.status(400, "Bad Request: can't parse entities"));
        assertThatThrownBy(() -> sender.send(ann.id(), "hello")).isInstanceOf(TelegramApiRequestException.class);
        telegram.next(SEND, Fault.badGateway());
        assertThatThrownBy(() -> sender.send(ann.id(), "hello")).isInstanceOf(TelegramApiException.class);
        assertThat(sender.dropped()).isZero();
        assertThat(sender.failed()).isEqualTo(2);
        assertThat(ann.messages()).isEmpty();
    }

    @Test
    void aLongTextIsSentInPartsThatReplyFirstAndHaveTheButtonsLast() throws Exception {
        SendMessage message = new SendMessage("1", "a".repeat(4000) + "\n" + "b".repeat(4000));
        message.setReplyToMessageId(7);
        message.setMessageThreadId(9);
        message.setReplyMarkup(new ForceReplyKeyboard());

        assertThat(sender.send(message))
                .get()
                .extracting(sent -> sent.getText())
                .isEqualTo("b".repeat(4000));
        assertThat(texts(ann.messages())).containsExactly("a".repeat(4000), "b".repeat(4000));
        assertThat(sends().get(0).parameters())
                .contains("\"reply_to_message_id\":7")
                .doesNotContain("force_reply");
        assertThat(sends().get(1).parameters()).contains("force_reply").doesNotContain("reply_to_message_id");
        assertThat(sends()).allMatch(part -> part.parameters().contains("\"message_thread_id\":9"));
        assertThat(sender.split()).isOne();
        assertThat(sender.sent()).isEqualTo(2);
    }

    @Test
    void aFormattedTextIsNotSplit() {
        SendMessage message = new SendMessage("1", "a".repeat(5000));
        message.setParseMode(ParseMode.HTML);

        assertThatThrownBy(() -> sender.send(message)).isInstanceOf(TelegramApiRequestException.class);
        assertThat(sends()).hasSize(1);
        assertThat(sender.split()).isZero();
    }

    /**
     * In real time, with slow responses: the parts of a text stay together, and the texts of one thread keep their
     * order.
     */
    @Test
    void messagesToOneChatLeaveWholeAndInTheirOrder() throws Exception {
        TelegramSender quick = TelegramSender.builder(client)
                .chatRate(1000, Duration.ofSeconds(1))
                .rate(1000, Duration.ofSeconds(1))
                .waitTimeout(Duration.ofSeconds(30))
                .build();
        telegram.next(SEND, 1000, Fault.delay(Duration.ofMillis(5)));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<CompletableFuture<Void>> senders = new ArrayList<>();
            for (String name : List.of("a", "b", "c", "d")) {
                senders.add(CompletableFuture.runAsync(
                        () -> numbered(10).forEach(number -> {
                            try {
                                quick.send(ann.id(), name.repeat(4096) + name + number);
                            } catch (TelegramApiException e) {
                                throw new IllegalStateException(e);
                            }
                        }),
                        threads));
            }
            senders.forEach(CompletableFuture::join);
        } finally {
            threads.shutdownNow();
        }
        List<String> shown = texts(ann.messages());
        assertThat(shown).hasSize(80);
        List<String> ends = new ArrayList<>();
        for (int i = 0; i < shown.size(); i += 2) {
            assertThat(shown.get(i))
                    .startsWith(shown.get(i + 1).substring(0, 1))
                    .hasSize(4096);
            ends.add(shown.get(i + 1));
        }
        for (String name : List.of("a", "b", "c", "d")) {
            assertThat(ends.stream().filter(end -> end.startsWith(name)))
                    .containsExactlyElementsOf(numbered(10).map(name::concat).toList());
        }
    }

    /** Another message of the chat is under way. */
    @Test
    void waitingBehindAnotherMessageIsBounded() throws Exception {
        TelegramSender quick = TelegramSender.builder(client)
                .waitTimeout(Duration.ofMillis(50))
                .build();
        telegram.nextInChat(ann.id(), SEND, 1, Fault.delay(Duration.ofSeconds(2)));
        CompletableFuture<Void> first = CompletableFuture.runAsync(() -> sendUnchecked(quick, ann.id(), "slow"));
        await().until(() -> quick.isSending("1"));

        assertThatThrownBy(() -> quick.send(ann.id(), "second")).isInstanceOf(SendDelayedException.class);
        first.join();
        assertThat(texts(ann.messages())).containsExactly("slow");
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        List<TelegramSender> built = new ArrayList<>();
        TelegramSender slow = TelegramSender.builder(client)
                .chatRate(1, Duration.ofMinutes(1))
                .waitTimeout(Duration.ofMinutes(5))
                .onBuild(built::add)
                .build();
        assertThat(built).containsExactly(slow);
        slow.send(ann.id(), "hello");
        assertThat(slow.waiting()).isZero();
        Thread ahead = new Thread(() ->
                assertThatThrownBy(() -> slow.send(ann.id(), "ahead")).hasCauseInstanceOf(InterruptedException.class));
        Thread behind = new Thread(() ->
                assertThatThrownBy(() -> slow.send(ann.id(), "behind")).hasCauseInstanceOf(InterruptedException.class));
        ahead.start();
        await().until(() -> slow.waiting() == 1);
        behind.start();
        await().until(() -> slow.waiting() == 2);
        behind.interrupt();
        ahead.interrupt();
        await().until(() -> slow.waiting() == 0);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> slow.send(ann.id(), "again"))
                .isInstanceOf(TelegramApiException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> slow.awaitReady("1")).hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(sends()).hasSize(1);
    }

    @Test
    void everyKindOfMessageKnowsItsChat() throws Exception {
        InputFile photo = new InputFile("file-id");
        assertThat(ClientCalls.chat(new SendPhoto("7", photo))).hasValue("7");
        assertThat(ClientCalls.chat(new SendMediaGroup("7", List.of(new InputMediaPhoto("file-id")))))
                .hasValue("7");
        EditMessageText edit = EditMessageText.builder().text("text").build();
        assertThat(ClientCalls.chat(edit)).isEmpty();
        edit.setChatId(7L);
        assertThat(ClientCalls.chat(edit)).hasValue("7");
        assertThat(ClientCalls.chat(new GetWebhookInfo())).isEmpty();

        assertThatThrownBy(() -> sender.send(new SendPhoto("1", photo)))
                .isInstanceOf(TelegramApiRequestException.class);
        assertThat(telegram.requests()).extracting(BotRequest::method).containsExactly("sendphoto");
        assertThatThrownBy(() -> sender.send(new SetWebhook("https://localhost")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SetWebhook");
    }

    @Test
    void nothingIsKeptOfChatsToWhichNothingWasSentLately() {
        SendRate rate = new SendRate(1, Duration.ofSeconds(1));
        SendPacing pacing = new SendPacing(rate, rate, rate, clock::get);
        for (int i = 1; i <= 5_000; i++) {
            ChatPacing chat = pacing.enter("" + i);
            assertThat(pacing.take(chat, 1)).isLessThanOrEqualTo(0);
            pacing.leave(chat);
            clock.addAndGet(SECOND);
        }
        assertThat(pacing.chats()).isLessThanOrEqualTo(1_000);
    }

    @Test
    void whatIsSetMustMakeSense() {
        TelegramSender.Builder settings = settings();
        assertThatThrownBy(() -> settings.rate(0, Duration.ofSeconds(1))).hasMessageContaining("0 in PT1S");
        assertThatThrownBy(() -> settings.rate(10_001, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10001 in PT1S");
        assertThatThrownBy(() -> settings.chatRate(1, Duration.ZERO)).hasMessageContaining("1 in PT0S");
        assertThatThrownBy(() -> settings.groupRate(1, Duration.ofDays(2))).hasMessageContaining("1 in PT48H");
        assertThatThrownBy(() -> settings.waitTimeout(Duration.ofMillis(-1))).hasMessageContaining("PT-0.001S");
        assertThatThrownBy(() -> settings.waitTimeout(Duration.ofHours(1))).hasMessageContaining("PT1H");
    }

    private static InputFile stream() {
        return new InputFile(new ByteArrayInputStream(new byte[] {1}), "name");
    }

    /** It would be empty the second time. */
    @Test
    void aStreamIsNotSentAgainAfterALimit() {
        SendVideo withThumbnail = new SendVideo("1", new InputFile("file-id"));
        withThumbnail.setThumbnail(stream());
        InputMediaPhoto inAlbum = new InputMediaPhoto("file-id");
        inAlbum.setMedia(new ByteArrayInputStream(new byte[] {1}), "name");
        SendMediaGroup album = new SendMediaGroup("1", List.of(new InputMediaPhoto("other"), inAlbum));
        for (PartialBotApiMethod<?> once : List.of(new SendPhoto("1", stream()), withThumbnail, album)) {
            telegram.next(once.getMethod(), Fault.tooManyRequests(2));
            int before = telegram.requests().size();
            assertThatThrownBy(() -> sender.send(once))
                    .isInstanceOfSatisfying(
                            SendDelayedException.class,
                            delay -> assertThat(delay.retryAfter()).isEqualTo(Duration.ofSeconds(2)));
            assertThat(telegram.requests()).hasSize(before + 1);
            clock.addAndGet(60 * SECOND);
        }
        telegram.next("sendphoto", Fault.tooManyRequests(2));
        assertThatThrownBy(() -> sender.send(new SendPhoto("1", new InputFile("file-id"))))
                .as("sent again, and refused as a method that the double does not have")
                .isInstanceOf(TelegramApiRequestException.class);
    }

    @Test
    void anAlbumAndMessagesForwardedAtOnceCountAsMany() {
        List<InputMedia> photos = List.of(new InputMediaPhoto("1"), new InputMediaPhoto("2"), new InputMediaPhoto("3"));
        assertThatThrownBy(() -> sender.send(new SendMediaGroup("1", photos))) // refused by the double once it was sent
                .isInstanceOf(TelegramApiRequestException.class);
        assertThat(sender.readyIn("1")).isZero();
        assertThatThrownBy(() -> sender.send(new ForwardMessages("1", "2", List.of(1, 2))))
                .isInstanceOf(TelegramApiRequestException.class);
        assertThat(sender.readyIn("1")).isEqualTo(Duration.ofSeconds(5));

        long begun = clock.get();
        assertThatThrownBy(() -> sender.send(new ForwardMessages("1", "2", List.of(1, 2, 3, 4, 5, 6, 7))))
                .as("more than ever are free at once")
                .isInstanceOf(TelegramApiRequestException.class);
        assertThat(clock.get() - begun).isEqualTo(5 * SECOND);
    }

    /** A subclass with the defaults of an application. */
    private static final class OurPhoto extends SendPhoto {
        OurPhoto() {
            super("1", new InputFile("file-id"));
        }
    }

    @Test
    void aSubclassOfAMessageIsSentAsThatMessage() {
        assertThatThrownBy(() -> sender.send(new OurPhoto())).isInstanceOf(TelegramApiRequestException.class);
        assertThat(telegram.requests()).extracting(BotRequest::method).containsExactly("sendphoto");
    }

    /** If two turns wait for the same room, the second is not run after the first has used it. */
    @Test
    void turnsOfOneChatFollowOneAnother() throws Exception {
        TelegramSender slow = TelegramSender.builder(client)
                .chatRate(1, Duration.ofMinutes(1))
                .waitTimeout(Duration.ofMillis(200))
                .build();
        List<String> run = new CopyOnWriteArrayList<>();
        var unused = slow.whenReady("1", () -> {
            CompletableFuture<Void> second = CompletableFuture.runAsync(() -> assertThatThrownBy(
                            () -> slow.whenReady("1", () -> run.add("second")))
                    .isInstanceOfSatisfying(
                            SendDelayedException.class,
                            delay -> assertThat(delay.isBeforeTurn()).isTrue()));
            var unusedToo = slow.whenReady("2", () -> run.add("another chat"));
            second.join();
            sendUnchecked(slow, ann.id(), "first");
            return run.add("first");
        });
        assertThatThrownBy(() -> slow.whenReady("1", () -> run.add("third"))).isInstanceOf(SendDelayedException.class);

        assertThat(run).containsExactly("another chat", "first");
    }

    @Test
    void aStopEndsTheWaitsInWhichNothingIsStored() throws Exception {
        TelegramSender slow = TelegramSender.builder(client)
                .chatRate(1, Duration.ofMinutes(5))
                .waitTimeout(Duration.ofMinutes(5))
                .build();
        slow.send(ann.id(), "hello");
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(
                () -> assertThatThrownBy(() -> slow.awaitReady("1")).isInstanceOf(SendDelayedException.class));
        slow.stopping(true);

        waiting.join();
    }
}
