package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.internal.text.Text;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lifecycle.ShutdownSequence;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreProvider;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorageProvider;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.timeout.TimeoutHandler;
import io.botfsm.timeout.TimeoutRunner;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/**
 * Runs a complete bot on Telegram: polls as long as this instance is the active one, or answers requests to a webhook;
 * passes updates to a flow or a handler, sends the replies, fires the flow's timeouts, and shuts down in order.
 *
 * <pre>{@code
 * int status;
 * try (BotRedis redis = LettuceRedis.connect("redis://localhost:6379/1")) {
 *     status = TelegramRunner.polling(BotToken.fromEnvironment())
 *             .flow(PIZZA, Texts.in(), Texts.out())
 *             .storage(redis)
 *             .lock("pizza-bot")
 *             .run();
 * }
 * System.exit(status);
 * }</pre>
 *
 * <p>It combines an {@link InstanceLock}, a {@link BotRunner}, a {@link PollingSession}, a {@link TelegramSender} and a
 * {@link TimeoutRunner}; each of them can be configured here, or used without this class. If the storage supports it,
 * updates that take long are kept in an inbox, and timeouts are fired; the log says which at the start. A runner is
 * configured and run by one thread, and runs only once. {@link #stop} may be called by any thread at any time.
 */
public final class TelegramRunner {
    private static final Logger LOG = LoggerFactory.getLogger(TelegramRunner.class.getPackageName());

    @SuppressWarnings("UnnecessaryLambda") // whether settings were added is compared by identity
    private static final Consumer<Object> NO_SETTINGS = settings -> {};

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(10);

    private final BotToken token;
    private final Optional<String> webhookSecret;
    private Optional<Answering> answering = Optional.empty();
    private Optional<Storages> storages = Optional.empty();
    private Optional<String> lockName = Optional.empty();
    private Optional<TelegramClient> client = Optional.empty();
    private Optional<URI> server = Optional.empty();
    private Optional<Consumer<? super DeadLetter>> deadLetters = Optional.empty();
    private Consumer<? super Fsm.Builder> fsmSettings = NO_SETTINGS;
    private Consumer<? super InstanceLock.Builder> lockSettings = NO_SETTINGS;
    private Consumer<? super BotRunner> runnerSettings = NO_SETTINGS;
    private Consumer<? super PollingSession.Builder> pollingSettings = NO_SETTINGS;
    private Consumer<? super WebhookHandler.Builder> webhookSettings = NO_SETTINGS;
    private Consumer<? super TimeoutRunner.Builder> timeoutSettings = NO_SETTINGS;
    private Consumer<? super TelegramSender.Builder> senderSettings = NO_SETTINGS;
    private final List<String> ofPolling = new ArrayList<>();
    private final List<String> ofWebhooks = new ArrayList<>();
    private boolean begun;

    private final Object stopLock = new Object();
    private boolean stopAsked;
    private Runnable stopRunning = () -> {};

    private TelegramRunner(BotToken token, Optional<String> webhookSecret) {
        this.token = requireNonNull(token, "token");
        this.webhookSecret = webhookSecret;
    }

    /** A flow or a handler that answers updates. */
    private interface Answering {
        /** Returns a builder of the conversations that it needs, to which settings may be added. */
        Fsm.Builder conversations(StateStorage storage);

        Handlers handlers(TelegramSender sender);

        /** Returns the kinds of updates that it answers; empty for all. */
        Optional<List<String>> kinds();
    }

    /**
     * The handlers of one run.
     *
     * @param timeouts fires timeouts; empty if there are none
     */
    private record Handlers(UpdateHandler updates, Optional<TimeoutHandler> timeouts) {}

    /** The storages of a run; if it owns them, what it opens of them is closed at its end. */
    private record Storages(
            StateStorageProvider conversations, LeaseStoreProvider leases, String name, boolean owned) {}

    /** Returns a runner for a bot that polls; start it with {@link #run}. */
    public static TelegramRunner polling(BotToken token) {
        return new TelegramRunner(token, Optional.empty());
    }

    /**
     * Returns a runner for a bot that receives its updates through a webhook; start it with {@link #start}. All
     * instances answer, so there is no lock: leases in the storage ensure that the updates of a conversation are
     * handled one after another.
     *
     * @param secret the {@code secret_token} that was passed to {@code setWebhook}
     */
    public static TelegramRunner webhook(BotToken token, String secret) {
        return new TelegramRunner(token, Optional.of(requireNonNull(secret, "secret")));
    }

