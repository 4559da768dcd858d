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
 * Polls Telegram for updates (long polling) as long as a lease is held. An update is confirmed to Telegram when it and
 * all updates before it have been handled: an update whose handler failed, or that was lost with this process, is
 * redelivered.
 *
 * <pre>{@code
 * PollingSession.Builder polling = PollingSession.builder(BotToken.fromEnvironment());
 * int status = BotRunner.of(lock).run(lease -> polling.start(lease, fsm, handler));
 * }</pre>
 *
 * <ul>
 *   <li><b>Order.</b> Only the first update of each conversation is passed to a thread; the next one follows only when
 *       the first is done, including its retries. Updates of different conversations are handled in parallel.
 *   <li><b>The lease</b> is checked before each {@code getUpdates}, after its response was received, before each
 *       handler and before an offset is confirmed. When it is lost, a pending call is cancelled, and no more handlers
 *       are started. Writes of handlers carry its fencing token, which is constant for the session: the storage refuses
 *       them once a later instance has written.
 *   <li><b>Failures.</b> If a handler fails, its conversation waits, with growing pauses; other conversations are not
 *       affected. A failure that affects only one conversation counts as its own: after some attempts its update
 *       becomes a {@link DeadLetter} and is confirmed. While something that all conversations need is unavailable,
 *       attempts do not count.
 *   <li><b>Limits.</b> After Telegram has responded with 429 to a message of a handler, no update of that chat is
 *       handled for the time that Telegram states, at most 5 minutes.
 *   <li><b>Groups that become supergroups</b> get a new id: their conversations are moved to it, if the storage offers
 *       a {@link io.botfsm.storage.catalog.ConversationCatalog}. The updates that report this wait for the earlier
 *       updates of both chats, and later updates of both chats wait until all conversations are moved.
 *   <li><b>Refusals.</b> After 409, the conflict is logged, reported to {@link Builder#onConflict}, and polling is
 *       retried. After 429, polling waits as long as Telegram states, at least 1 second and at most 5 minutes. Without
 *       a response and after 5xx, polling is retried. After 400, 401, 403 and 404, polling {@linkplain #ended ends}
 *       with a {@link PollingRefusedException}.
 * </ul>
 *
 * <p>A session uses at most one connection, and calls no method other than {@code getUpdates}. Thread-safe.
 */
public final class PollingSession implements BotRunner.Bot, PollingStatus {
    private static final Logger LOG = LoggerFactory.getLogger(PollingSession.class.getPackageName());

    private static final Duration NOT_HELD_PAUSE = Duration.ofMillis(100);

    /** With an inbox, a handler that has run this long no longer counts against the threads that others need. */
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

    /** Returns an isolation that interrupts handlers that run too long, on the threads of this session. */
    private EventIsolation interruptsAfter(Duration handlerTimeout) {
        return EventIsolation.builder()
                .executor(executor)
                .handlerTimeout(handlerTimeout)
                .build();
    }

    /** Returns a builder for sessions. */
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

    /** Does what is to be done now, then waits until there is more. */
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
                threads.compensateFor(updates.running(now, HANGING.toNanos()));
            }
            updates.takeDue(now).forEach(this::handOver);
            long untilPoll = poller.poll(now);
            updates.awaitChange(
                    changes, Math.min(untilPoll, updates.nextDue(now).orElse(Long.MAX_VALUE)));
        } catch (InterruptedException e) { // usually by the stop
            LOG.debug("Polling was interrupted", e);
        }
    }

    /** Clears an interrupt that the application's code has left; a stop closes the updates before it interrupts. */
    private static void forgetInterrupt() {
        var unused = Thread.interrupted();
    }

    private void handOver(PendingUpdate update) {
        if (isolation.isPresent()) {
            handOver(update, isolation.get());
        } else {
            try {
                executor.execute(() -> processor.process(update));
            } catch (Throwable e) { // for example, a thread could not be started
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
        } catch (Throwable e) { // thrown by an isolation of the application
            processor.notBegun(update, e);
        }
    }

    /** Returns the key under which an update is isolated; updates without a conversation wait for no others. */
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
     * Cancels a pending call. Handlers that have not started never will; their updates are redelivered to the next
     * instance.
     */
    @Override
    public void stopPolling() throws InterruptedException {
        stop();
        thread.interrupt();
        thread.join();
    }

    /**
     * Waits for running handlers, and confirms updates that are done while the lease is held.
     *
     * @throws TimeoutException if a handler is still running after that time, or the inbox is still being written
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

    /** Fails when polling has failed permanently, but not when it was stopped or the lease was lost. */
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
        /** The default time for which Telegram waits for the first update. */
        public static final Duration DEFAULT_LONG_POLL_TIMEOUT = Duration.ofSeconds(50);

        /** The default number of times that a handler may fail. */
        public static final int DEFAULT_ATTEMPTS = 5;

        /** The default time for which an update may wait in the inbox. */
        public static final Duration DEFAULT_INBOX_MAX_AGE = Duration.ofDays(1);

        /** The minimum time for which storages remember which updates were applied. */
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
         * Sets a server other than Telegram's own, such as a local Bot API server.
         *
         * @param address the address without the bot's part: {@code http://localhost:8081}
         * @throws IllegalArgumentException if it is not the address of an HTTP server
         */
        public Builder server(URI address) {
            server = requireServer(address);
            return this;
        }

        /** @throws IllegalArgumentException if it is not the address of an HTTP server */
        static URI requireServer(URI address) {
            requireNonNull(address, "address");
            if (!Set.of("http", "https").contains(String.valueOf(address.getScheme())) || address.getHost() == null) {
                throw new IllegalArgumentException("server must be http://… or https://…: " + address);
            }
            return address;
        }

        /** Sets which conversation an update belongs to. The default is {@link FsmStrategy#USER_IN_CHAT}. */
        public Builder strategy(FsmStrategy strategy) {
            keys = UpdateKeys.of(token.botId(), strategy)::key;
            return this;
        }

        /**
         * Sets a function that determines the conversation of an update, in place of {@link #strategy}; for example
         * {@link UpdateKeys#key} with settings of your choice. It is called on the polling thread, and for updates in
         * the {@linkplain #inbox() inbox} on the thread of the inbox, so it must do no I/O. An update for which it
         * fails becomes a {@link DeadLetter} immediately: the call is never retried.
         *
         * @param function returns the conversation key; empty for an update without a conversation, see
         *     {@link UpdateHandler#handleWithoutConversation}
         */
        public Builder keys(Function<? super Update, Optional<StorageKey>> function) {
            keys = requireNonNull(function, "function");
            return this;
        }

        /**
         * Sets the executor that runs handlers, those of different conversations in parallel. It is not closed. An
         * update that it rejects is submitted again later. By default, the session uses its own {@linkplain #threads
         * threads}.
         *
         * <p>With a thread for each task, such as {@code Executors.newVirtualThreadPerTaskExecutor()} if the JDK has
         * it, hanging handlers block only their own conversations, until one of them blocks the window of 100
         * unconfirmed updates. An executor that may run a task on the calling thread, such as one with a caller-runs
         * policy, runs that handler on the polling thread: until it returns, the session does not poll or submit other
         * updates, and a stop interrupts the handler.
         */
        public Builder executor(Executor forHandlers) {
            executor = Optional.of(requireNonNull(forHandlers, "forHandlers"));
            return this;
        }

        /**
         * Sets the maximum number of the session's own threads for handlers. They are daemon threads that end when they
         * are idle. The default is four per processor, and at least 16. If that many handlers hang, all conversations
         * stop; with 100 or more threads, the window of unconfirmed updates is full before that.
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
         * Sets the time after which a running handler is interrupted and a warning is logged. By default there is no
         * limit. If the handler ends because of the interrupt, that is a failure like any other; if it ignores the
         * interrupt, it blocks its conversation and its thread until it ends.
         *
         * @throws IllegalArgumentException if it is not positive or longer than a day
         */
        public Builder handlerTimeout(Duration timeout) {
            requireNonNull(EventIsolation.builder().handlerTimeout(timeout)); // checks the value
            handlerTimeout = Optional.of(timeout);
            return this;
        }

        /**
         * Runs handlers through an isolation, such as one shared with other instances or webhooks, on its threads and
         * with its timeout. It is not closed. By default there is none: the session itself handles the updates of a
         * conversation one after another.
         */
        public Builder isolation(EventIsolation shared) {
            isolation = Optional.of(requireNonNull(shared, "shared"));
            return this;
        }

        /**
         * Lets handlers write without the lease's fencing token, for a storage without fencing, such as one in
         * aiogram's layout. An instance that has lost its lease but has not noticed it yet can then overwrite what the
         * next instance wrote.
         */
        public Builder unfenced() {
            fenced = false;
            return this;
        }

        /**
         * Does not move the conversations of a group that becomes a supergroup, which stay under its former id. By
         * default they are moved, which takes three scans of the whole storage. During that time, the updates of both
         * chats wait unconfirmed. Telegram returns at most 100 updates from the first unconfirmed one on, so if there
         * are more, those of all other chats wait too. This matters if the storage contains very many conversations,
         * including those of other bots.
         */
        public Builder withoutChatMoves() {
            movesChats = false;
            return this;
        }

        /**
         * Keeps updates that take long to handle in the storage's {@link UpdateInbox}, within
         * {@link InboxLimits#defaults}.
         *
         * @see #inbox(InboxLimits)
         */
        public Builder inbox() {
            return inbox(InboxLimits.defaults());
        }

        /**
         * Keeps updates that take long to handle in the storage's {@link UpdateInbox}, so that they do not block
         * others. By default there is no inbox: no update is confirmed to Telegram before it is handled, and Telegram
         * returns at most 100 updates, starting with the first unconfirmed one.
         *
         * <p>An update that is not done after a second is stored, and may then be confirmed. Its handling continues in
         * the order of its conversation; after a crash, it is handled from the inbox. While the limits leave no room or
         * the storage fails, updates stay with Telegram, as without an inbox. Dead letters are also kept in the inbox,
         * with the classes of their failures: {@link UpdateInbox#replay} lets the session handle one again. An update
         * whose {@linkplain #keys key} has another bot's id is kept without the key, so an erasure of conversations
         * does not find it.
         */
        public Builder inbox(InboxLimits limits) {
            inbox = Optional.of(requireNonNull(limits, "limits"));
            return this;
        }

        /**
         * Sets how long an update may wait in the inbox before it becomes a {@link DeadLetter}. The default is
         * {@link #DEFAULT_INBOX_MAX_AGE}. An update whose handler is running is not affected.
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
                            "inbox(…) needs a storage that offers an UpdateInbox, which this one does not: choose"
                                    + " another storage, or remove inbox(…)"));
        }

        /**
         * Sets which kinds of updates to receive, by Telegram's names, such as {@code callback_query}. The default is
         * all kinds. They are sent with each call, since Telegram would otherwise use those that the last poller of
         * this bot requested. Some kinds, such as {@code chat_member} and {@code message_reaction}, are sent only to an
         * administrator of the chat.
         *
         * @param names the names; as defined by Telegram, an empty list means all but {@code chat_member},
         *     {@code message_reaction} and {@code message_reaction_count}
         */
        public Builder allowedUpdates(List<String> names) {
            allowedUpdates = List.copyOf(requireNonNull(names, "names"));
            return this;
        }

        /**
         * Sets how long Telegram waits for the first update. The default is {@link #DEFAULT_LONG_POLL_TIMEOUT}.
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
         * Sets how often a handler may fail for a reason of its own before its update becomes a {@link DeadLetter}; see
         * {@link UpdateHandler#onDeadLetter}. The default is {@value #DEFAULT_ATTEMPTS}.
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
         * Sets a listener that is notified of each 409 on the polling thread: polling waits until it returns. Its
         * exceptions are logged, and polling continues.
         */
        public Builder onConflict(Consumer<? super PollingConflict> listener) {
            onConflict = requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Sets a listener that receives each session before it begins to poll, on the thread that starts it; for
         * example to measure it. If the listener throws, starting the session fails with the same exception, and
         * nothing is polled.
         */
        public Builder onStart(Consumer<? super PollingSession> listener) {
            onStart = requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Starts a session that polls as long as the lease is held. Call it once for each lease.
         *
         * @param fsm the conversations; the session fences it with the lease's token
         * @param handler handles the updates
         * @throws IllegalArgumentException if the storage does not support fencing, see {@link #unfenced}, or offers no
         *     {@linkplain #inbox() inbox} although one is set, or settings contradict each other
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
                throw new IllegalArgumentException("executor(…) contradicts isolation(…), which has its own executor");
            }
            if (threads.isPresent() && (executor.isPresent() || isolation.isPresent())) {
                throw new IllegalArgumentException(
                        "threads(…) contradicts executor(…) and isolation(…), which have their own threads");
            }
            if (handlerTimeout.isPresent() && isolation.isPresent()) {
                throw new IllegalArgumentException(
                        "handlerTimeout(…) contradicts isolation(…), which has its own timeout");
            }
        }
    }
}
