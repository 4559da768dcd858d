package io.botfsm.micrometer;

import static java.util.Objects.requireNonNull;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.LockListener;
import io.botfsm.monitoring.HealthCheck;
import io.botfsm.monitoring.PollingStatus;
import io.botfsm.monitoring.SendingStatus;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.timeout.TimeoutRunner;
import io.botfsm.transition.Transition;
import io.botfsm.transition.TransitionListener;
import io.botfsm.transition.TransitionRules;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The meters of one bot. Each part of the bot is measured by itself: wrap the storage and the {@code Fsm}, add the
 * listeners, and bind what counts by itself. Every meter has the tag {@code bot}; none has a chat, a user or data in a
 * tag, and each tag has a bounded number of values; an {@code Fsm} that declares no states has those that are seen in a
 * tag. Create one for each bot and registry, and keep it: a registry keeps the meters that it has, and shows nothing of
 * a second one. Thread-safe.
 *
 * <p>What is bound again, such as the sender of a second run, takes the place of the one before: gauges are the latest
 * one's, counters those of all.
 *
 * <pre>{@code
 * BotMetrics metrics = BotMetrics.of(registry, "pizza-bot");
 * StateStorage storage = metrics.measure(redis.stateStorage());
 * Fsm fsm = metrics.measure(Fsm.builder(storage).states(Order.class).build());
 * }</pre>
 */
public final class BotMetrics {
    /**
     * How many states of a bot are told apart in tags: those that its {@code Fsm} declares, or the first that are seen
     * if it declares none. All others are counted together, as {@code other}.
     */
    public static final int MOST_STATES = 100;

    private final MeterRegistry registry;
    private final Tags bot;
    private final PartMeters meters;
    private final StateTag states = new StateTag(MOST_STATES);
    private final Map<String, Object> bound = new ConcurrentHashMap<>();

    private BotMetrics(MeterRegistry registry, String bot) {
        this.registry = registry;
        this.bot = Tags.of("bot", bot);
        this.meters = new PartMeters(registry, this.bot);
    }

    /**
     * The meters of a bot.
     *
     * @param registry where they are registered
     * @param bot the value of the tag {@code bot}, such as the name of the instance lock
     * @throws IllegalArgumentException if the name is blank
     */
    public static BotMetrics of(MeterRegistry registry, String bot) {
        requireNonNull(registry, "registry");
        return new BotMetrics(registry, requireName(bot));
    }

    static String requireName(String bot) {
        if (requireNonNull(bot, "bot").isBlank()) {
            throw new IllegalArgumentException("the bot's name must not be blank: it is a tag of every meter");
        }
        return bot;
    }

    /**
     * Measures each read and write of a storage, as {@code botfsm.storage}. Wrap the innermost storage to measure the
     * database, or the outermost to measure the whole stack.
     *
     * @param storage closed with the returned one
     */
    public StateStorage measure(StateStorage storage) {
        return new MeasuredStateStorage(requireNonNull(storage, "storage"), new StorageTimers(registry, bot));
    }

    /**
     * Measures each event that is handled, as {@code botfsm.handle}: reads, the handler, and conflicts included. If the
     * {@code Fsm} declares states, only those are told apart.
     */
    public Fsm measure(Fsm fsm) {
        states.admit(requireNonNull(fsm, "fsm").stateNames());
        return new MeasuredFsm(fsm, new HandleTimers(registry, bot, states));
    }

    /** Counts changes of state, as {@code botfsm.transitions}, for a {@code NotifyingStateStorage}. */
    public TransitionListener transitions() {
        return new TransitionCounters(registry, bot, states);
    }

    /**
     * Counts changes of state, and those that no rule declares as {@code botfsm.transitions.undeclared} too; otherwise
     * as {@link #transitions()}. Changes that are refused are no changes: {@code botfsm.handle} counts those.
     */
    public TransitionListener transitions(TransitionRules rules) {
        requireNonNull(rules, "rules");
        Counter undeclared = Counter.builder("botfsm.transitions.undeclared")
                .description("stored changes of state that no rule declares")
                .tags(bot)
                .register(registry);
        return new TransitionCounters(registry, bot, states) {
            @Override
            public void onTransition(Transition transition) {
                super.onTransition(transition);
                if (!rules.declare(transition.from(), transition.to())) {
                    undeclared.increment();
                }
            }
        };
    }