    /**
     * Sets a flow that answers. The bot receives messages and presses of buttons; if {@code in} accepts other kinds of
     * updates, request them with {@link #pollingSettings} and {@link PollingSession.Builder#allowedUpdates}. A press is
     * acknowledged automatically, after the replies to it.
     *
     * @param in converts an update to the flow's input; empty if it is not for the flow. Called by several threads
     * @param out converts a reply to a message
     * @throws IllegalStateException if a flow or a handler is already set
     */
    public <I, O> TelegramRunner flow(
            Flow<I, O> flow, Function<? super Update, Optional<I>> in, ReplyFormat<? super O> out) {
        return flow(flow, in, out, (sender, handler) -> handler);
    }

    /**
     * Sets a flow that answers, as {@link #flow(Flow, Function, ReplyFormat)} does, with a handler that wraps the
     * flow's own handler, such as one that handles some updates itself. Timeouts are fired by the flow's own handler.
     *
     * @param wrapper creates the handler, once per run, from the sender of its replies and the flow's handler; the
     *     handler must forward the methods that it does not change, including {@link UpdateHandler#isOutage} and
     *     {@link UpdateHandler#onDeadLetter}
     * @throws IllegalStateException if a flow or a handler is already set
     */
    public <I, O> TelegramRunner flow(
            Flow<I, O> flow,
            Function<? super Update, Optional<I>> in,
            ReplyFormat<? super O> out,
            BiFunction<? super TelegramSender, ? super UpdateHandler, ? extends UpdateHandler> wrapper) {
        requireNonNull(flow, "flow");
        requireNonNull(in, "in");
        requireNonNull(out, "out");
        requireNonNull(wrapper, "wrapper");
        return answerBy(new Answering() {
            @Override
            public Fsm.Builder conversations(StateStorage storage) {
                var unused = flow.fsm(storage); // refuses a storage that lacks something
                return flow.register(Fsm.builder(storage));
            }

            @Override
            public Handlers handlers(TelegramSender sender) {
                FlowUpdateHandler<I, O> own = new FlowUpdateHandler<>(flow, in, out, sender, deadLetters);
                return new Handlers(
                        requireNonNull(wrapper.apply(sender, own), "the wrapper returned null"),
                        flow.hasTimeouts() ? Optional.of(own) : Optional.empty());
            }

            @Override
            public Optional<List<String>> kinds() {
                return Optional.of(List.of("message", "callback_query"));
            }
        });
    }

    /**
     * Sets a handler that answers. If it is also a {@link TimeoutHandler}, it fires timeouts. For a flow, use
     * {@link #flow}, which knows its states and timeouts: {@link #run} and {@link #start} refuse a handler of
     * {@link UpdateHandler#of}.
     *
     * @param handler creates the handler, once per run, from the sender of its replies
     * @throws IllegalStateException if a flow or a handler is already set
     */
    public TelegramRunner handler(Function<? super TelegramSender, ? extends UpdateHandler> handler) {
        requireNonNull(handler, "handler");
        return answerBy(new Answering() {
            @Override
            public Fsm.Builder conversations(StateStorage storage) {
                return Fsm.builder(storage);
            }

            @Override
            public Handlers handlers(TelegramSender sender) {
                UpdateHandler made =
                        requireNonNull(handler.apply(sender), "the function for the handler returned null");
                if (made instanceof FlowUpdateHandler) {
                    throw new IllegalArgumentException(
                            "handler(…) knows neither the states nor the timeouts of a flow: use flow(…)");
                }
                return new Handlers(
                        made, made instanceof TimeoutHandler timeouts ? Optional.of(timeouts) : Optional.empty());
            }

            @Override
            public Optional<List<String>> kinds() {
                return Optional.empty();
            }
        });
    }

    private TelegramRunner answerBy(Answering chosen) {
        if (answering.isPresent()) {
            throw new IllegalStateException("a bot has only one flow or handler; join several flows with Flow.join");
        }
        answering = Optional.of(chosen);
        return this;
    }

    /**
     * Sets where conversations and the lock are kept, such as a {@code BotRedis} or a {@code BotDatabase}. The storages
     * that are opened from it are closed at the end; the provider itself is not.
     */
    public <S extends StateStorageProvider & LeaseStoreProvider> TelegramRunner storage(S provider) {
        requireNonNull(provider, "provider");
        storages = Optional.of(new Storages(provider, provider, provider.toString(), true));
        return this;
    }

