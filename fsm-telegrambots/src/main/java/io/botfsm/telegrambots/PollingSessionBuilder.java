package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.Lease;
import io.botfsm.storage.FsmStrategy;
import io.botfsm.storage.StorageKey;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.objects.Update;

/** Collects the settings of polling sessions, and starts one for each lease. Not thread-safe. */
public final class PollingSessionBuilder {
    /** How long Telegram waits for the first update unless chosen otherwise. */
    public static final Duration DEFAULT_LONG_POLL = Duration.ofSeconds(50);

    /** How often a handler may fail unless chosen otherwise. */
    public static final int DEFAULT_ATTEMPTS = 5;

    /** Every kind of update, by Telegram's names. */
    static final List<String> ALL_UPDATES = List.of(
            "message",
            "edited_message",
            "channel_post",
            "edited_channel_post",
            "business_connection",
            "business_message",
            "edited_business_message",
            "deleted_business_messages",
            "guest_message",
            "message_reaction",
            "message_reaction_count",
            "inline_query",
            "chosen_inline_result",
            "callback_query",
            "shipping_query",
            "pre_checkout_query",
            "purchased_paid_media",
            "poll",
            "poll_answer",
            "my_chat_member",
            "chat_member",
            "chat_join_request",
            "chat_boost",
            "removed_chat_boost",
            "managed_bot",
            "subscription");

    private static final Logger LOG = LoggerFactory.getLogger(PollingSession.class);
    private static final URI TELEGRAM = URI.create("https://api.telegram.org");
    private static final Duration LONGEST_LONG_POLL = Duration.ofSeconds(50);

