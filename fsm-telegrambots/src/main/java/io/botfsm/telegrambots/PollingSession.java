package io.botfsm.telegrambots;

import io.botfsm.isolation.EventIsolation;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lock.Lease;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Long polling for as long as a lease is held. An update is confirmed to Telegram when it, and each before it, has been handled:
 * one whose handler failed, or that this process took with it when it died, is redelivered.
 *
 * <pre>{@code
 * PollingSessionBuilder polling = PollingSession.builder(BotToken.fromEnvironment());
 * int status = BotRunner.of(lock).run(lease -> polling.start(lease, handler(lease)));
 * }</pre>
 *
 * <ul>
 *   <li><b>Order.</b> Handlers run through an {@link EventIsolation}: of one conversation one after another in the order of
 *       their updates, even if one has to be repeated; of different ones in parallel.
 *   <li><b>The lease</b> is looked at before each {@code getUpdates}, when its answer has come, before each handler and before
 *       an offset is confirmed. When it is lost, a pending call is cancelled, and nothing begins any more.
 *   <li><b>Failures.</b> A conversation whose handler fails waits alone, with growing pauses. What only one conversation meets
 *       counts as its own failure: after some attempts its update is a {@link DeadLetter}, and confirmed. While what all of them
 *       need is unavailable, no attempt counts.
 *   <li><b>Limits.</b> After a 429 of Telegram's to a handler that sends, no update of that chat is handled before the time
 *       that Telegram states is over, 5 minutes at most.
 *   <li><b>Telegram's no.</b> 409 is logged, reported to onConflict, and retried; 429 waits as long as it says; no answer and 5xx are tried
 *       again; with 400, 401, 403 and 404 polling {@linkplain #ended ends}, with a {@link PollingRefusedException}.
 * </ul>
 *
 * <p>Never uses more than one connection, and calls no method but {@code getUpdates}. Thread-safe.
 */
public final class PollingSession implements BotRunner.Bot {
    private static final Logger LOG = LoggerFactory.getLogger(PollingSession.class);

    private static final Duration NOT_HELD_PAUSE = Duration.ofMillis(100);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
    /** Telegram gives one update only to who asks for the same offset again within half a second. */
    private static final Duration SAME_OFFSET_PAUSE = Duration.ofMillis(600);

    /** What was sent so long ago has arrived. */
    private static final Duration ARRIVAL = Duration.ofMillis(500);

    private final BotApi api;
    private final Duration longPoll;
    private final List<String> allowedUpdates;
    private final Backoff backoff;
    private final Consumer<? super PollingConflict> onConflict;
    private final LongSupplier nanos;
    private final Object botId;
    private final Lease lease;
    private final Window window;
    private final Handling handling;
    private final Conflicts conflicts;
    private final EventIsolation isolation;
    private final boolean ownIsolation;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread = new Thread(this::run, "botfsm-telegram-polling");
    private volatile BotApi.@Nullable Call pending;

    // Of the poller's thread, and of the one that drains when that has ended.
    private OptionalLong asked = OptionalLong.empty();
    private long askedAt;
    private OptionalLong confirmed = OptionalLong.empty();
    private int failures;
    private long nextPoll;
    private long nextPollFurtherOn;
    /** Whether the server gave nothing when it could have waited; should it not wait, neither may we hurry. */
    private boolean nothingCame;

    PollingSession(PollingSessionBuilder settings, Lease lease, UpdateHandler handler) {
        this.api = new BotApi(settings.server, settings.token);
        this.longPoll = settings.longPoll;
        this.allowedUpdates = settings.allowedUpdates;
        this.backoff = settings.pollBackoff;
        this.onConflict = settings.onConflict;
        this.nanos = settings.nanos;
        this.botId = settings.token.botId();
        this.lease = lease;
        this.window = new Window(update -> Placement.of(update, settings.keys), settings.outagePatience);
        this.handling = new Handling(settings, window, lease, handler);
        this.conflicts = new Conflicts(nanos.getAsLong(), settings.longPoll.plus(settings.conflictGrace));
        this.ownIsolation = settings.isolation.isEmpty();
        this.isolation = settings.isolation.orElseGet(EventIsolation::inProcess);
        this.nextPoll = nanos.getAsLong();
        this.nextPollFurtherOn = nextPoll;
    }

    /** Collects the settings of sessions. */
    public static PollingSessionBuilder builder(BotToken token) {
        return new PollingSessionBuilder(token);
    }

    PollingSession start() {
        thread.start();
        lease.onLost(reason -> {
            LOG.info("The lease is lost: polling ends");
            stop();
        });
        return this;
    }

    private void run() {
        try {
            while (!window.isClosed()) {
                step();
            }
        } catch (InterruptedException e) {
            LOG.debug("Polling was interrupted", e);
        } catch (Throwable e) { // whoever waits for the end must hear of it
            window.close();
            ended.completeExceptionally(e);
        }
    }

    private void step() throws InterruptedException {
        long changes = window.changes();
        if (!lease.isHeld()) {
            window.awaitChange(changes, NOT_HELD_PAUSE.toNanos());
            return;
        }
        long now = nanos.getAsLong();
        window.due(now).forEach(this::submit);
        long untilPoll = (isFurtherOn() ? nextPollFurtherOn : nextPoll) - now;
        if (untilPoll <= 0) {
            poll(window.isIdle());
        } else {
            window.awaitChange(changes, Math.min(untilPoll, window.nextDue(now).orElse(Long.MAX_VALUE)));
        }
    }

    private boolean isFurtherOn() {
        return failures == 0
                && !nothingCame
                && (window.isIdle() || !window.offset().equals(asked));
    }

    // Handling.

    private void submit(Entry entry) {
        try {
            var unused = isolation
                    .submit(isolationKey(entry), () -> {
                        handling.handle(entry);
                        return entry;
                    })
                    .exceptionally(failure -> {
                        handling.failed(entry, failure);
                        return entry;
                    });
        } catch (RuntimeException e) { // an isolation of the application's
            handling.failed(entry, e);
        }
    }

    /** What has no conversation waits for none. */
    private StorageKey isolationKey(Entry entry) {
        return entry.key()
                .orElseGet(() ->
                        StorageKey.bot(botId).chat("update").user(entry.id()).build());
    }

    // Polling.

    private void poll(boolean idle) throws InterruptedException {
        OptionalLong offset = window.offset();
        // With updates that are not confirmed there is an answer at once; should there be none, no more than that.
        Answer answer = pending(ask(offset, Window.LIMIT, idle ? longPoll : Duration.ZERO));
        if (window.isClosed() || !lease.isHeld()) {
            return; // what has arrived is redelivered to the instance that is active then
        }
        if (answer instanceof Answer.Updates updates) {
            nothingCame = idle && updates.updates().isEmpty();
            took(offset, updates.updates());
            nextPoll = askedAt + SAME_OFFSET_PAUSE.toNanos();
            nextPollFurtherOn = askedAt + SHORTEST_PAUSE.toNanos();
        } else if (answer instanceof Answer.Refused refused) {
            pause(refused(refused));
        } else if (answer instanceof Answer.Broken broken) {
            failures++;
            Duration pause = backoff.after(failures);
            LOG.warn("No updates, trying again in {} ms: {}", pause.toMillis(), broken.why());
            pause(pause);
        }
    }

    private BotApi.Call ask(OptionalLong offset, int limit, Duration wait) {
        asked = offset;
        askedAt = nanos.getAsLong();
        return api.getUpdates(offset, limit, wait, allowedUpdates);
    }

    private Answer pending(BotApi.Call call) throws InterruptedException {
        pending = call;
        if (window.isClosed()) {
            call.cancel();
        }
        try {
            return call.await();
        } finally {
            pending = null;
        }
    }

    private void took(OptionalLong offset, List<Received> updates) {
        if (failures > 0) {
            LOG.info("Telegram gives updates again");
        }
        failures = 0;
        conflicts.over();
        confirmed = offset;
        window.admit(offset, updates, nanos.getAsLong());
    }

    private Duration refused(Answer.Refused refusal) {
        failures++;
        Duration pause = backoff.after(failures);
        switch (refusal.code()) {
            case 409 -> {
                PollingConflict conflict = conflicts.next(refusal.description(), nanos.getAsLong());
                tell(conflict, pause);
            }
            case 400, 401, 403, 404 -> throw new PollingRefusedException(refusal.code(), refusal.description());
            default -> {
                pause = refusal.retryAfter().orElse(pause);
                LOG.warn(
                        "Telegram refuses updates: {} {}; trying again in {} ms",
                        refusal.code(),
                        refusal.description(),
                        pause.toMillis());
            }
        }
        return pause;
    }

    private void tell(PollingConflict conflict, Duration pause) {
        String again = String.format(
                Locale.ROOT, "; trying again in %d ms. Telegram says: %s", pause.toMillis(), conflict.description());
        switch (conflict.kind()) {
            case FORMER_INSTANCE ->
                LOG.info("409: another call of getUpdates is open, maybe of an instance that has just died{}", again);
            case OTHER_POLLER ->
                LOG.error(
                        "409: ANOTHER PROGRAM POLLS WITH THIS BOT'S TOKEN, and is not under this lock. It takes updates away."
                                + " Stop it, or have BotFather revoke the token{}",
                        again);
            case WEBHOOK ->
                LOG.error("409: the bot has a webhook, so nobody can poll. deleteWebhook ends that{}", again);
        }
        try {
            onConflict.accept(conflict);
        } catch (RuntimeException e) {
            LOG.error("The listener for conflicts failed", e);
        }
    }

    private void pause(Duration pause) {
        nextPoll = nanos.getAsLong() + pause.toNanos();
    }

    // Stopping.

    private void stop() {
        window.close();
        BotApi.Call call = pending;
        if (call != null) {
            call.cancel();
        }
    }

    /** Cancels a pending call. Handlers that have not begun never will; their updates come again to the next instance. */
    @Override
    public void stopPolling() throws InterruptedException {
        stop();
        thread.interrupt();
        thread.join();
    }

    /**
     * Waits for handlers that run, and confirms what is done while the lease is held.
     *
     * @throws TimeoutException if a handler still runs after that time
     */
    @Override
    public void drain(Duration limit) throws InterruptedException, TimeoutException {
        window.close();
        boolean quiet = window.awaitQuiet(limit.toNanos());
        if (ownIsolation) {
            isolation.close();
        }
        if (!quiet) {
            throw new TimeoutException("an update is still being handled");
        }
        confirm();
    }

    private void confirm() throws InterruptedException {
        OptionalLong offset = window.offset();
        if (offset.isEmpty() || offset.equals(confirmed) || !lease.isHeld()) {
            return;
        }
        if (offset.equals(asked)) {
            confirmAgain(offset);
        } else if (!(ask(offset, 1, Duration.ZERO).await() instanceof Answer.Updates)) {
            LOG.warn("Updates that were handled are not confirmed, and come again");
        }
    }

    /**
     * What the cancelled call has asked for is confirmed as soon as it has reached Telegram. Telegram makes those wait for
     * seconds who ask the same again at once, so nobody waits for the answer.
     */
    private void confirmAgain(OptionalLong offset) throws InterruptedException {
        if (nanos.getAsLong() - askedAt < ARRIVAL.toNanos()) {
            var unused = ask(offset, 1, Duration.ZERO).await(ARRIVAL);
        }
    }

    /** Fails when polling has ended for a reason that will not pass; not when it was stopped, or the lease was lost. */
    @Override
    public CompletionStage<?> ended() {
        return ended.minimalCompletionStage();
    }
}