    /** Sets where conversations and the lock are kept. Neither is closed. */
    public TelegramRunner storage(StateStorage conversations, LeaseStore leases) {
        requireNonNull(conversations, "conversations");
        requireNonNull(leases, "leases");
        String type = conversations.getClass().getName(); // an anonymous class has no simple name
        String name = type.substring(type.lastIndexOf('.') + 1);
        storages = Optional.of(new Storages(() -> conversations, () -> leases, name, false));
        return this;
    }

    /**
     * Sets the name of the lock, which is the same for all instances of this bot. If another instance is active,
     * {@link #run} returns {@link BotRunner#ANOTHER_IS_ACTIVE} immediately, unless {@link #standby} is set.
     */
    public TelegramRunner lock(String name) {
        lockName = Optional.of(requireNonNull(name, "name"));
        ofPolling.add("lock(…)");
        return this;
    }

    /** Waits while another instance is active, and then takes over. */
    public TelegramRunner standby() {
        runnerSettings = andThen(runnerSettings, BotRunner::standby);
        ofPolling.add("standby()");
        return this;
    }

    /**
     * Sets the client that sends messages. It is not closed. The default is TelegramBots' own client, of
     * {@code telegrambots-client}, with timeouts of 15 seconds, up to 256 concurrent calls, and no retries.
     */
    public TelegramRunner client(TelegramClient chosen) {
        client = Optional.of(requireNonNull(chosen, "client"));
        return this;
    }

    /**
     * Sets a server other than Telegram's own for polling and sending; see {@link PollingSession.Builder#server}.
     *
     * @throws IllegalArgumentException if it is not the address of an HTTP server
     */
    public TelegramRunner server(URI address) {
        server = Optional.of(PollingSession.Builder.requireServer(address));
        return this;
    }

    /** Sets a receiver for dead letters of the flow; see {@link UpdateHandler#onDeadLetter}. A handler has its own. */
    public TelegramRunner onDeadLetter(Consumer<? super DeadLetter> receiver) {
        deadLetters = Optional.of(requireNonNull(receiver, "receiver"));
        return this;
    }

    /** Adds settings of the conversations, such as data types or listeners. */
    public TelegramRunner fsmSettings(Consumer<? super Fsm.Builder> settings) {
        fsmSettings = andThen(fsmSettings, settings);
        return this;
    }

    /** Adds settings of the lock, such as its time to live or listeners. */
    public TelegramRunner lockSettings(Consumer<? super InstanceLock.Builder> settings) {
        lockSettings = andThen(lockSettings, settings);
        ofPolling.add("lockSettings(…)");
        return this;
    }

    /** Adds settings of the run, such as shutdown timeouts, or what to close at its end. */
    public TelegramRunner runnerSettings(Consumer<? super BotRunner> settings) {
        runnerSettings = andThen(runnerSettings, settings);
        ofPolling.add("runnerSettings(…)");
        return this;
    }

    /** Adds settings of polling, such as the keys of conversations, kinds of updates, threads, or an isolation. */
    public TelegramRunner pollingSettings(Consumer<? super PollingSession.Builder> settings) {
        pollingSettings = andThen(pollingSettings, settings);
        ofPolling.add("pollingSettings(…)");
        return this;
    }

    /** Adds settings of the webhook, such as the keys of conversations or the number of concurrent requests. */
    public TelegramRunner webhookSettings(Consumer<? super WebhookHandler.Builder> settings) {
        webhookSettings = andThen(webhookSettings, settings);
        ofWebhooks.add("webhookSettings(…)");
        return this;
    }

    /** Adds settings of the timeouts of a flow, which are fired while {@link TelegramSender#hasRoom} returns true. */
    public TelegramRunner timeoutSettings(Consumer<? super TimeoutRunner.Builder> settings) {
        timeoutSettings = andThen(timeoutSettings, settings);
        return this;
    }

    /** Adds settings of the sender, such as its rate limits. */
    public TelegramRunner senderSettings(Consumer<? super TelegramSender.Builder> settings) {
        senderSettings = andThen(senderSettings, settings);
        return this;
    }

    private static <T> Consumer<T> andThen(Consumer<? super T> one, Consumer<? super T> other) {
        requireNonNull(other, "settings");
        return settings -> {
            one.accept(settings);
            other.accept(settings);
        };
    }

