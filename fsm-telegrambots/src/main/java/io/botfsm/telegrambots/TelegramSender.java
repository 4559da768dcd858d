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
 * Sends messages by a client, at the pace that Telegram bears. One for all handlers of a bot.
 *
 * <ul>
 *   <li><b>Order.</b> Messages to one chat leave one after another, as they came, each whole. Different chats do not
 *       wait for each other.
 *   <li><b>Pace.</b> 30 messages a second to all chats, 5 within any 5 seconds to one, 20 a minute to one group or
 *       channel, unless set otherwise.
 *   <li><b>Limits.</b> After a 429 nothing is sent to the chat before the time that Telegram states is over. If two
 *       chats are refused in a row, it is the bot that is limited, and nothing is sent to anybody.
 *   <li><b>Waiting</b> is done by the calling thread, for 5 seconds at most unless set otherwise: handlers wait, and a
 *       poller gives them no more. What would have to wait for longer is not sent: that is a
 *       {@link SendDelayedException} at once, by which a {@link PollingSession} handles the update again later.
 *   <li><b>Nobody there.</b> What is sent to a user who has blocked the bot, or to a chat that is gone or closed to it,
 *       is dropped, and no failure.
 *   <li><b>Long texts</b> without formatting are sent in parts of up to 4,096 characters. One with a parse mode or
 *       entities is not split; Telegram refuses it if it is too long.
 * </ul>
 *
 * <p>Nothing is queued or stored: a message that was not sent is the caller's. Thread-safe.
 */
public final class TelegramSender implements SendingStatus {
    /** How long a message waits for its time unless chosen otherwise. */
    public static final Duration DEFAULT_WAIT_TIMEOUT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(TelegramSender.class.getPackageName());
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final String NOBODY = "";
    private static final long LOOK_FOR_STOP = TimeUnit.MILLISECONDS.toNanos(50);

    /** By the descriptions of Telegram's own Bot API server. */
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

    /** Waits, as tests would have it. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(long nanos) throws InterruptedException;
    }

    /** Sends by this client, which is not closed, with all settings at their defaults. */
    public static TelegramSender of(TelegramClient client) {
        return builder(client).build();
    }

    /** Sends by this client, which is not closed, with settings of your choice. */
    public static Builder builder(TelegramClient client) {
        return new Builder(requireNonNull(client, "client"));
    }

    /**
     * Sends a text, in parts if it is long. Blocks.
     *
     * @return what was sent, the last part of it; empty if nobody is there, or if it was sent and TelegramBots cannot
     *     read the answer
     * @throws SendDelayedException if it would have to wait for too long
     * @throws TelegramApiException if Telegram has refused it, or could not be reached
     */
    public Optional<Message> send(long chatId, String text) throws TelegramApiException {
        return send(new SendMessage(Long.toString(chatId), requireNonNull(text, "text")));
    }

    /**
     * Sends a message, or does something else to a chat, such as editing a message. A text is sent in parts if it is
     * long and not formatted. An album, or several messages forwarded at once, count as many. What names no chat, such
     * as the answer to a callback query, waits only for the pace of the whole bot. A group that has become a supergroup
     * is sent it under its new id, which is set in the method then. Blocks.
     *
     * <p>A file given as an {@link java.io.InputStream} can be read once: after a 429 it is not sent again here,
     * however short the wait, but a {@link SendDelayedException} lets the caller open it anew.
     *
     * @param method any that the client has, except those that upload a file for anything else than a message
     * @return Telegram's answer, that to the last part; empty if nobody is there, or if it was sent and TelegramBots
     *     cannot read the answer
     * @throws SendDelayedException if it would have to wait for too long
     * @throws TelegramApiException if Telegram has refused it, or could not be reached
     * @throws IllegalArgumentException if the method is no message
     */
    public <T extends Serializable> Optional<T> send(PartialBotApiMethod<T> method) throws TelegramApiException {
        return deliver(method).answer();
    }

    /**
     * What became of a message.
     *
     * @param isTaken false if nobody is there
     * @param answer empty also if it was taken, and the answer cannot be read
     */
    record SentMessage<T>(boolean isTaken, Optional<T> answer) {}

