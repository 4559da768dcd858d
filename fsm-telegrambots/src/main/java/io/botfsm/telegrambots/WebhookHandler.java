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
 * What a bot's webhook does with a request, for any HTTP server that calls it on a thread that may block.
 *
 * <pre>{@code
 * WebhookHandler webhook = WebhookHandler.builder(token, secret)
 *         .isolation(EventIsolation.of(redis.leaseStore()))
 *         .build(fsm, handler);
 * WebhookResponse response = webhook.handle(request::getHeader, request.getInputStream());
 * }</pre>
 *
 * <ul>
 *   <li><b>An update is confirmed</b>, by 200, when its handler has returned. What is not confirmed Telegram delivers
 *       again, also to another instance, and {@link Fsm#handle} knows it by its id.
 *   <li><b>Order.</b> Updates of one conversation are handled one after another. With an isolation across processes so
 *       are those that different instances get; then what handlers write carries the fencing token of the
 *       conversation's lease, where the storage can fence.
 *   <li><b>Secret.</b> A request without the secret that was given to {@code setWebhook} is answered by 401, before its
 *       body is read.
 *   <li><b>Failures</b> of a conversation's own count, as they do with a {@link PollingSession}: after some attempts
 *       the update is a {@link DeadLetter}, and confirmed. Each instance counts for itself, and forgets when it ends. A
 *       failure of the storage or the isolation, and what {@link UpdateHandler#isOutage} declares, never count; a 429
 *       and a {@link SendDelayedException} do when they have lasted for 5 minutes, unless nothing was sent yet.
 *   <li><b>503</b> with {@code Retry-After} is the answer while the bot is not ready, stops, has no room, or meets what
 *       does not count; 400 to what is no update; 413 to what is too large; 500 after a failure that counts.
 * </ul>
 *
 * <p>A group that becomes a supergroup is not followed: move its conversations by {@link io.botfsm.catalog.ChatMove}.
 * Thread-safe.
 */
public final class WebhookHandler implements BotRunner.Bot, AutoCloseable {
    /** The header by which Telegram sends the secret. */
    public static final String SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token";

    private static final Logger LOG = LoggerFactory.getLogger(WebhookHandler.class.getPackageName());
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    /** How many updates that have failed are remembered. */
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

    /** By update. */
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
        /** When what its handler sends was first limited. */
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

    /** Stops by these steps instead. */
    void closeBy(ShutdownSequence steps) {
        closing.set(steps::run);
    }

    /**
     * Collects the settings of a webhook.
     *
     * @param secret what is given to {@code setWebhook} as {@code secret_token}
     * @throws IllegalArgumentException if it is not 1 to 256 letters, digits, {@code _} and {@code -}; the message does
     *     not quote it
     */
    public static Builder builder(BotToken token, String secret) {
        return new Builder(token, secret);
    }

    /**
     * Handles a request, whose method is POST. Blocks until the update is handled, and while updates of its
     * conversation before it are. What the header function, the body or {@link Builder#readyWhen} throws is answered by
     * 503.
     *
     * @param header finds a header by its name in any case, such as {@code request::getHeader}; null if there is none
     * @param body of the request; not closed
     */
    public WebhookResponse handle(Function<? super String, @Nullable String> header, InputStream body) {
        requireNonNull(header, "header");
        requireNonNull(body, "body");
        try {
            return checked(header, body);
        } catch (RuntimeException e) { // of the server's or the application's
            LOG.error("A request could not be taken, and is answered by 503", e);
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

    /** Takes as long for any text of the same length. */
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
                    "Update {} was not handled, and is redelivered: {}",
                    received.id(),
                    Text.oneLine(thrown.toString()));
            return WebhookResponse.unavailable(wait.orElse(SOON));
        }
        int times = change(received, failing -> ++failing.attempts);
        if (times >= attempts) {
            return givenUp(received, key, thrown);
        }
        LOG.warn(
                "The handler of update {} failed, attempt {} of {}; it is redelivered",
                received.id(),
                times,
                attempts,
                thrown);
        return wait.map(WebhookResponse::unavailable).orElse(WebhookResponse.FAILED);
    }

    /** A limit does not, unless it has lasted long although something was sent, or was to be, each time. */
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
                LOG.error("The receiver of dead letters failed; update {} is redelivered", received.id(), e);
                return WebhookResponse.FAILED;
            }
            LOG.error(
                    "The receiver of dead letters failed {} times; update {} is given up without it",
                    attempts,
                    received.id(),
                    e);
        }
        forget(received);
        return WebhookResponse.OK;
    }

    /** Answers 503 from now on. */
    @Override
    public void stopPolling() {
        stopped = true;
    }

    /**
     * Waits for requests that are being handled.
     *
     * @throws TimeoutException if one still is after that time
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
     * Stops in order: answers 503 from now on, waits up to 10 seconds for requests that are being handled, and closes
     * what {@link TelegramRunner#start} has opened for it. What fails is logged. Idempotent.
     */
    @Override
    public void close() {
        closing.getAndSet(() -> {}).run();
    }

    /** Collects the settings of a webhook. Not thread-safe. */
    public static final class Builder {
        /** How many requests are handled at once unless chosen otherwise, as many as Telegram makes at most. */
        public static final int DEFAULT_CONCURRENCY = 100;

        /** How many bytes a request may have unless chosen otherwise. */
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
        /** Whether somebody else does. */
        boolean firesTimeouts;

        private Builder(BotToken token, String secret) {
            this.token = requireNonNull(token, "token");
            this.secret = requireNonNull(secret, "secret");
            if (!SECRET.matcher(secret).matches()) {
                throw new IllegalArgumentException("a secret has 1 to 256 letters, digits, _ and -; this text of "
                        + secret.length() + " characters is none that setWebhook would take");
            }
            keys = UpdateKeys.of(token.botId(), FsmStrategy.USER_IN_CHAT)::key;
        }

        /** Whose conversation an update belongs to, {@link FsmStrategy#USER_IN_CHAT} by default. */
        public Builder strategy(FsmStrategy strategy) {
            keys = UpdateKeys.of(token.botId(), strategy)::key;
            return this;
        }

        /** What an update's conversation is; instead of {@link #strategy}. Empty for an update without one. */
        public Builder keys(Function<? super Update, Optional<StorageKey>> function) {
            keys = requireNonNull(function, "function");
            return this;
        }

        /**
         * Keeps updates of one conversation apart: {@link EventIsolation#of} a lease store where several instances get
         * requests. Its threads are not used, and it is not closed. Within this process by default.
         */
        public Builder isolation(EventIsolation shared) {
            isolation = Optional.of(requireNonNull(shared, "shared"));
            return this;
        }

        /**
         * How often a handler may fail for a reason of its own before its update is a {@link DeadLetter},
         * {@value PollingSession.Builder#DEFAULT_ATTEMPTS} times by default.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder attempts(int most) {
            attempts = positive("attempts", most);
            return this;
        }

        /**
         * How many requests are handled at once, {@value #DEFAULT_CONCURRENCY} by default; no more than the server has
         * threads. The others are answered by 503.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder concurrency(int most) {
            concurrency = positive("concurrency", most);
            return this;
        }

        /**
         * How many bytes a request may have, {@value #DEFAULT_MOST_BYTES} by default.
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

        /** Answers 503 unless this says yes, such as {@code lease::isHeld} under an instance lock. */
        public Builder readyWhen(BooleanSupplier condition) {
            ready = requireNonNull(condition, "condition");
            return this;
        }

        /**
         * A webhook that is ready.
         *
         * @param fsm the conversations
         * @param updates what to do with the updates
         */
        public WebhookHandler build(Fsm fsm, UpdateHandler updates) {
            requireNonNull(fsm, "fsm");
            requireNonNull(updates, "updates");
            if (!firesTimeouts && updates instanceof FlowUpdateHandler<?, ?> flow && flow.hasTimeouts()) {
                LOG.info("The flow has timeouts; they are fired by a TimeoutRunner only, not by the webhook");
            }
            return new WebhookHandler(this, fsm, updates);
        }
    }
}