    /**
     * Runs the bot until it has to stop, and shuts it down. Everything that was opened is closed afterwards.
     *
     * @return the exit status: {@link BotRunner#STOPPED}, {@link BotRunner#FAILED} or
     *     {@link BotRunner#ANOTHER_IS_ACTIVE}
     * @throws IllegalStateException if a required setting is missing, a setting is only for webhooks, the bot does not
     *     poll, or the runner was already run
     * @throws IllegalArgumentException if the storage lacks a capability that the flow needs, the handler is that of a
     *     flow, or settings contradict each other
     * @throws io.botfsm.storage.FsmException if the storage could not be opened
     */
    public int run() {
        Answering answerer = required(answering, "flow(…) or handler(…)");
        Storages places = required(storages, "storage(…)");
        String name = required(lockName, "lock(…)");
        if (webhookSecret.isPresent()) {
            throw new IllegalStateException("run() is for a bot that polls; this one has a webhook: use start()");
        }
        refuse(ofWebhooks, "is for a bot with a webhook; this one polls");
        begin();
        OpenedParts opened = new OpenedParts();
        try {
            return prepared(answerer, places, name, opened);
        } catch (Throwable e) {
            opened.close(e);
            throw e;
        }
    }

    private static void refuse(List<String> calls, String reason) {
        if (!calls.isEmpty()) {
            throw new IllegalStateException(calls.get(0) + " " + reason);
        }
    }

    private void begin() {
        if (begun) {
            throw new IllegalStateException("a TelegramRunner runs only once, and this one was already run");
        }
        begun = true;
    }

    private Fsm conversations(Answering answerer, Storages places, OpenedParts opened) {
        StateStorage conversations = places.conversations().stateStorage();
        opened.addIf(places.owned(), "storage", conversations);
        Fsm.Builder fsmBuilder = answerer.conversations(conversations);
        fsmSettings.accept(fsmBuilder);
        return fsmBuilder.build();
    }

    private static LeaseStore leases(Storages places, OpenedParts opened) {
        LeaseStore leases = places.leases().leaseStore();
        opened.addIf(places.owned(), "leases", leases);
        return leases;
    }

    private int prepared(Answering answerer, Storages places, String name, OpenedParts opened) {
        TelegramSender sender = sender(opened);
        Handlers handlers = answerer.handlers(sender);
        Fsm fsm = conversations(answerer, places, opened);
        LeaseStore leases = leases(places, opened);
        BotRunner.BotFactory bot = bot(answerer, handlers, sender, fsm);
        InstanceLock.Builder lock = InstanceLock.builder(leases, name);
        lockSettings.accept(lock);
        BotRunner runner = BotRunner.of(lock.build()); // has no threads yet
        opened.closeBy(runner);
        runnerSettings.accept(runner);
        begin(runner::stop);
        return runner.run(bot);
    }

    /**
     * Returns the bot that {@link #run} would run, for an application that has its own {@link BotRunner}, conversations
     * and sender, such as one with Spring. Requires neither {@link #storage} nor {@link #lock}; opens nothing and
     * closes nothing.
     *
     * @param fsm the conversations, with the states of the flow registered
     * @param sender sends the replies
     * @throws IllegalStateException if neither a flow nor a handler is set, states of the flow are not registered, or a
     *     setting is set that belongs to the application's own storage, lock, conversations, runner or sender
     */
    public BotRunner.BotFactory bot(Fsm fsm, TelegramSender sender) {
        requireNonNull(fsm, "fsm");
        requireNonNull(sender, "sender");
        Answering answerer = required(answering, "flow(…) or handler(…)");
        if (webhookSecret.isPresent()) {
            throw new IllegalStateException("a bot with a webhook does not run under a BotRunner: use start()");
        }
        requireUnset("storage(…)", storages.isPresent());
        requireUnset("lock(…)", lockName.isPresent());
        requireUnset("client(…)", client.isPresent());
        requireUnset("fsmSettings(…)", fsmSettings != NO_SETTINGS);
        requireUnset("lockSettings(…)", lockSettings != NO_SETTINGS);
        requireUnset("runnerSettings(…) or standby()", runnerSettings != NO_SETTINGS);
        requireUnset("senderSettings(…)", senderSettings != NO_SETTINGS);
        requireUnset("webhookSettings(…)", webhookSettings != NO_SETTINGS);
        Set<String> missing =
                new TreeSet<>(answerer.conversations(fsm.storage()).build().stateNames());
        missing.removeAll(fsm.stateNames());
        if (!missing.isEmpty()) {
            throw new IllegalStateException("the Fsm lacks states of the flow, " + missing
                    + ": register them with flow.register(Fsm.builder(…))");
        }
        return bot(answerer, answerer.handlers(sender), sender, fsm);
    }

