package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import io.botfsm.FsmException;
import io.botfsm.FsmStrategy;
import io.botfsm.InterruptedCallException;
import io.botfsm.SpentTurnException;
import io.botfsm.StorageKey;
import io.botfsm.TransitionRefusedException;
import io.botfsm.UnknownStateException;
import io.botfsm.UnreadableDataException;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.Lease;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

    private static final Logger LOG = LoggerFactory.getLogger(PollingSession.class);
    private static final URI TELEGRAM = URI.create("https://api.telegram.org");
    private static final Duration LONGEST_LONG_POLL = Duration.ofSeconds(50);

    final BotToken token;
    URI server = TELEGRAM;
    Function<? super Update, Optional<StorageKey>> keys;
    Consumer<? super Update> others = update -> LOG.debug("Update {} belongs to no conversation", update.getUpdateId());
    Optional<EventIsolation> isolation = Optional.empty();
    Optional<List<String>> allowedUpdates = Optional.empty();
    Duration longPoll = DEFAULT_LONG_POLL;
    int attempts = DEFAULT_ATTEMPTS;
    Consumer<? super DeadLetter> deadLetters = letter -> LOG.error("Given up: {}", letter, letter.failure());
    Predicate<? super Throwable> outages = PollingSessionBuilder::isOutage;
    Consumer<? super PollingConflict> onConflict = conflict -> {};
    Backoff outageBackoff = backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
    Backoff failureBackoff = backoff(Duration.ofMillis(500), Duration.ofSeconds(30));
    Backoff pollBackoff = backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));
    Duration conflictGrace = Duration.ofSeconds(10);
    LongSupplier nanos = System::nanoTime;

    PollingSessionBuilder(BotToken token) {
        this.token = requireNonNull(token, "token");
        this.keys = UpdateKeys.of(token.botId(), FsmStrategy.USER_IN_CHAT)::key;
    }

    private static Backoff backoff(Duration first, Duration longest) {
        return new Backoff(first, longest, () -> ThreadLocalRandom.current().nextLong());
    }

    /** Any error of the library's that a storage or an isolation may get over. */
    private static boolean isOutage(Throwable failure) {
        return failure instanceof InterruptedException
                || failure instanceof InterruptedCallException
                || (failure instanceof FsmException
                        && !(failure instanceof UnknownStateException)
                        && !(failure instanceof UnreadableDataException)
                        && !(failure instanceof TransitionRefusedException)
                        && !(failure instanceof SpentTurnException));
    }

    /**
     * Another server than Telegram's own, such as a local Bot API server.
     *
     * @param address without the bot's part: {@code http://localhost:8081}
     * @throws IllegalArgumentException if it is no address of an HTTP server
     */
    public PollingSessionBuilder server(URI address) {
        if (!List.of("http", "https").contains(address.getScheme()) || address.getHost() == null) {
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

    /** What is done with updates that belong to no conversation; in no order. Nothing by default. */
    public PollingSessionBuilder others(Consumer<? super Update> handler) {
        others = requireNonNull(handler, "handler");
        return this;
    }

    /** What isolates handlers. Not closed. By default one for each session, within this process. */
    public PollingSessionBuilder isolation(EventIsolation shared) {
        isolation = Optional.of(shared);
        return this;
    }

    /**
     * Which kinds of updates to get, by Telegram's names, such as {@code chat_member}. By default those that the last poller
     * wanted; at first all but {@code chat_member}, {@code message_reaction} and {@code message_reaction_count}.
     */
    public PollingSessionBuilder allowedUpdates(List<String> names) {
        allowedUpdates = Optional.of(List.copyOf(names));
        return this;
    }

    /**
     * How long Telegram waits for the first update, {@link #DEFAULT_LONG_POLL} by default.
     *
     * @throws IllegalArgumentException if it is not 1 to 50 seconds
     */
    public PollingSessionBuilder longPoll(Duration wait) {
        if (wait.compareTo(Duration.ofSeconds(1)) < 0 || wait.compareTo(LONGEST_LONG_POLL) > 0) {
            throw new IllegalArgumentException("longPoll must be 1 to 50 seconds: " + wait);
        }
        longPoll = wait;
        return this;
    }

    /**
     * What becomes of an update whose handler fails again and again for a reason that is no {@linkplain #outages outage}: it is
     * handed over, and confirmed. If the receiver throws, it is handed over again later. By default it is logged as an error
     * after {@value #DEFAULT_ATTEMPTS} attempts. An update that TelegramBots cannot read is handed over at once.
     *
     * @param most how often it may fail
     * @param receiver keeps it, or tells somebody
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
     * Which failures of a handler mean that something it needs is away: until that is back no update is handled, and none given
     * up. In addition to those of the storage and the isolation.
     */
    public PollingSessionBuilder outages(Predicate<? super Throwable> test) {
        requireNonNull(test, "test");
        outages = failure -> isOutage(failure) || test.test(failure);
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