    final BotToken token;
    URI server = TELEGRAM;
    Function<? super Update, Optional<StorageKey>> keys;
    Consumer<? super Update> others = update -> LOG.debug("Update {} belongs to no conversation", update.getUpdateId());
    Optional<EventIsolation> isolation = Optional.empty();
    List<String> allowedUpdates = ALL_UPDATES;
    Duration longPoll = DEFAULT_LONG_POLL;
    int attempts = DEFAULT_ATTEMPTS;
    Consumer<? super DeadLetter> deadLetters = letter -> LOG.error("Given up: {}", letter, letter.failure());
    Predicate<? super Throwable> outages = failure -> false;
    Consumer<? super PollingConflict> onConflict = conflict -> {};
    Backoff outageBackoff = backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
    Backoff failureBackoff = backoff(Duration.ofMillis(500), Duration.ofSeconds(30));
    Backoff pollBackoff = backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));
    Duration conflictGrace = Duration.ofSeconds(10);
    /** See {@link OutageEvidence}. */
    Duration outagePatience = Duration.ofSeconds(5);

    LongSupplier nanos = System::nanoTime;

    PollingSessionBuilder(BotToken token) {
        this.token = requireNonNull(token, "token");
        this.keys = UpdateKeys.of(token.botId(), FsmStrategy.USER_IN_CHAT)::key;
    }

    private static Backoff backoff(Duration first, Duration longest) {
        return new Backoff(first, longest, () -> ThreadLocalRandom.current().nextLong());
    }

    /**
     * Another server than Telegram's own, such as a local Bot API server.
     *
     * @param address without the bot's part: {@code http://localhost:8081}
     * @throws IllegalArgumentException if it is no address of an HTTP server
     */
    public PollingSessionBuilder server(URI address) {
        requireNonNull(address, "address");
        if (!Set.of("http", "https").contains(String.valueOf(address.getScheme())) || address.getHost() == null) {
            throw new IllegalArgumentException("server must be http://… or https://…: " + address);
        }
        server = address;
        return this;
    }

    /** Whose conversation an update belongs to, {@link FsmStrategy#USER_IN_CHAT} by default. */
    public PollingSessionBuilder strategy(FsmStrategy strategy) {
        keys = UpdateKeys.of(token.botId(), strategy)::key;
        return this;
    }

    /**
     * What an update's conversation is, such as {@link UpdateKeys#key} with settings of your choice; instead of
     * {@link #strategy}. It is called on the thread that polls, so it does no I/O. An update for which it fails is a
     * {@linkplain #deadLetters dead letter} at once: the call is never retried.
     *
     * @param function empty for an update without a conversation, see {@link #others}
     */
    public PollingSessionBuilder keys(Function<? super Update, Optional<StorageKey>> function) {
        keys = requireNonNull(function, "function");
        return this;
    }

    /** What is done with updates that belong to no conversation; in no order. Nothing by default. */
    public PollingSessionBuilder others(Consumer<? super Update> handler) {
        others = requireNonNull(handler, "handler");
        return this;
    }

    /** What isolates handlers. Not closed. By default one for each session, within this process. */
    public PollingSessionBuilder isolation(EventIsolation shared) {
        isolation = Optional.of(requireNonNull(shared, "shared"));
        return this;
    }

    /**
     * Which kinds of updates to get, by Telegram's names, such as {@code callback_query}; all kinds by default. The kinds are
     * stated with each call, since Telegram would otherwise keep those that the last poller of this bot asked for. Some kinds
     * come only to an administrator of the chat, such as {@code chat_member} and {@code message_reaction}.
     *
     * @param names an empty list means what it means to Telegram: all but {@code chat_member}, {@code message_reaction} and
     *     {@code message_reaction_count}
     */
    public PollingSessionBuilder allowedUpdates(List<String> names) {
        allowedUpdates = List.copyOf(requireNonNull(names, "names"));
        return this;
    }

    /**
     * How long Telegram waits for the first update, {@link #DEFAULT_LONG_POLL} by default.
     *
     * @throws IllegalArgumentException if it is not 1 to 50 seconds
     */
    public PollingSessionBuilder longPoll(Duration wait) {
        requireNonNull(wait, "wait");
        if (wait.compareTo(Duration.ofSeconds(1)) < 0 || wait.compareTo(LONGEST_LONG_POLL) > 0) {
            throw new IllegalArgumentException("longPoll must be 1 to 50 seconds: " + wait);
        }
        longPoll = wait;
        return this;
    }

    /**
     * What becomes of an update that fails again and again for a reason of its own: it is handed over, and confirmed. By default
     * it is logged as an error after {@value #DEFAULT_ATTEMPTS} attempts. An update that TelegramBots cannot read, or that the
     * key function cannot take, is handed over at once. If the receiver throws, the update is handled once more and handed over
     * later; if the receiver has failed as often as a handler may, the update is confirmed all the same, with an error in the
     * log.
     *
     * @param most how often it may fail
     * @param receiver keeps it, or notifies somebody
     * @throws IllegalArgumentException if {@code most} is not positive
     */
    public PollingSessionBuilder deadLetters(int most, Consumer<? super DeadLetter> receiver) {
        if (most < 1) {
            throw new IllegalArgumentException("attempts must be positive: " + most);
        }
        attempts = most;
        deadLetters = requireNonNull(receiver, "receiver");
        return this;
    }

    /**
     * Which failures of a handler may mean that something is unavailable that all conversations need; in addition to those of
     * the storage and the isolation. A failure is tested first, and then its causes. It counts as an attempt only if it is the
     * conversation's own: if other conversations have succeeded since it first failed. An answer of Telegram's that concerns one
     * chat, 400 or 403, always counts, also as a cause.
     */
    public PollingSessionBuilder outages(Predicate<? super Throwable> test) {
        outages = requireNonNull(test, "test");
        return this;
    }

    /** Hears of each 409, on the thread that polls. */
    public PollingSessionBuilder onConflict(Consumer<? super PollingConflict> listener) {
        onConflict = requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Starts to poll for as long as the lease is held; once for each lease.
     *
     * @param handler what to do with the updates of conversations
     */
    public PollingSession start(Lease lease, UpdateHandler handler) {
        requireNonNull(handler, "handler");
        return new PollingSession(this, requireNonNull(lease, "lease"), handler).start();
    }
}