    private static void requireUnset(String setting, boolean isSet) {
        if (isSet) {
            throw new IllegalStateException(setting
                    + " does not apply to a bot whose runner, conversations and sender belong to the application:"
                    + " set it there");
        }
    }

    private BotRunner.BotFactory bot(Answering answerer, Handlers handlers, TelegramSender sender, Fsm fsm) {
        PollingSession.Builder polling = PollingSession.builder(token);
        server.ifPresent(polling::server);
        answerer.kinds().ifPresent(polling::allowedUpdates);
        boolean hasInbox = fsm.storage().extension(UpdateInbox.class).isPresent();
        if (hasInbox) {
            polling.inbox();
        }
        pollingSettings.accept(polling);
        Optional<TimeoutHandler> fired = fired(handlers, fsm);
        LOG.info(
                "Bot {} runs under {}, with conversations in {}; {}; {}",
                token.botId(),
                lockName.map(name -> "lock " + Text.field(name)).orElse("the application's lock"),
                storages.map(Storages::name).orElse("the application's storage"),
                hasInbox ? "with an inbox" : "without an inbox, which the storage does not offer",
                timeoutsInWords(handlers, fired));
        if (fired.isEmpty()) {
            return lease -> start(
                    sender,
                    () -> polling.start(lease, fsm, handlers.updates()),
                    () -> new PollingWithTimeouts.NoTimeouts(new CompletableFuture<>()));
        }
        TimeoutRunner.Builder timeouts = timeouts(sender);
        return lease -> start(
                sender,
                () -> polling.start(lease, fsm, handlers.updates()),
                () -> timeouts.start(lease, fsm, fired.get()));
    }

    private static Optional<TimeoutHandler> fired(Handlers handlers, Fsm fsm) {
        return handlers.timeouts()
                .filter(timeouts -> fsm.storage().extension(DeadlineQueue.class).isPresent());
    }

    private static String timeoutsInWords(Handlers handlers, Optional<TimeoutHandler> fired) {
        if (fired.isPresent()) {
            return "with timeouts";
        }
        return handlers.timeouts().isPresent()
                ? "WITHOUT TIMEOUTS, since the storage offers no DeadlineQueue"
                : "without timeouts, since the bot has none";
    }

    private TimeoutRunner.Builder timeouts(TelegramSender sender) {
        TimeoutRunner.Builder timeouts = TimeoutRunner.builder(token.botId()).permission(sender::hasRoom);
        timeoutSettings.accept(timeouts);
        return timeouts;
    }

    /**
     * If timeouts cannot be started, the bot ends like one that fails later: the lease is held until its handlers end.
     */
    private static BotRunner.Bot start(
            TelegramSender sender, Supplier<PollingSession> polling, Supplier<? extends BotRunner.Bot> timeouts) {
        sender.stopping(false);
        PollingSession session = polling.get();
        BotRunner.Bot started;
        try {
            started = timeouts.get();
        } catch (Throwable e) {
            started = new PollingWithTimeouts.NoTimeouts(CompletableFuture.failedFuture(e));
        }
        return new PollingWithTimeouts(sender, session, started);
    }

    private TelegramSender sender(OpenedParts opened) {
        TelegramSender.Builder settings = TelegramSender.builder(client.orElseGet(() -> ownClient(opened)));
        senderSettings.accept(settings);
        return settings.build();
    }

