package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonMappingException;
import io.botfsm.internal.text.Text;
import io.botfsm.monitoring.SendingStatus;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.methods.botapimethods.PartialBotApiMethod;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.objects.ResponseParameters;
import org.telegram.telegrambots.meta.api.objects.message.Message;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/**
 * Sends messages with a client, within the rate limits of Telegram. Use one sender for all handlers of a bot.
 *
 * <ul>
 *   <li><b>Order.</b> Messages to one chat are sent one after another, in the order of the calls, and their parts are
 *       not interleaved. Different chats do not wait for each other.
 *   <li><b>Rate.</b> By default, at most 30 messages per second to all chats, 5 within any 5 seconds to one chat, and
 *       20 per minute to one group or channel.
 *   <li><b>Limits.</b> After a 429, nothing is sent to the chat for the time that Telegram states. If two chats are
 *       refused in a row, the limit applies to the bot, and nothing is sent to any chat.
 *   <li><b>Waiting.</b> The calling thread waits, by default for at most 5 seconds; meanwhile its handler takes no
 *       further updates from the poller. A message that would have to wait longer is not sent: the call fails
 *       immediately with a {@link SendDelayedException}, after which a {@link PollingSession} handles the update again
 *       later.
 *   <li><b>Unreachable chats.</b> A message to a user who has blocked the bot, or to a chat that was deleted or is
 *       closed to the bot, is dropped without a failure.
 *   <li><b>Long texts</b> without formatting are sent in parts of up to 4,096 characters. A text with a parse mode or
 *       entities is not split; Telegram refuses it if it is too long.
 * </ul>
 *
 * <p>Nothing is queued or stored: the caller has to send a message again if it was not sent. Thread-safe.
 */
public final class TelegramSender implements SendingStatus {
    /** The default time for which a message may wait. */
    public static final Duration DEFAULT_WAIT_TIMEOUT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(TelegramSender.class.getPackageName());
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final String NOBODY = "";
    private static final long STOP_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Matches the error descriptions of Telegram's Bot API server for unreachable chats. */
    private static final Pattern UNREACHABLE = Pattern.compile(
            "chat not found|user not found|PEER_ID_INVALID|group chat was deactivated|CHAT_WRITE_FORBIDDEN"
                    + "|(not enough|have no) rights to send|TOPIC_(CLOSED|DELETED)|message thread not found",
            Pattern.CASE_INSENSITIVE);

    private final TelegramClient client;
    private final SendPacing pacing;
    private final long waitTimeout;
    private final LongSupplier nanos;
    private final Sleeper sleeper;
    private final LongAdder sent = new LongAdder();
    private final LongAdder limited = new LongAdder();
    private final LongAdder delayed = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder split = new LongAdder();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean stopping;

    private TelegramSender(Builder settings) {
        this.client = settings.client;
        this.pacing = new SendPacing(settings.rate, settings.chatRate, settings.groupRate, settings.nanos);
        this.waitTimeout = settings.waitTimeout.toNanos();
        this.nanos = settings.nanos;
        this.sleeper = settings.sleeper;
    }

    /** Waits; replaced by tests. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(long nanos) throws InterruptedException;
    }

    /** Returns a sender with default settings. The client is not closed. */
    public static TelegramSender of(TelegramClient client) {
        return builder(client).build();
    }

    /** Returns a builder for a sender. The client is not closed. */
    public static Builder builder(TelegramClient client) {
        return new Builder(requireNonNull(client, "client"));
    }

    /**
     * Sends a text, in parts if it is long. Blocks.
     *
     * @return the sent message, or its last part; empty if the chat is unreachable, or if the message was sent but
     *     TelegramBots cannot read the response
     * @throws SendDelayedException if it would have to wait too long
     * @throws TelegramApiException if Telegram refused it, or could not be reached
     */
    public Optional<Message> send(long chatId, String text) throws TelegramApiException {
        return send(new SendMessage(Long.toString(chatId), requireNonNull(text, "text")));
    }

    /**
     * Sends a message, or performs another action in a chat, such as editing a message. A text is sent in parts if it
     * is long and not formatted. An album, or several messages forwarded at once, count as several messages. A method
     * that names no chat, such as the answer to a callback query, waits only for the rate limit of the whole bot. If a
     * group has become a supergroup, the message is sent to its new id, which is then set in the method. Blocks.
     *
     * <p>A file that is given as an {@link java.io.InputStream} can be read only once. After a 429, it is therefore not
     * sent again by this method, however short the wait; a {@link SendDelayedException} is thrown, so that the caller
     * can open the file again.
     *
     * @param method any method of the client, except those that upload a file for anything other than a message
     * @return Telegram's response; for a text in parts, the response to the last part. Empty if the chat is
     *     unreachable, or if the message was sent but TelegramBots cannot read the response
     * @throws SendDelayedException if it would have to wait too long
     * @throws TelegramApiException if Telegram refused it, or could not be reached
     * @throws IllegalArgumentException if the method uploads a file for anything other than a message
     */
    public <T extends Serializable> Optional<T> send(PartialBotApiMethod<T> method) throws TelegramApiException {
        return deliver(method).answer();
    }