    /** As {@link #send(PartialBotApiMethod)}. */
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
                            "Chat {} was sent a message, to which TelegramBots cannot read Telegram's answer",
                            chat.chat);
                    return taken(messages, Optional.empty());
                } else if (!hasMoved && isSentTo(supergroup(e), part)) {
                    hasMoved = true;
                } else if (isUnreachable(e)) {
                    dropped.increment();
                    LOG.info("Not sent, chat {} cannot be reached: {}", chat.chat, Text.oneLine(e.getApiResponse()));
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

    /** What cannot be read is the result, which only a success has. Sent again, the user would see it again. */
    private static boolean isTaken(TelegramApiRequestException e) {
        return e.getCause() instanceof JsonMappingException unreadable
                && !unreadable.getPath().isEmpty()
                && "result".equals(unreadable.getPath().get(0).getFieldName());
    }

    /** What the chat has become, if that is why it was refused. */
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
                "Telegram takes no messages {} for {} s",
                isOfBot ? "of this bot" : "to chat " + chat.chat,
                wait.toSeconds());
    }

    /** A user who has blocked the bot or is deactivated, or a chat that is gone: trying again is of no use. */
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
     * Waits until a message to the chat may leave, and sends none. A handler that calls this first stores nothing that
     * it could not answer. Reserves nothing: of several threads that wait for the same chat only one may find it free.
     *
     * @throws SendDelayedException if that is not within the time that a message may wait
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
            sleep(Math.min(wait.toNanos(), LOOK_FOR_STOP));
        }
    }

    /** What is stored and sent for one update of a chat. */
    @FunctionalInterface
    interface ChatTurn<T> {
        T run() throws TelegramApiException;
    }

    /**
     * Runs it as {@link #awaitReady} returns, for one caller of a chat at a time, so that the place is still free.
     *
     * @throws SendDelayedException with {@link SendDelayedException#isBeforeTurn()}, if it was not run
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

    /** While the bot stops, {@link #awaitReady} waits for nothing: what has not begun is left to the next instance. */
    void stopping(boolean stops) {
        stopping = stops;
    }

    private static TelegramApiException interrupted(String chatId, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new TelegramApiException(
                "interrupted while a message to chat " + chatId + " waited for its time", cause);
    }

    /** How long until a message to this chat may leave; zero if it may now. */
    public Duration readyIn(String chatId) {
        return pacing.readyIn(requireNonNull(chatId, "chatId"));
    }

    /**
     * Whether there is room for messages that no user has asked for, such as those of timeouts: no more than half of
     * the pace to all chats is used, and Telegram does not limit the bot. What is begun only then is no faster than
     * messages leave, and leaves the other half to answers.
     */
    public boolean hasRoom() {
        return pacing.hasRoom();
    }

    /** Whether a message to the chat is under way, for tests. */
    boolean isSending(String chatId) {
        return pacing.isSending(chatId);
    }

    /** How many messages Telegram has taken, each part counted, and each of an album. */
    @Override
    public long sent() {
        return sent.sum();
    }

    /** How often Telegram has answered 429. */
    @Override
    public long limited() {
        return limited.sum();
    }

    /** How often a message would have had to wait for too long. */
    @Override
    public long delayed() {
        return delayed.sum();
    }

    /** How many messages were dropped, since nobody is there. */
    @Override
    public long dropped() {
        return dropped.sum();
    }

    /** How many sends have failed otherwise: Telegram has refused them, or could not be reached. */
    @Override
    public long failed() {
        return failed.sum();
    }

    /** How many threads are waiting now for the time of their message. */
    @Override
    public int waiting() {
        return waiting.get();
    }

    /** How many texts were split. */
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
         * How many messages may leave to all chats together within any such period, 30 a second by default.
         *
         * @throws IllegalArgumentException if it is none or more than 10,000, or the period is not positive or longer
         *     than a day
         */
        public Builder rate(int messages, Duration period) {
            rate = new SendRate(messages, period);
            return this;
        }

        /**
         * How many messages may leave to one chat within any such period, 5 in 5 seconds by default: one a second, with
         * as many at once after a pause.
         *
         * @throws IllegalArgumentException if it is none or more than 10,000, or the period is not positive or longer
         *     than a day
         */
        public Builder chatRate(int messages, Duration period) {
            chatRate = new SendRate(messages, period);
            return this;
        }

        /**
         * How many messages may leave to one group or channel within any such period, 20 a minute by default; beside
         * {@link #chatRate}.
         *
         * @throws IllegalArgumentException if it is none or more than 10,000, or the period is not positive or longer
         *     than a day
         */
        public Builder groupRate(int messages, Duration period) {
            groupRate = new SendRate(messages, period);
            return this;
        }

        /**
         * How long a message waits for its time, each part of a long text anew; {@link #DEFAULT_WAIT_TIMEOUT} by
         * default, at zero not at all. It holds the calling thread, so no longer than a few seconds for a bot with a
         * few threads.
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

        /** Is given the sender when it is built, such as to measure it. If this throws, {@link #build} does. */
        public Builder onBuild(Consumer<? super TelegramSender> listener) {
            onBuild = requireNonNull(listener, "listener");
            return this;
        }

        /** The sender. */
        public TelegramSender build() {
            TelegramSender sender = new TelegramSender(this);
            onBuild.accept(sender);
            return sender;
        }
    }
}
