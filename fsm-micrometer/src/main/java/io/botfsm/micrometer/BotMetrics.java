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
 * The meters of one bot. Each part of the bot is measured separately: wrap the storage and the {@code Fsm}, add the
 * listeners, and bind the parts that keep their own counts. Every meter has the tag {@code bot}. No tag contains a
 * chat, a user or data, and each tag has a bounded number of values; if an {@code Fsm} declares no states, the states
 * that occur are used as tag values. Create one object for each bot and registry, and reuse it: a registry ignores
 * meters that it already has. Thread-safe.
 *
 * <p>A part that is bound again, such as the sender of a second run, replaces the previous one: gauges show the latest
 * part, counters the total of all.
 *
 * <pre>{@code
 * BotMetrics metrics = BotMetrics.of(registry, "pizza-bot");
 * StateStorage storage = metrics.measure(redis.stateStorage());
 * Fsm fsm = metrics.measure(Fsm.builder(storage).states(Order.class).build());
 * }</pre>
 */
public final class BotMetrics {
    /**
     * The maximum number of states of a bot that tags distinguish: those that its {@code Fsm} declares, or the first
     * that occur if it declares none. All others are counted together, as {@code other}.
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
     * Creates the meters of a bot.
     *
     * @param registry the registry of the meters
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
     * Measures each event that is handled, as {@code botfsm.handle}, including reads, the handler and conflicts. If the
     * {@code Fsm} declares states, only those are distinguished.
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
     * Counts changes of state as {@link #transitions()} does, and additionally those that no rule declares, as
     * {@code botfsm.transitions.undeclared}. Refused changes are not counted here, but by {@code botfsm.handle}.
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
     * Shows whether a lock is held, as {@code botfsm.lock.held}, and the fencing token of its lease, as
     * {@code botfsm.lock.fencing.token}, and counts its events, as {@code botfsm.lock.events}. All listeners of this
     * object update the same meters.
     */
    public LockListener lock() {
        return locks().listener();
    }

    /**
     * Shows how many handlers are waiting or running, as {@code botfsm.isolation.handlers}, and for how many
     * conversations, as {@code botfsm.isolation.conversations}. Counts the handlers that were refused because there was
     * no room, as {@code botfsm.isolation.refused}.
     */
    public void bind(EventIsolation isolation) {
        follow("isolation", RuntimeMeters::isolation, requireNonNull(isolation, "isolation"));
    }

    /**
     * Shows a lock as {@link #lock()} does, but from now on, even before this instance first holds it, so that an alert
     * can detect that no instance holds it.
     *
     * @param name the name of the lock
     */
    public LockListener lock(String name) {
        return locks().showing(requireNonNull(name, "name"));
    }

    private LockMeters locks() {
        return (LockMeters) bound.computeIfAbsent("locks", any -> new LockMeters(registry, bot));
    }

    /**
     * Shows how polling goes, as {@code botfsm.polling.last.success}, {@code .lag}, {@code .pending},
     * {@code .conflicts} and {@code .dead.letters}. Call it for each session that is started, such as with
     * {@code PollingSession.Builder.onStart(metrics::bind)}. Gauges show the latest session, counters the total of all.
     */
    public void bind(PollingStatus session) {
        follow("polling", PollingMeters::register, requireNonNull(session, "session"));
    }

    /**
     * Counts messages, as {@code botfsm.sends}, and shows how many are waiting, as {@code botfsm.sends.waiting}. Call
     * it for each sender, such as with {@code TelegramSender.Builder.onBuild(metrics::bind)}.
     */
    public void bind(SendingStatus sender) {
        follow("sender", RuntimeMeters::sender, requireNonNull(sender, "sender"));
    }

    /**
     * Shows which deadlines are due, as {@code botfsm.deadlines.due}, {@code .waiting} and {@code .lateness}, and
     * counts those that were fired and the handlers that failed, as {@code botfsm.timeouts}. Call it for each runner
     * that is started, such as with {@code TimeoutRunner.Builder.onStart(metrics::bind)}. Gauges show the latest
     * runner, counters the total of all.
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
     * {@code .dead.letters}. Each scrape queries the storage once, and waits at most half a second for it.
     *
     * @param botId the bot's id, as in {@link io.botfsm.storage.StorageKey#bot(Object)}
     */
    public void bind(UpdateInbox inbox, Object botId) {
        SampledInbox sampled = new SampledInbox(requireNonNull(inbox, "inbox"), requireNonNull(botId, "botId"));
        follow("inbox", SampledInbox::register, sampled);
    }

    /**
     * Shows whether a part is up, as {@code botfsm.health}. Each scrape runs the check, and takes at most as long as
     * its timeout. If several checks have the same name, only the latest is run.
     */
    public void bind(HealthCheck check) {
        String name = requireNonNull(check, "check").name();
        follow("health " + name, registered -> RuntimeMeters.health(registered, name), check);
    }

    /** Shows what recovery has done, as {@code botfsm.recovery}. */
    public void bind(RecoveringStateStorage recovery) {
        follow("recovery", RuntimeMeters::recovery, requireNonNull(recovery, "recovery"));
    }

    /**
     * Registers the meters of a kind of part when the first is bound, since a registry ignores meters it already has.
     */
    @SuppressWarnings("unchecked") // the parts of a kind are of one type
    private <T> void follow(String kind, Function<PartMeters, LatestPart<T>> meters, T part) {
        ((LatestPart<T>) bound.computeIfAbsent(kind, any -> meters.apply(this.meters))).set(part);
    }
}