    /**
     * The result of sending a message.
     *
     * @param isTaken false if the chat is unreachable
     * @param answer Telegram's response; also empty if the message was accepted but the response cannot be read
     */
    record SentMessage<T>(boolean isTaken, Optional<T> answer) {}

    /** Sends a message as {@link #send(PartialBotApiMethod)} does. */
    @SuppressWarnings("unchecked") // what the parts return is what the whole does
    <T extends Serializable> SentMessage<T> deliver(PartialBotApiMethod<T> method) throws TelegramApiException {
        requireNonNull(method, "method");
        List<? extends PartialBotApiMethod<T>> parts = List.of(method);
        if (method instanceof SendMessage message) {
            parts = (List<? extends PartialBotApiMethod<T>>) (List<?>) TextParts.of(message);
            if (parts.size() > 1) {
                split.increment();
            }
        }
        return deliver(ClientCalls.chat(method).orElse(NOBODY), parts);
    }

    private <T extends Serializable> SentMessage<T> deliver(String chatId, List<? extends PartialBotApiMethod<T>> parts)
            throws TelegramApiException {
        long deadline = nanos.getAsLong() + waitTimeout;
        ChatPacing chat = pacing.enter(chatId);
        try {
            if (!isLocked(chat.order, Math.max(0, deadline - nanos.getAsLong()))) {
                throw delayed(chatId, pacing.readyIn(chatId), false);
            }
            try {
                SentMessage<T> delivery = new SentMessage<>(false, Optional.empty());
                for (PartialBotApiMethod<T> part : parts) {
                    delivery = sendPart(chat, part, nanos.getAsLong() + waitTimeout);
                    if (!delivery.isTaken()) {
                        break;
                    }
                }
                return delivery;
            } finally {
                chat.order.unlock();
            }
        } catch (InterruptedException e) {
            throw interrupted(chatId, e);
        } finally {
            pacing.leave(chat);
        }
    }

    private <T extends Serializable> SentMessage<T> sendPart(
            ChatPacing chat, PartialBotApiMethod<T> part, long deadline)
            throws TelegramApiException, InterruptedException {
        int messages = ClientCalls.messages(part);
        boolean hasMoved = false;
        while (true) {
            awaitTime(chat, messages, deadline);
            try {
                T answer = ClientCalls.execute(client, part);
                return taken(messages, Optional.of(answer));
            } catch (TelegramApiRequestException e) {
                Optional<Duration> wait = RetryAfter.of(e);
                if (wait.isPresent()) {
                    limited(chat, wait.get());
                    if (ClientCalls.holdsStream(part)) {
                        throw delayed(chat.chat, pacing.readyIn(chat.chat), false);
                    }
                } else if (isTaken(e)) {
                    LOG.warn(
                            "A message was sent to chat {}, but TelegramBots cannot read Telegram's response",
                            chat.chat);
                    return taken(messages, Optional.empty());
                } else if (!hasMoved && isSentTo(supergroup(e), part)) {
                    hasMoved = true;
                } else if (isUnreachable(e)) {
                    dropped.increment();
                    LOG.info(
                            "A message was dropped because chat {} cannot be reached: {}",
                            chat.chat,
                            Text.oneLine(e.getApiResponse()));
                    return new SentMessage<>(false, Optional.empty());
                } else {
                    failed.increment();
                    throw e;
                }
            } catch (TelegramApiException | RuntimeException e) {
                failed.increment();
                throw e;
            }
        }
    }

    private <T> SentMessage<T> taken(int messages, Optional<T> answer) {
        pacing.taken();
        sent.add(messages);
        return new SentMessage<>(true, answer);
    }

    /**
     * Whether the message was accepted and only its result cannot be read: a refusal has no result. Sent again, the
     * message would be shown twice.
     */
    private static boolean isTaken(TelegramApiRequestException e) {
        return e.getCause() instanceof JsonMappingException unreadable
                && !unreadable.getPath().isEmpty()
                && "result".equals(unreadable.getPath().get(0).getFieldName());
    }