    /**
     * Shows whether a lock is held, as {@code botfsm.lock.held}, and counts its events, as {@code botfsm.lock.events}.
     * All listeners of these metrics share what they show.
     */
    public LockListener lock() {
        return locks().listener();
    }

    /**
     * Shows how many handlers wait or run, as {@code botfsm.isolation.handlers}, and for how many conversations, as
     * {@code botfsm.isolation.conversations}.
     */
    public void bind(EventIsolation isolation) {
        follow("isolation", RuntimeMeters::isolation, requireNonNull(isolation, "isolation"));
    }

    /**
     * Shows a lock from now on, also before this instance has first held it, so that an alert finds that no instance
     * does; otherwise as {@link #lock()}.
     *
     * @param name the lock's
     */
    public LockListener lock(String name) {
        return locks().showing(requireNonNull(name, "name"));
    }

    private LockMeters locks() {
        return (LockMeters) bound.computeIfAbsent("locks", any -> new LockMeters(registry, bot));
    }

    /**
     * Shows how polling goes, as {@code botfsm.polling.last.success}, {@code .lag}, {@code .pending},
     * {@code .conflicts} and {@code .dead.letters}. For each session that is started, such as by
     * {@code PollingSession.Builder.onStart(metrics::bind)}: the gauges are the latest one's, the counters those of
     * all.
     */
    public void bind(PollingStatus session) {
        follow("polling", PollingMeters::register, requireNonNull(session, "session"));
    }

    /**
     * Counts messages, as {@code botfsm.sends}, and shows how many wait, as {@code botfsm.sends.waiting}, such as by
     * {@code TelegramSender.Builder.onBuild(metrics::bind)}.
     */
    public void bind(SendingStatus sender) {
        follow("sender", RuntimeMeters::sender, requireNonNull(sender, "sender"));
    }

    /**
     * Shows which deadlines are due, as {@code botfsm.deadlines.due}, {@code .waiting} and {@code .lateness}, and
     * counts those that were fired, as {@code botfsm.timeouts}. For each runner that is started, such as by
     * {@code TimeoutRunner.Builder.onStart(metrics::bind)}: the gauges are the latest one's, the counters those of all.
     */
    public void bind(TimeoutRunner runner) {
        follow("timeouts", TimeoutMeters::register, requireNonNull(runner, "runner"));
    }

    /**
     * Counts the work of a flow's states, as {@code botfsm.flow.work} and {@code botfsm.flow.work.retried}, and shows
     * how much is running, as {@code botfsm.flow.work.running}.
     */
    public void bindWork(Flow<?, ?> flow) {
        follow("work", FlowMeters::register, requireNonNull(flow, "flow").workCounts());
    }

    /**
     * Shows what an inbox holds, as {@code botfsm.inbox.updates}, {@code .bytes}, {@code .age} and
     * {@code .dead.letters}. Each scrape asks the storage once, and waits half a second for it at most.
     *
     * @param botId the bot's, as in {@link io.botfsm.storage.StorageKey#bot(Object)}
     */
    public void bind(UpdateInbox inbox, Object botId) {
        SampledInbox sampled = new SampledInbox(requireNonNull(inbox, "inbox"), requireNonNull(botId, "botId"));
        follow("inbox", SampledInbox::register, sampled);
    }

    /**
     * Shows whether a part is up, as {@code botfsm.health}. Each scrape makes the check, and takes as long as its
     * timeout at most. Of several checks of one name the latest is made.
     */
    public void bind(HealthCheck check) {
        String name = requireNonNull(check, "check").name();
        follow("health " + name, registered -> RuntimeMeters.health(registered, name), check);
    }

    /** Shows what recovery has done, as {@code botfsm.recovery}. */
    public void bind(RecoveringStateStorage recovery) {
        follow("recovery", RuntimeMeters::recovery, requireNonNull(recovery, "recovery"));
    }

    /** Registers the meters of a kind of part when the first is bound, since a registry keeps what it has. */
    @SuppressWarnings("unchecked") // the parts of a kind are of one type
    private <T> void follow(String kind, Function<PartMeters, LatestPart<T>> meters, T part) {
        ((LatestPart<T>) bound.computeIfAbsent(kind, any -> meters.apply(this.meters))).set(part);
    }
}
