package io.botfsm.micrometer;

import static java.util.Objects.requireNonNull;

import io.botfsm.Fsm;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.LockListener;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.TransitionListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/**
 * The meters of one bot. Each part of the bot is measured by itself: wrap the storage and the {@code Fsm}, add the
 * listeners, and bind what counts by itself. Every meter has the tag {@code bot}; none has a chat, a user or data in a
 * tag, and each tag has a bounded number of values. Thread-safe.
 *
 * <pre>{@code
 * BotMetrics metrics = BotMetrics.of(registry, "pizza-bot");
 * StateStorage storage = metrics.measure(redis.stateStorage());
 * Fsm fsm = metrics.measure(Fsm.builder(storage).states(Order.class).build());
 * }</pre>
 */
public final class BotMetrics {
    /** How many states of a bot are told apart in tags. All others are counted together, as {@code other}. */
    public static final int MOST_STATES = 100;

    private final MeterRegistry registry;
    private final Tags bot;
    private final StateTag states = new StateTag(MOST_STATES);

    private BotMetrics(MeterRegistry registry, String bot) {
        this.registry = registry;
        this.bot = Tags.of("bot", bot);
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
        if (requireNonNull(bot, "bot").isBlank()) {
            throw new IllegalArgumentException("the bot's name must not be blank: it is a tag of every meter");
        }
        return new BotMetrics(registry, bot);
    }

    /**
     * Measures each call of a storage, as {@code botfsm.storage}. Wrap the innermost storage to measure the database,
     * or the outermost to measure the whole stack.
     *
     * @param storage closed with the returned one
     */
    public StateStorage measure(StateStorage storage) {
        return new MeasuredStateStorage(requireNonNull(storage, "storage"), new StorageTimers(registry, bot));
    }

    /** Measures each event that is handled, as {@code botfsm.handle}: reads, the handler, and conflicts included. */
    public Fsm measure(Fsm fsm) {
        return new MeasuredFsm(requireNonNull(fsm, "fsm"), new HandleTimers(registry, bot, states));
    }

    /** Counts changes of state, as {@code botfsm.transitions}, for a {@code NotifyingStateStorage}. */
    public TransitionListener transitions() {
        return new TransitionCounters(registry, bot, states);
    }

    /**
     * Shows whether a lock is held, as {@code botfsm.lock.held}, and counts its events, as {@code botfsm.lock.events}.
     */
    public LockListener lock() {
        return new LockMeters(registry, bot);
    }

    /**
     * Shows how many handlers wait or run, as {@code botfsm.isolation.handlers}, and for how many conversations, as
     * {@code botfsm.isolation.conversations}. Once an isolation.
     */
    public void bind(EventIsolation isolation) {
        RuntimeMeters.isolation(registry, bot, requireNonNull(isolation, "isolation"));
    }

    /** Shows what recovery has done, as {@code botfsm.recovery}. Once a storage. */
    public void bind(RecoveringStateStorage recovery) {
        RuntimeMeters.recovery(registry, bot, requireNonNull(recovery, "recovery"));
    }
}