    /** Returns the id of the supergroup that the chat has become, if the message was refused for that reason. */
    private static Optional<Long> supergroup(TelegramApiRequestException e) {
        return Optional.ofNullable(e.getParameters()).map(ResponseParameters::getMigrateToChatId);
    }

    private static boolean isSentTo(Optional<Long> supergroup, PartialBotApiMethod<?> part) {
        return supergroup.isPresent()
                && !ClientCalls.holdsStream(part)
                && ClientCalls.readdress(part, Long.toString(supergroup.get()));
    }

    private void awaitTime(ChatPacing chat, int messages, long deadline)
            throws SendDelayedException, InterruptedException {
        for (long wait = pacing.take(chat, messages); wait > 0; wait = pacing.take(chat, messages)) {
            if (nanos.getAsLong() + wait - deadline > 0) {
                throw delayed(chat.chat, Duration.ofNanos(wait), false);
            }
            sleep(wait);
        }
    }

    private boolean isLocked(Lock lock, long atMost) throws InterruptedException {
        waiting.incrementAndGet();
        try {
            return lock.tryLock(atMost, TimeUnit.NANOSECONDS);
        } finally {
            waiting.decrementAndGet();
        }
    }

    private void sleep(long time) throws InterruptedException {
        waiting.incrementAndGet();
        try {
            sleeper.sleep(time);
        } finally {
            waiting.decrementAndGet();
        }
    }

    private SendDelayedException delayed(String chatId, Duration wait, boolean isBeforeTurn) {
        delayed.increment();
        return new SendDelayedException(chatId, wait, pacing.isPaused(chatId), isBeforeTurn);
    }

    private void limited(ChatPacing chat, Duration wait) {
        limited.increment();
        boolean isOfBot = pacing.refused(chat, wait);
        LOG.warn(
                "Telegram accepts no messages {} for {} s",
                isOfBot ? "from this bot" : "to chat " + chat.chat,
                wait.toSeconds());
    }

    /** Whether the user has blocked the bot or is deactivated, or the chat is gone, so that a retry is useless. */
    private static boolean isUnreachable(TelegramApiRequestException e) {
        Integer code = e.getErrorCode();
        return code != null
                && (code == FORBIDDEN
                        || (code == BAD_REQUEST
                                && UNREACHABLE
                                        .matcher(String.valueOf(e.getApiResponse()))
                                        .find()));
    }

    /**
     * Waits until a message to the chat may be sent, without sending one. A handler that calls this method first does
     * not store the effect of an update whose reply cannot be sent yet. Nothing is reserved: if several threads wait
     * for the same chat, only one of them may be able to send.
     *
     * @throws SendDelayedException if that would take longer than a message may wait
     */
    public void awaitReady(String chatId) throws TelegramApiException {
        requireNonNull(chatId, "chatId");
        try {
            awaitReady(chatId, nanos.getAsLong() + waitTimeout);
        } catch (InterruptedException e) {
            throw interrupted(chatId, e);
        }
    }

    private void awaitReady(String chatId, long deadline) throws SendDelayedException, InterruptedException {
        for (Duration wait = readyIn(chatId); !wait.isZero(); wait = readyIn(chatId)) {
            if (stopping || nanos.getAsLong() + wait.toNanos() - deadline > 0) {
                throw delayed(chatId, wait, true);
            }
            sleep(Math.min(wait.toNanos(), STOP_CHECK_NANOS));
        }
    }

    /** Stores and sends the changes and replies for one update of a chat. */
    @FunctionalInterface
    interface ChatTurn<T> {
        T run() throws TelegramApiException;
    }

    /**
     * Runs the turn when {@link #awaitReady} would return, for one caller per chat at a time, so that its message may
     * be sent.
     *
     * @throws SendDelayedException with {@link SendDelayedException#isBeforeTurn()} if the turn was not run
     */
    <T> T whenReady(String chatId, ChatTurn<T> turn) throws TelegramApiException {
        long deadline = nanos.getAsLong() + waitTimeout;
        ChatPacing chat = pacing.enter(chatId);
        try {
            if (!isLocked(chat.turns, waitTimeout)) {
                throw delayed(chatId, pacing.readyIn(chatId), true);
            }
            try {
                awaitReady(chatId, deadline);
                return turn.run();
            } finally {
                chat.turns.unlock();
            }
        } catch (InterruptedException e) {
            throw interrupted(chatId, e);
        } finally {
            pacing.leave(chat);
        }
    }

    /** While the bot stops, {@link #awaitReady} does not wait: what has not begun is left to the next instance. */
    void stopping(boolean stops) {
        stopping = stops;
    }

    private static TelegramApiException interrupted(String chatId, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new TelegramApiException("interrupted while waiting to send a message to chat " + chatId, cause);
    }

