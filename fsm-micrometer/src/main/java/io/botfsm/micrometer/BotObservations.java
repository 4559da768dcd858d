package io.botfsm.micrometer;

import static java.util.Objects.requireNonNull;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The observations of one bot, for traces: {@code botfsm.turn} for each event that is handled, and below it
 * {@code botfsm.storage.call} for each read and write. Their key values are bounded, and contain no chat, user or data;
 * a failure is indicated only by the key value {@code outcome}. Thread-safe.
 *
 * <pre>{@code
 * BotObservations observations = BotObservations.of(registry, "pizza-bot");
 * StateStorage storage = observations.observe(redis.stateStorage());
 * Fsm fsm = observations.observe(Fsm.builder(storage).states(Order.class).build());
 * }</pre>
 */
public final class BotObservations {
    /** The observation of an event: the read, the handler, and the confirmed write. */
    static final String TURN = "botfsm.turn";

    static final String CALL = "botfsm.storage.call";

    private final ObservationRegistry registry;
    private final String bot;
    private final StateTag states = new StateTag(BotMetrics.MOST_STATES);
    /** The turns of {@code handleAsync}, which continue on other threads. */
    private final Map<StorageKey, StartedObservation> asynchronous = new ConcurrentHashMap<>();

    private BotObservations(ObservationRegistry registry, String bot) {
        this.registry = registry;
        this.bot = bot;
    }

    /**
     * Creates the observations of a bot.
     *
     * @param registry the registry of the observations
     * @param bot the key value {@code bot} of each observation
     * @throws IllegalArgumentException if the name is blank
     */
    public static BotObservations of(ObservationRegistry registry, String bot) {
        requireNonNull(registry, "registry");
        return new BotObservations(registry, BotMetrics.requireName(bot));
    }

    /**
     * Observes each event that is handled. The handler runs in the scope of the observation, so observations of the
     * handler become its children.
     */
    public Fsm observe(Fsm fsm) {
        states.admit(requireNonNull(fsm, "fsm").stateNames());
        return new ObservedFsm(fsm, this);
    }

    /**
     * Observes each read and write of a storage, as a child of the event that makes it. If two events of one
     * conversation are handled asynchronously at the same time, calls of one may appear as children of the other.
     *
     * @param storage closed with the returned one
     */
    public StateStorage observe(StateStorage storage) {
        return new ObservedStateStorage(requireNonNull(storage, "storage"), this);
    }

    StartedObservation turn() {
        return StartedObservation.start(
                registry,
                TURN,
                () -> Observation.createNotStarted(TURN, registry)
                        .contextualName("handle event")
                        .lowCardinalityKeyValue("bot", bot));
    }

    /** Begins the observation of a turn that continues on other threads until it is {@linkplain #endAsync ended}. */
    StartedObservation turnAsync(StorageKey key) {
        StartedObservation turn = turn();
        asynchronous.put(key, turn);
        return turn;
    }

    void end(StartedObservation turn, @Nullable Handled<?> handled, @Nullable Throwable failure) {
        turn.stop(
                StateTag.NAME,
                handled == null ? StateTag.UNKNOWN : states.of(handled.now().state()),
                "outcome",
                HandleTimers.outcome(handled, failure));
    }

    void endAsync(StorageKey key, StartedObservation turn, @Nullable Handled<?> handled, @Nullable Throwable failure) {
        asynchronous.remove(key, turn);
        end(turn, handled, failure);
    }

    StartedObservation call(StorageKey key, String operation) {
        Supplier<Observation> observation = () -> {
            Observation call = Observation.createNotStarted(CALL, registry)
                    .contextualName("storage " + operation)
                    .lowCardinalityKeyValue("bot", bot)
                    .lowCardinalityKeyValue("operation", operation);
            StartedObservation turn = asynchronous.get(key);
            return registry.getCurrentObservation() == null && turn != null
                    ? call.parentObservation(turn.observation())
                    : call;
        };
        return StartedObservation.start(registry, CALL, observation);
    }
}
