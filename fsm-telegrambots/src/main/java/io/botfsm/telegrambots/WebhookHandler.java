package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.botfsm.Fsm;
import io.botfsm.internal.text.Text;
import io.botfsm.isolation.ConversationLease;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lifecycle.ShutdownSequence;
import io.botfsm.storage.FsmStrategy;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * Handles the requests to a bot's webhook, for any HTTP server that calls it on a thread that may block.
 *
 * <pre>{@code
 * WebhookHandler webhook = WebhookHandler.builder(token, secret)
 *         .isolation(EventIsolation.of(redis.leaseStore()))
 *         .build(fsm, handler);
 * WebhookResponse response = webhook.handle(request::getHeader, request.getInputStream());
 * }</pre>
 *
 * <ul>
 *   <li><b>An update is confirmed</b> with 200 when its handler has returned. Telegram redelivers an update that is not
 *       confirmed, possibly to another instance, and {@link Fsm#handle} recognizes it by its id.
 *   <li><b>Order.</b> Updates of one conversation are handled one after another. With an isolation across processes,
 *       this also applies to updates that different instances receive; writes of handlers then carry the fencing token
 *       of the conversation's lease, if the storage supports fencing.
 *   <li><b>Secret.</b> A request without the secret that was passed to {@code setWebhook} is answered with 401, before
 *       its body is read.
 *   <li><b>Failures</b> that a conversation causes itself count as attempts, as in a {@link PollingSession}: after some
 *       attempts the update becomes a {@link DeadLetter} and is confirmed. Each instance counts separately, and forgets
 *       its counts when it ends. Failures of the storage or the isolation, and those for which
 *       {@link UpdateHandler#isOutage} returns true, never count. A 429 and a {@link SendDelayedException} count when
 *       they have lasted for 5 minutes; a delay that {@link TelegramSender#awaitReady} reports before the turn never
 *       does.
 *   <li><b>Other responses.</b> 503 with {@code Retry-After} while the bot is not ready, is stopping or has no room,
 *       and after a failure that does not count; 400 if the request is not an update; 413 if it is too large; 500 after
 *       a failure that counts, except a 429 or a {@link SendDelayedException}, which get 503 with {@code Retry-After}.
 * </ul>
 *
 * <p>If a group becomes a supergroup, its conversations are not moved: use {@link io.botfsm.catalog.ChatMove}.
 * Thread-safe.
 */
public final class WebhookHandler implements BotRunner.Bot, AutoCloseable {
    /** The header in which Telegram sends the secret. */
    public static final String SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token";

    private static final Logger LOG = LoggerFactory.getLogger(WebhookHandler.class.getPackageName());
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    /** The maximum number of failed updates that are remembered. */
    private static final int MOST_FAILING = 10_000;

    private final byte[] secret;
    private final Function<? super Update, Optional<StorageKey>> keys;
    private final EventIsolation isolation;
    private final int attempts;
    private final int mostBytes;
    private final int concurrency;
    private final Semaphore permits;
    private final BooleanSupplier ready;
    private final Fsm fsm;
    private final boolean fences;
    private final UpdateHandler handler;
    private volatile boolean stopped;
    private final AtomicReference<Runnable> closing = new AtomicReference<>(() -> {});

    private final LongSupplier nanos;

    /** The failed updates by update id. */
    private final Map<Long, FailingUpdate> failures = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, FailingUpdate> eldest) {
            return size() > MOST_FAILING;
        }
    };

    /** An update that has failed. */
    private static final class FailingUpdate {
        int attempts;
        int receiverFailures;
        /** When sending in its handler was first limited. */
        OptionalLong limitedSince = OptionalLong.empty();

        boolean isLimitedFor(Duration time, long now) {
            limitedSince = OptionalLong.of(limitedSince.orElse(now));
            return now - limitedSince.getAsLong() >= time.toNanos();
        }
    }

    private WebhookHandler(Builder settings, Fsm fsm, UpdateHandler handler) {
        this.secret = settings.secret.getBytes(StandardCharsets.UTF_8);
        this.keys = settings.keys;
        this.isolation = settings.isolation.orElseGet(EventIsolation::inProcess);
        this.attempts = settings.attempts;
        this.mostBytes = settings.mostBytes;
        this.concurrency = settings.concurrency;
        this.permits = new Semaphore(concurrency);
        this.ready = settings.ready;
        this.nanos = settings.nanos;
        this.fsm = fsm;
        this.fences = fsm.storage().capabilities().contains(Capability.FENCING);
        this.handler = handler;
        closeBy(ShutdownSequence.builder()
                .step("stop requests", CLOSE_TIMEOUT, this::stopPolling)
                .step("drain", CLOSE_TIMEOUT, () -> drain(CLOSE_TIMEOUT))
                .build());
    }

    /** Sets other steps for the shutdown. */
    void closeBy(ShutdownSequence steps) {
        closing.set(steps::run);
    }

    /**
     * Returns a builder for a webhook.
     *
     * @param secret the {@code secret_token} that was passed to {@code setWebhook}
     * @throws IllegalArgumentException if it is not 1 to 256 letters, digits, {@code _} and {@code -}; the message does
     *     not quote it
     */
    public static Builder builder(BotToken token, String secret) {
        return new Builder(token, secret);
    }

    /**
     * Handles a POST request. Blocks until the update, and earlier updates of its conversation, are handled. If the
     * header function, the body or {@link Builder#readyWhen} throws a {@code RuntimeException}, the response is 503; if
     * reading the body fails with an {@code IOException}, it is 400.
     *
     * @param header returns a header by its case-insensitive name, such as {@code request::getHeader}; null if there is
     *     none
     * @param body the body of the request; not closed
     */
    public WebhookResponse handle(Function<? super String, @Nullable String> header, InputStream body) {
        requireNonNull(header, "header");
        requireNonNull(body, "body");
        try {
            return checked(header, body);
        } catch (RuntimeException e) { // thrown by the server or the application
            LOG.error("A request could not be processed and is answered with 503", e);
            return WebhookResponse.unavailable(SOON);
        }
    }

    private WebhookResponse checked(Function<? super String, @Nullable String> header, InputStream body) {
        if (!isSecret(header.apply(SECRET_HEADER))) {
            return WebhookResponse.UNAUTHORIZED;
        }
        if (!permits.tryAcquire()) {
            return WebhookResponse.unavailable(SOON);
        }
        try {
            return stopped || !ready.getAsBoolean() ? WebhookResponse.unavailable(SOON) : received(body);
        } finally {
            permits.release();
        }
    }

    /** Compares in constant time for texts of the same length. */
    private boolean isSecret(@Nullable String text) {
        return text != null && MessageDigest.isEqual(secret, text.getBytes(StandardCharsets.UTF_8));
    }

    private WebhookResponse received(InputStream body) {
        try {
            byte[] bytes = body.readNBytes(mostBytes + 1);
            if (bytes.length > mostBytes) {
                return WebhookResponse.TOO_LARGE;
            }
            JsonNode json = JSON.readTree(bytes);
            return json.path("update_id").isIntegralNumber()
                    ? updated(ReceivedUpdate.of(json))
                    : WebhookResponse.BAD_REQUEST;
        } catch (IOException e) { // no JSON, or a connection that broke
            return WebhookResponse.BAD_REQUEST;
        }
    }

    private WebhookResponse updated(ReceivedUpdate received) {
        Optional<StorageKey> key = Optional.empty();
        if (received.update().isEmpty()) {
            return givenUp(received, key, received.unreadable().orElseThrow());
        }
        Update update = received.update().get();
        try {
            key = requireNonNull(keys.apply(update), "the key function returned null");
        } catch (Throwable e) { // which would fail again
            return givenUp(received, key, e);
        }
        try {
            if (key.isPresent()) {
                StorageKey of = key.get();
                var unused = isolation.call(of, lease -> {
                    handler.handle(fenced(lease), of, update);
                    return update;
                });
            } else {
                handler.handleWithoutConversation(update);
            }
        } catch (Throwable e) { // of whatever kind: only an update that is done may be confirmed
            return failed(received, key, e);
        }
        forget(received);
        return WebhookResponse.OK;
    }

    private Fsm fenced(ConversationLease lease) {
        OptionalLong token = lease.fencingToken();
        return fences && token.isPresent() ? fsm.fencedBy(token.getAsLong()) : fsm;
    }

    private WebhookResponse failed(ReceivedUpdate received, Optional<StorageKey> key, Throwable thrown) {
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        HandlerFailure failure = HandlerFailure.of(thrown);
        Optional<Duration> wait = failure.retryAfter();
        if (!counts(received, failure)) {
            LOG.warn(
                    "Update {} was not handled and will be redelivered: {}",
                    received.id(),
                    Text.oneLine(thrown.toString()));
            return WebhookResponse.unavailable(wait.orElse(SOON));
        }
        int times = change(received, failing -> ++failing.attempts);
        if (times >= attempts) {
            return givenUp(received, key, thrown);
        }
        LOG.warn(
                "The handler of update {} failed, attempt {} of {}; the update will be redelivered",
                received.id(),
                times,
                attempts,
                thrown);
        return wait.map(WebhookResponse::unavailable).orElse(WebhookResponse.FAILED);
    }

    /** Whether a failure counts. A limit counts only if it has lasted long although a turn was attempted each time. */
    private boolean counts(ReceivedUpdate received, HandlerFailure failure) {
        if (failure.retryAfter().isEmpty()) {
            return failure.isOwn(handler::isOutage);
        }
        return !failure.isBeforeTurn()
                && change(received, failing -> failing.isLimitedFor(RetryAfter.LONGEST, nanos.getAsLong()));
    }

    private <T> T change(ReceivedUpdate received, Function<? super FailingUpdate, T> change) {
        synchronized (failures) {
            return change.apply(failures.computeIfAbsent(received.id(), first -> new FailingUpdate()));
        }
    }

    private void forget(ReceivedUpdate update) {
        synchronized (failures) {
            failures.remove(update.id());
        }
    }

    private WebhookResponse givenUp(ReceivedUpdate received, Optional<StorageKey> key, Throwable failure) {
        try {
            handler.onDeadLetter(new DeadLetter(
                    received.id(), received.update(), key, received.json().toString(), failure));
        } catch (Throwable e) {
            if (change(received, failing -> ++failing.receiverFailures) < attempts) {
                LOG.error("onDeadLetter(…) failed; update {} will be redelivered", received.id(), e);
                return WebhookResponse.FAILED;
            }
            LOG.error(
                    "onDeadLetter(…) failed {} times; update {} is given up and confirmed", attempts, received.id(), e);
        }
        forget(received);
        return WebhookResponse.OK;
    }

    /** Answers all further requests with 503. */
    @Override
    public void stopPolling() {
        stopped = true;
    }

    /**
     * Waits for requests that are being handled.
     *
     * @throws TimeoutException if one is still being handled after that time
     */
    @Override
    public void drain(Duration limit) throws InterruptedException, TimeoutException {
        stopped = true;
        if (!permits.tryAcquire(concurrency, limit.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new TimeoutException("an update is still being handled");
        }
        permits.release(concurrency);
    }

    /**
     * Shuts down in order: answers further requests with 503, waits up to 10 seconds for requests that are being
     * handled, and closes what {@link TelegramRunner#start} has opened for it. Failures are logged. Idempotent.
     */
    @Override
    public void close() {
        closing.getAndSet(() -> {}).run();
    }

    /** Collects the settings of a webhook. Not thread-safe. */
    public static final class Builder {
        /** The default maximum number of concurrent requests, which is also the maximum that Telegram makes. */
        public static final int DEFAULT_CONCURRENCY = 100;

        /** The default maximum size of a request in bytes. */
        public static final int DEFAULT_MOST_BYTES = 1 << 20;

        private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{1,256}");

        private final BotToken token;
        private final String secret;
        private Function<? super Update, Optional<StorageKey>> keys;
        private Optional<EventIsolation> isolation = Optional.empty();
        private int attempts = PollingSession.Builder.DEFAULT_ATTEMPTS;
        private int concurrency = DEFAULT_CONCURRENCY;
        private int mostBytes = DEFAULT_MOST_BYTES;
        private BooleanSupplier ready = () -> true;
        LongSupplier nanos = System::nanoTime;
        /** Whether a TimeoutRunner fires the timeouts of the flow. */
        boolean firesTimeouts;

        private Builder(BotToken token, String secret) {
            this.token = requireNonNull(token, "token");
            this.secret = requireNonNull(secret, "secret");
            if (!SECRET.matcher(secret).matches()) {
                throw new IllegalArgumentException("a secret must be 1 to 256 letters, digits, _ and -; this text of "
                        + secret.length() + " characters is not one that setWebhook accepts");
            }
            keys = UpdateKeys.of(token.botId(), FsmStrategy.USER_IN_CHAT)::key;
        }

        /** Sets which conversation an update belongs to. The default is {@link FsmStrategy#USER_IN_CHAT}. */
        public Builder strategy(FsmStrategy strategy) {
            keys = UpdateKeys.of(token.botId(), strategy)::key;
            return this;
        }

        /** Sets a function that returns the conversation key of an update, if any; in place of {@link #strategy}. */
        public Builder keys(Function<? super Update, Optional<StorageKey>> function) {
            keys = requireNonNull(function, "function");
            return this;
        }

        /**
         * Sets the isolation that handles the updates of one conversation one after another; if several instances
         * receive requests, use {@link EventIsolation#of} with a lease store. Its threads are not used, and it is not
         * closed. The default is an isolation within this process.
         */
        public Builder isolation(EventIsolation shared) {
            isolation = Optional.of(requireNonNull(shared, "shared"));
            return this;
        }

        /**
         * Sets how often a handler may fail for a reason of its own before its update becomes a {@link DeadLetter}. The
         * default is {@value PollingSession.Builder#DEFAULT_ATTEMPTS}.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder attempts(int most) {
            attempts = positive("attempts", most);
            return this;
        }

        /**
         * Sets the maximum number of concurrent requests, which should not exceed the number of the server's threads.
         * Further requests are answered with 503. The default is {@value #DEFAULT_CONCURRENCY}.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder concurrency(int most) {
            concurrency = positive("concurrency", most);
            return this;
        }

        /**
         * Sets the maximum size of a request in bytes. The default is {@value #DEFAULT_MOST_BYTES}.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder mostBytes(int most) {
            mostBytes = positive("mostBytes", most) == Integer.MAX_VALUE ? most - 1 : most;
            return this;
        }

        private static int positive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(String.format(Locale.ROOT, "%s must be positive: %d", name, value));
            }
            return value;
        }

        /** Answers with 503 while this returns false; for example {@code lease::isHeld} under an instance lock. */
        public Builder readyWhen(BooleanSupplier condition) {
            ready = requireNonNull(condition, "condition");
            return this;
        }

        /**
         * Builds the webhook.
         *
         * @param fsm the conversations
         * @param updates handles the updates
         */
        public WebhookHandler build(Fsm fsm, UpdateHandler updates) {
            requireNonNull(fsm, "fsm");
            requireNonNull(updates, "updates");
            if (!firesTimeouts && updates instanceof FlowUpdateHandler<?, ?> flow && flow.hasTimeouts()) {
                LOG.info("The flow has timeouts, which the webhook does not fire: run a TimeoutRunner");
            }
            return new WebhookHandler(this, fsm, updates);
        }
    }
}