    /** Returns the time until a message to this chat may be sent; zero if it may be sent now. */
    public Duration readyIn(String chatId) {
        return pacing.readyIn(requireNonNull(chatId, "chatId"));
    }

    /**
     * Returns whether there is room for messages that are not replies, such as those of timeouts: less than half of the
     * rate for all chats is used, and Telegram does not limit the bot. Work that begins only if this method returns
     * true is no faster than messages can be sent, and leaves the other half to replies.
     */
    public boolean hasRoom() {
        return pacing.hasRoom();
    }

    /** Returns whether a message to the chat is being sent, for tests. */
    boolean isSending(String chatId) {
        return pacing.isSending(chatId);
    }

    /** Returns how many messages Telegram has accepted; each part and each message of an album counts. */
    @Override
    public long sent() {
        return sent.sum();
    }

    /** Returns how often Telegram has responded with 429. */
    @Override
    public long limited() {
        return limited.sum();
    }

    /** Returns how many messages were not sent because they would have had to wait too long. */
    @Override
    public long delayed() {
        return delayed.sum();
    }

    /** Returns how many messages were dropped because the chat is unreachable. */
    @Override
    public long dropped() {
        return dropped.sum();
    }

    /** Returns how many sends failed for another reason: Telegram refused them, or could not be reached. */
    @Override
    public long failed() {
        return failed.sum();
    }

    /** Returns how many threads are currently waiting until their message may be sent. */
    @Override
    public int waiting() {
        return waiting.get();
    }

    /** Returns how many texts were split. */
    public long split() {
        return split.sum();
    }

    /** Collects the settings of a sender. Not thread-safe. */
    public static final class Builder {
        private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

        private final TelegramClient client;
        private SendRate rate = new SendRate(30, Duration.ofSeconds(1));
        private SendRate chatRate = new SendRate(5, Duration.ofSeconds(5));
        private SendRate groupRate = new SendRate(20, Duration.ofMinutes(1));
        private Duration waitTimeout = DEFAULT_WAIT_TIMEOUT;
        LongSupplier nanos = System::nanoTime;
        Sleeper sleeper = TimeUnit.NANOSECONDS::sleep;
        private Consumer<? super TelegramSender> onBuild = sender -> {};

        private Builder(TelegramClient client) {
            this.client = client;
        }

        /**
         * Sets how many messages may be sent to all chats together within any such period. The default is 30 per
         * second.
         *
         * @throws IllegalArgumentException if the number is not from 1 to 10,000, or the period is not positive or
         *     longer than a day
         */
        public Builder rate(int messages, Duration period) {
            rate = new SendRate(messages, period);
            return this;
        }

        /**
         * Sets how many messages may be sent to one chat within any such period. The default is 5 in 5 seconds: one per
         * second on average, or five at once after a pause.
         *
         * @throws IllegalArgumentException if the number is not from 1 to 10,000, or the period is not positive or
         *     longer than a day
         */
        public Builder chatRate(int messages, Duration period) {
            chatRate = new SendRate(messages, period);
            return this;
        }

        /**
         * Sets how many messages may be sent to one group or channel within any such period, in addition to the limit
         * of {@link #chatRate}. The default is 20 per minute.
         *
         * @throws IllegalArgumentException if the number is not from 1 to 10,000, or the period is not positive or
         *     longer than a day
         */
        public Builder groupRate(int messages, Duration period) {
            groupRate = new SendRate(messages, period);
            return this;
        }

        /**
         * Sets how long a message may wait; the parts of a long text wait separately. The default is
         * {@link #DEFAULT_WAIT_TIMEOUT}; with zero it does not wait. The calling thread is blocked meanwhile, so use at
         * most a few seconds for a bot with few threads.
         *
         * @throws IllegalArgumentException if it is negative or longer than 5 minutes
         */
        public Builder waitTimeout(Duration timeout) {
            requireNonNull(timeout, "timeout");
            if (timeout.isNegative() || timeout.compareTo(LONGEST_WAIT) > 0) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "waitTimeout must be zero to %s: %s", LONGEST_WAIT, timeout));
            }
            waitTimeout = timeout;
            return this;
        }

        /**
         * Sets a listener that receives the sender when it is built, for example to measure it. {@link #build} fails
         * with its exceptions.
         */
        public Builder onBuild(Consumer<? super TelegramSender> listener) {
            onBuild = requireNonNull(listener, "listener");
            return this;
        }

        /** Builds the sender. */
        public TelegramSender build() {
            TelegramSender sender = new TelegramSender(this);
            onBuild.accept(sender);
            return sender;
        }
    }
}