    private TelegramClient ownClient(OpenedParts opened) {
        try {
            DefaultTelegramClient own =
                    new DefaultTelegramClient(token, server.orElse(PollingSession.Builder.TELEGRAM));
            opened.add("client", own);
            return own.client();
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "there is no client to send with: add org.telegram:telegrambots-client to the program, or set a"
                            + " client(…)",
                    e);
        }
    }

    private static <T> T required(Optional<T> part, String name) {
        return part.orElseThrow(() -> new IllegalStateException("a TelegramRunner needs " + name));
    }

    /**
     * Starts a bot with a webhook; called on each instance. Fires the flow's timeouts, and returns the handler for
     * requests. {@link WebhookHandler#close} shuts everything down in order: new requests are answered with 503, what
     * has begun ends, then everything that was opened is closed.
     *
     * @throws IllegalStateException if a required setting is missing, a setting is only for polling, such as a lock,
     *     the bot has no webhook, or the runner was already started
     * @throws IllegalArgumentException if {@code setWebhook} would not accept the secret, the storage lacks a
     *     capability that the flow needs, the handler is that of a flow, or settings contradict each other
     * @throws io.botfsm.storage.FsmException if the storage could not be opened
     */
    public WebhookHandler start() {
        Answering answerer = required(answering, "flow(…) or handler(…)");
        Storages places = required(storages, "storage(…)");
        String secret = webhookSecret.orElseThrow(
                () -> new IllegalStateException("start() is for a bot with a webhook; this one polls: use run()"));
        refuse(ofPolling, "is for a bot that polls; with a webhook all instances answer");
        begin();
        OpenedParts opened = new OpenedParts();
        try {
            return started(answerer, places, secret, opened);
        } catch (Throwable e) {
            opened.close(e);
            throw e;
        }
    }

    private WebhookHandler started(Answering answerer, Storages places, String secret, OpenedParts opened) {
        TelegramSender sender = sender(opened);
        Handlers handlers = answerer.handlers(sender);
        Fsm fsm = conversations(answerer, places, opened);
        EventIsolation isolation = EventIsolation.of(leases(places, opened));
        opened.add("isolation", isolation);
        Optional<TimeoutHandler> fired = fired(handlers, fsm);
        WebhookHandler.Builder settings = WebhookHandler.builder(token, secret).isolation(isolation);
        settings.firesTimeouts = fired.isPresent();
        webhookSettings.accept(settings);
        WebhookHandler webhook = settings.build(fsm, handlers.updates());
        LOG.info(
                "Bot {} answers webhook requests, with conversations in {}; {}",
                token.botId(),
                places.name(),
                timeoutsInWords(handlers, fired));
        ShutdownSequence.Builder stop = ShutdownSequence.builder().step("stop requests", CLOSE_TIMEOUT, () -> {
            webhook.stopPolling();
            sender.stopping(true);
        });
        if (fired.isPresent()) {
            TimeoutRunner timeouts = timeouts(sender).start(fsm, fired.get());
            stop.step("stop timeouts", CLOSE_TIMEOUT, timeouts::stopPolling);
            stop.step("drain timeouts", DRAIN_TIMEOUT, () -> timeouts.drain(DRAIN_TIMEOUT));
        }
        stop.step("drain", DRAIN_TIMEOUT, () -> webhook.drain(DRAIN_TIMEOUT));
        stop.step("release conversations", CLOSE_TIMEOUT, () -> {
            if (!isolation.drain(CLOSE_TIMEOUT)) {
                throw new TimeoutException("conversations are still held");
            }
        });
        opened.parts.forEach(part -> stop.step(part.getKey(), CLOSE_TIMEOUT, part.getValue()));
        webhook.closeBy(stop.build());
        begin(webhook::close);
        return webhook;
    }

    /** @param stop stops the bot */
    private void begin(Runnable stop) {
        boolean isAsked;
        synchronized (stopLock) {
            stopRunning = stop;
            isAsked = stopAsked;
        }
        if (isAsked) {
            stop.run();
        }
    }

    /**
     * Requests an orderly shutdown. For a bot that polls, this method does not wait: the shutdown is complete when
     * {@link #run} returns. For a bot with a webhook, it closes the handler that {@link #start} returned, and returns
     * when that is done.
     */
    public void stop() {
        Runnable stop;
        synchronized (stopLock) {
            stopAsked = true;
            stop = stopRunning;
        }
        stop.run();
    }

    /** The parts that were opened, to be closed in reverse order. */
    private static final class OpenedParts {
        private final Deque<Map.Entry<String, AutoCloseable>> parts = new ArrayDeque<>();

        void add(String name, AutoCloseable part) {
            parts.push(Map.entry(name, part));
        }

        void addIf(boolean owned, String name, AutoCloseable part) {
            if (owned) {
                add(name, part);
            }
        }

        void closeBy(BotRunner runner) {
            parts.forEach(part -> runner.thenClose(part.getKey(), CLOSE_TIMEOUT, part.getValue()));
        }

        /** Closes the parts after a failure before the run. */
        void close(Throwable failure) {
            parts.forEach(part -> {
                try {
                    part.getValue().close();
                } catch (Exception e) {
                    failure.addSuppressed(e);
                }
            });
        }
    }
}
