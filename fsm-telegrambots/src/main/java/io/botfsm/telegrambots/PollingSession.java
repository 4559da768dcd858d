package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import io.botfsm.Fsm;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lock.Lease;
import io.botfsm.monitoring.PollingStatus;
import io.botfsm.storage.FsmStrategy;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.UpdateInbox;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * Long polling for as long as a lease is held. An update is confirmed to Telegram when it, and each before it, has been
 * handled: one whose handler failed, or that this process took with it when it died, is redelivered.
 *
 * <pre>{@code
 * PollingSession.Builder polling = PollingSession.builder(BotToken.fromEnvironment());
 * int status = BotRunner.of(lock).run(lease -> polling.start(lease, fsm, handler));
 * }</pre>
 *
 * <ul>
 *   <li><b>Order.</b> Only the first update of each conversation is handed over to a thread; the next one follows when
 *       it is done, also if it has to be repeated. Updates of different conversations are handled in parallel.
 *   <li><b>The lease</b> is looked at before each {@code getUpdates}, when its answer has come, before each handler and
 *       before an offset is confirmed. When it is lost, a pending call is cancelled, and nothing begins any more. What
 *       handlers write carries its fencing token, a constant of the session: the storage refuses it once a later
 *       instance has written.
 *   <li><b>Failures.</b> A conversation whose handler fails waits alone, with growing pauses. What only one
 *       conversation meets counts as its own failure: after some attempts its update is a {@link DeadLetter}, and
 *       confirmed. While what all of them need is unavailable, no attempt counts.
 *   <li><b>Limits.</b> After a 429 of Telegram's to a handler that sends, no update of that chat is handled before the
 *       time that Telegram states is over, 5 minutes at most.
 *   <li><b>Groups that become supergroups</b> have another id: their conversations are moved to it, where the storage
 *       offers a {@link io.botfsm.storage.catalog.ConversationCatalog}. The updates by which Telegram reports it wait
 *       for those of both chats before them, and those behind them wait until all is moved.
 *   <li><b>Refusals.</b> 409 is logged, reported to {@link Builder#onConflict}, and retried; 429 waits as long as it
 *       says; no answer and 5xx are tried again; with 400, 401, 403 and 404 polling {@linkplain #ended ends}, with a
 *       {@link PollingRefusedException}.
 * </ul>
 *
 * <p>Never uses more than one connection, and calls no method but {@code getUpdates}. Thread-safe.
 */
public final class PollingSession implements BotRunner.Bot, PollingStatus {
    private static final Logger LOG = LoggerFactory.getLogger(PollingSession.class.getPackageName());

    private static final Duration NOT_HELD_PAUSE = Duration.ofMillis(100);

    /** A handler that has run for so long holds no thread that others need, if an inbox lets those others come. */
    private static final Duration HANGING = Duration.ofSeconds(10);

    private final LongSupplier nanos;
    private final Object botId;
    private final Lease lease;
    private final PendingUpdates updates;
    private final UpdateProcessor processor;
    private final UpdatePoller poller;
    private final Optional<InboxSync> inbox;
    private final HandlerThreads threads;
    private final Executor executor;
    private final Optional<EventIsolation> isolation;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread = new Thread(this::run, "botfsm-telegram-polling");

    private PollingSession(Builder settings, Lease lease, Fsm fsm, UpdateHandler handler) {
        this.nanos = settings.nanos;
        this.botId = settings.token.botId();
        this.lease = lease;
        this.updates = new PendingUpdates(
                settings.keys, settings.outageTimeout, settings.inbox.map(limits -> settings.inboxMaxAge));
        this.processor = new UpdateProcessor(settings, updates, lease, fsm, handler);
        this.poller = new UpdatePoller(settings, lease, updates);
        this.inbox = settings.inbox.map(
                limits -> new InboxSync(settings, Builder.inboxOf(fsm), limits, lease, updates, this::fail));
        this.threads = new HandlerThreads(settings.threads.orElseGet(Builder::defaultThreads));
        this.executor = settings.executor.orElse(threads);
        this.isolation = settings.isolation.or(() -> settings.handlerTimeout.map(this::interruptsAfter));
    }

    /** What interrupts handlers that run for too long, on the threads of this session. */
    private EventIsolation interruptsAfter(Duration handlerTimeout) {
        return EventIsolation.builder()
                .executor(executor)
                .handlerTimeout(handlerTimeout)
                .build();
    }

    /** Collects the settings of sessions. */
    public static Builder builder(BotToken token) {
        return new Builder(token);
    }

    private PollingSession start() {
        lease.onLost(reason -> {
            stop();
            LOG.info("The lease is lost: polling ends");
        });
        thread.start(); // last: if anything fails before, nothing polls
        return this;
    }

    private void run() {
        try {
            while (!updates.isClosed()) {
                step();
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void fail(Throwable failure) {
        try {
            stop();
        } finally { // what waits for the end must be notified
            ended.completeExceptionally(failure);
        }
    }

    /** What is to be done now; then waits until there is more. */
    private void step() {
        try {
            long changes = updates.changes();
            poller.takeAnswer();
            forgetInterrupt();
            if (!lease.isHeld()) {
                updates.awaitChange(changes, NOT_HELD_PAUSE.toNanos());
                return;
            }
            if (inbox.isPresent() && !inbox.get().isOpen()) {
                inbox.get().open();
                return;
            }
            long now = nanos.getAsLong();
            if (inbox.isPresent()) {
                threads.besides(updates.running(now, HANGING.toNanos()));
            }
            updates.takeDue(now).forEach(this::handOver);
            long untilPoll = poller.poll(now);
            updates.awaitChange(
                    changes, Math.min(untilPoll, updates.nextDue(now).orElse(Long.MAX_VALUE)));
        } catch (InterruptedException e) { // by the stop, if by anybody
            LOG.debug("Polling was interrupted", e);
        }
    }

    /** What the application's code has left set on this thread; the stop closes the updates before it interrupts. */
    private static void forgetInterrupt() {
        var unused = Thread.interrupted();
    }

    private void handOver(PendingUpdate update) {
        if (isolation.isPresent()) {
            handOver(update, isolation.get());
        } else {
            try {
                executor.execute(() -> processor.process(update));
            } catch (Throwable e) { // such as one for a thread that could not be started
                processor.rejected(update, e);
            }
        }
        forgetInterrupt();
    }

    private void handOver(PendingUpdate update, EventIsolation through) {
        try {
            var unused = through.submit(isolationKey(update), () -> {
                        processor.process(update);
                        return update;
                    })
                    .exceptionally(failure -> {
                        processor.notBegun(update, failure);
                        return update;
                    });
        } catch (Throwable e) { // an isolation of the application's
            processor.notBegun(update, e);
        }
    }

    /** What has no conversation waits for none. */
    private StorageKey isolationKey(PendingUpdate update) {
        return update.conversation() instanceof StorageKey key
                ? key
                : StorageKey.bot(botId).chat("update").user(update.id()).build();
    }

    private void stop() {
        updates.close();
        poller.cancel();
    }

    /**
     * Cancels a pending call. Handlers that have not begun never will; their updates are redelivered to the next
     * instance.
     */
    @Override
    public void stopPolling() throws InterruptedException {
        stop();
        thread.interrupt();
        thread.join();
    }

    /**
     * Waits for handlers that run, and confirms what is done while the lease is held.
     *
     * @throws TimeoutException if a handler still runs after that time, or the inbox is still being written
     */
    @Override
    public void drain(Duration limit) throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + limit.toNanos();
        updates.close();
        if (!updates.awaitQuiet(limit.toNanos())) {
            throw new TimeoutException("an update is still being handled");
        }
        if (inbox.isPresent() && !inbox.get().awaitEnd(end - System.nanoTime())) {
            throw new TimeoutException("the inbox is still being written");
        }
        poller.confirm();
    }

    /** Fails when polling has ended for a reason that will not pass; not when it was stopped, or the lease was lost. */
    @Override
    public CompletionStage<?> ended() {
        return ended.minimalCompletionStage();
    }

    @Override
    public boolean isPolling() {
        return !updates.isClosed();
    }

    @Override
    public boolean hasFailed() {
        return ended.isCompletedExceptionally();
    }

    @Override
    public Duration sinceLastPoll() {
        return poller.sinceLastAnswer();
    }

    @Override
    public int pending() {
        return updates.size();
    }

    @Override
    public Duration lag() {
        return updates.lag(nanos.getAsLong());
    }

    @Override
    public long conflicts() {
        return poller.conflicts();
    }

    @Override
    public long deadLetters() {
        return updates.deadLetters();
    }

    /** Collects the settings of polling sessions, and starts one for each lease. Not thread-safe. */
    public static final class Builder {
        /** How long Telegram waits for the first update unless chosen otherwise. */
        public static final Duration DEFAULT_LONG_POLL_TIMEOUT = Duration.ofSeconds(50);

        /** How often a handler may fail unless chosen otherwise. */
        public static final int DEFAULT_ATTEMPTS = 5;

        /** How long an update may wait in the inbox unless chosen otherwise. */
        public static final Duration DEFAULT_INBOX_MAX_AGE = Duration.ofDays(1);

        /** Storages remember for so long at least which updates were applied. */
        private static final Duration LONGEST_MAX_AGE = Duration.ofDays(2);

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

        static final URI TELEGRAM = URI.create("https://api.telegram.org");

        final BotToken token;
        URI server = TELEGRAM;
        Function<? super Update, Optional<StorageKey>> keys;
        Optional<Executor> executor = Optional.empty();
        Optional<Integer> threads = Optional.empty();
        Optional<Duration> handlerTimeout = Optional.empty();
        Optional<EventIsolation> isolation = Optional.empty();
        boolean fenced = true;
        boolean movesChats = true;
        Optional<InboxLimits> inbox = Optional.empty();
        Duration inboxMaxAge = DEFAULT_INBOX_MAX_AGE;
        List<String> allowedUpdates = ALL_UPDATES;
        Duration longPollTimeout = DEFAULT_LONG_POLL_TIMEOUT;
        int attempts = DEFAULT_ATTEMPTS;
        Consumer<? super PollingConflict> onConflict = conflict -> {};
        Consumer<? super PollingSession> onStart = session -> {};
        Backoff outageBackoff = backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
        Backoff failureBackoff = backoff(Duration.ofMillis(500), Duration.ofSeconds(30));
        Backoff pollBackoff = backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));
        Duration conflictGrace = Duration.ofSeconds(10);
        /** See {@link OutageEvidence}. */
        Duration outageTimeout = Duration.ofSeconds(5);

        LongSupplier nanos = System::nanoTime;

        private Builder(BotToken token) {
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
        public Builder server(URI address) {
            server = requireServer(address);
            return this;
        }

        /** @throws IllegalArgumentException if it is no address of an HTTP server */
        static URI requireServer(URI address) {
            requireNonNull(address, "address");
            if (!Set.of("http", "https").contains(String.valueOf(address.getScheme())) || address.getHost() == null) {
                throw new IllegalArgumentException("server must be http://… or https://…: " + address);
            }
            return address;
        }

        /** Whose conversation an update belongs to, {@link FsmStrategy#USER_IN_CHAT} by default. */
        public Builder strategy(FsmStrategy strategy) {
            keys = UpdateKeys.of(token.botId(), strategy)::key;
            return this;
        }

        /**
         * What an update's conversation is, such as {@link UpdateKeys#key} with settings of your choice; instead of
         * {@link #strategy}. It is called on the thread that polls, and on that of the {@linkplain #inbox() inbox} for
         * what waits there, so it does no I/O. An update for which it fails is a {@link DeadLetter} at once: the call
         * is never retried.
         *
         * @param function empty for an update without a conversation, see
         *     {@link UpdateHandler#handleWithoutConversation}
         */
        public Builder keys(Function<? super Update, Optional<StorageKey>> function) {
            keys = requireNonNull(function, "function");
            return this;
        }

        /**
         * What runs handlers, of different conversations in parallel. Not closed. An update that it refuses is handed
         * over again later. By default {@linkplain #threads threads} of the session's own.
         *
         * <p>With a thread for each task, such as {@code Executors.newVirtualThreadPerTaskExecutor()} where the JDK has
         * it, handlers that hang block only their own conversations, until one of them holds up the window of 100
         * updates. An executor that may run a task on the thread that calls it, such as one with a caller-runs policy,
         * runs that handler on the thread that polls: until it returns, nothing is polled and nothing else is handed
         * over, and a stop interrupts it.
         */
        public Builder executor(Executor forHandlers) {
            executor = Optional.of(requireNonNull(forHandlers, "forHandlers"));
            return this;
        }

        /**
         * How many threads of its own the session may have for handlers: daemons that end when they are idle. Four for
         * each processor by default, at least 16. As many handlers that hang stop all conversations; with 100 or more
         * threads the window of unconfirmed updates is full before that.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder threads(int most) {
            threads = Optional.of(positive("threads", most));
            return this;
        }

        private static int defaultThreads() {
            return Math.max(16, 4 * Runtime.getRuntime().availableProcessors());
        }

        /**
         * Interrupts a handler that runs longer than this, and logs a warning; never by default. The interrupt is a
         * failure as others are, if the handler ends by it; one that goes on all the same blocks its conversation, and
         * its thread, until it ends.
         *
         * @throws IllegalArgumentException if it is not positive or longer than a day
         */
        public Builder handlerTimeout(Duration timeout) {
            requireNonNull(EventIsolation.builder().handlerTimeout(timeout)); // refuses what it must not be
            handlerTimeout = Optional.of(timeout);
            return this;
        }

        /**
         * Runs handlers through an isolation, such as one that other instances or webhooks share, on its threads and
         * with its timeout. Not closed. None by default: the session itself handles a conversation's updates one after
         * another.
         */
        public Builder isolation(EventIsolation shared) {
            isolation = Optional.of(requireNonNull(shared, "shared"));
            return this;
        }

        /**
         * Lets handlers write without the lease's fencing token, for a storage that cannot fence, such as one in
         * aiogram's layout. An instance that has lost its lease without having noticed can overwrite what the next one
         * wrote.
         */
        public Builder unfenced() {
            fenced = false;
            return this;
        }

        /**
         * Leaves the conversations of a group that becomes a supergroup where they are, under its former id. By default
         * they are moved, which takes three scans of the whole storage. For as long the updates of both chats wait, and
         * those of all others once Telegram gives no more beyond them: that matters where the storage has very many
         * conversations, those of other bots included.
         */
        public Builder withoutChatMoves() {
            movesChats = false;
            return this;
        }

        /**
         * Keeps updates that take long in the storage's {@link UpdateInbox}, within {@link InboxLimits#defaults}.
         *
         * @see #inbox(InboxLimits)
         */
        public Builder inbox() {
            return inbox(InboxLimits.defaults());
        }

        /**
         * Keeps updates that take long in the storage's {@link UpdateInbox}, so that they hold up no others. Without an
         * inbox, the default, no update is confirmed to Telegram before it is handled, and Telegram gives at most 100
         * beyond the first that is not confirmed.
         *
         * <p>An update that is not done after a second is stored, counts as confirmed then, and goes on being handled
         * in the order of its conversation; after a crash from the inbox. While the limits leave no room or the storage
         * fails, updates stay with Telegram, as without an inbox. A dead letter is kept in the inbox too, with the
         * classes of its failure: {@link UpdateInbox#replay} lets the session handle it again. An update whose
         * {@linkplain #keys key} has another bot's id is kept without the key, so that erasing conversations does not
         * find it.
         */
        public Builder inbox(InboxLimits limits) {
            inbox = Optional.of(requireNonNull(limits, "limits"));
            return this;
        }

        /**
         * How long an update may wait in the inbox before it is a {@link DeadLetter}, {@link #DEFAULT_INBOX_MAX_AGE} by
         * default. One whose handler runs is not touched.
         *
         * @throws IllegalArgumentException if it is not positive, or is longer than 48 hours, after which a storage may
         *     have forgotten which updates it has applied
         */
        public Builder inboxMaxAge(Duration age) {
            requireNonNull(age, "age");
            if (age.isNegative() || age.isZero() || age.compareTo(LONGEST_MAX_AGE) > 0) {
                throw new IllegalArgumentException("inboxMaxAge must be positive and at most 48 hours: " + age);
            }
            inboxMaxAge = age;
            return this;
        }

        private static UpdateInbox inboxOf(Fsm fsm) {
            return fsm.storage()
                    .extension(UpdateInbox.class)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "inbox(…) needs a storage that offers an UpdateInbox, and this one does not: choose another"
                                    + " storage, or leave inbox(…) out"));
        }

        /**
         * Which kinds of updates to get, by Telegram's names, such as {@code callback_query}; all kinds by default. The
         * kinds are stated with each call, since Telegram would otherwise keep those that the last poller of this bot
         * asked for. Some kinds come only to an administrator of the chat, such as {@code chat_member} and
         * {@code message_reaction}.
         *
         * @param names an empty list means what it means to Telegram: all but {@code chat_member},
         *     {@code message_reaction} and {@code message_reaction_count}
         */
        public Builder allowedUpdates(List<String> names) {
            allowedUpdates = List.copyOf(requireNonNull(names, "names"));
            return this;
        }

        /**
         * How long Telegram waits for the first update, {@link #DEFAULT_LONG_POLL_TIMEOUT} by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 50 seconds
         */
        public Builder longPollTimeout(Duration timeout) {
            requireNonNull(timeout, "timeout");
            if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(DEFAULT_LONG_POLL_TIMEOUT) > 0) {
                throw new IllegalArgumentException("longPollTimeout must be 1 to 50 seconds: " + timeout);
            }
            longPollTimeout = timeout;
            return this;
        }

        /**
         * How often a handler may fail for a reason of its own before its update is a {@link DeadLetter},
         * {@value #DEFAULT_ATTEMPTS} times by default; see {@link UpdateHandler#onDeadLetter}.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder attempts(int most) {
            attempts = positive("attempts", most);
            return this;
        }

        private static int positive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(String.format(Locale.ROOT, "%s must be positive: %d", name, value));
            }
            return value;
        }

        /**
         * Is notified of each 409, on the thread that polls: until it returns, nothing is polled. What it throws is
         * logged, and polling goes on.
         */
        public Builder onConflict(Consumer<? super PollingConflict> listener) {
            onConflict = requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Is given each session before it begins to poll, on the thread that starts it, such as to measure it. If this
         * throws, the start does, and nothing is polled.
         */
        public Builder onStart(Consumer<? super PollingSession> listener) {
            onStart = requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Starts to poll for as long as the lease is held; once for each lease.
         *
         * @param fsm the conversations; fenced by the session, with the lease's token
         * @param handler what to do with the updates
         * @throws IllegalArgumentException if the storage cannot fence, see {@link #unfenced}, or offers no
         *     {@linkplain #inbox() inbox} where one is wanted, or settings contradict each other
         */
        public PollingSession start(Lease lease, Fsm fsm, UpdateHandler handler) {
            requireNonNull(lease, "lease");
            requireNonNull(fsm, "fsm");
            requireNonNull(handler, "handler");
            requireNoContradiction();
            Fsm ofThisLease = fenced ? fsm.fencedBy(lease.fencingToken()) : fsm;
            PollingSession session = new PollingSession(this, lease, ofThisLease, handler);
            onStart.accept(session);
            return session.start();
        }

        private void requireNoContradiction() {
            if (executor.isPresent() && isolation.isPresent()) {
                throw new IllegalArgumentException("executor(…) contradicts isolation(…), which has one of its own");
            }
            if (threads.isPresent() && (executor.isPresent() || isolation.isPresent())) {
                throw new IllegalArgumentException(
                        "threads(…) contradicts executor(…) and isolation(…), which have threads of their own");
            }
            if (handlerTimeout.isPresent() && isolation.isPresent()) {
                throw new IllegalArgumentException(
                        "handlerTimeout(…) contradicts isolation(…), which has one of its own");
            }
        }
    }
}
