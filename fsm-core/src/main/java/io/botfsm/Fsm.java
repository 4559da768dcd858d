package io.botfsm;

import io.botfsm.json.JacksonCodec;
import io.botfsm.json.JsonCodec;
import io.botfsm.storage.ContentionException;
import io.botfsm.storage.EventId;
import io.botfsm.storage.EventSourceLimitException;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateNames;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The conversations of a bot, over a storage. One for the bot's whole life, or one per lease generation
 * ({@link #fencedBy}). Thread-safe.
 *
 * <pre>{@code
 * Fsm fsm = Fsm.builder(storage).states(Onboarding.class).build();
 * StorageKey key = StorageKey.bot(botId).chat(chatId).user(userId).build();
 * reply(fsm.handle(key, EventId.of(updateId), turn -> ask(turn, text)).orElse(now -> currentQuestion(now)));
 * }</pre>
 *
 * <p>Does not close the storage, and needs no closing itself: its threads are daemons that end when they are idle.
 */
public interface Fsm {
    /** Over a storage, with all settings at their defaults and no enum states. */
    static Fsm of(StateStorage storage) {
        return builder(storage).build();
    }

    /** Over a storage, with settings of your choice. */
    static Builder builder(StateStorage storage) {
        return new FsmBuilder(storage);
    }

    /** One conversation outside events. */
    FsmContext context(StorageKey key);

    /**
     * What a storage held, in the types of the bot: how a conversation that a
     * {@link io.botfsm.storage.catalog.ConversationCatalog} found is read. Does no I/O.
     */
    Conversation conversation(StorageKey key, Snapshot snapshot);

    /**
     * Every name under which a state of a registered group may be stored, former names included; none if no group is
     * registered. Immutable.
     */
    Set<String> stateNames();

    /**
     * The storage, for maintenance beside handling events, such as moving a chat. Where this {@code Fsm} is fenced, the
     * storage's writes carry the same token.
     */
    StateStorage storage();

    /**
     * The same, with every write carrying the fencing token of a lease. The token is a constant of one generation of
     * the lease, never its latest value: work begun under an earlier generation must be refused.
     *
     * @throws IllegalArgumentException if the token is below 1 or above {@link io.botfsm.storage.Mutation#MAX_FENCE},
     *     or the storage cannot fence
     */
    Fsm fencedBy(long token);

    /**
     * Handles one event: reads the conversation, lets the handler change it, and commits all changes with the event's
     * id in one write. An event that had been committed before is not handled again; the storage answers for that too
     * by a write, which changes nothing.
     *
     * <p>The handler <b>may run again</b> on a newer conversation if another writer was faster; only the last run is
     * committed. It does no I/O; replies go out after this method has returned. If it throws, nothing is written and
     * its exception comes out unchanged.
     *
     * @param eventId the id by which the event would be delivered again
     * @throws ContentionException if others kept writing until the time was up
     * @throws StorageUnavailableException if the storage did not answer; the event is safe to be handled again
     * @throws StorageRefusedException if the storage answered with an error
     * @throws EventSourceLimitException if the conversation remembers too many other sources of events
     * @throws StorageClosedException if the storage is closed
     * @throws FencedException if a newer instance has written the conversation
     * @throws InterruptedCallException if the thread was interrupted
     * @throws UnsupportedOperationException if the storage keeps no versions or no event ids
     */
    <R extends @Nullable Object> Handled<R> handle(
            StorageKey key, EventId eventId, Function<? super Turn, ? extends R> handler);

    /**
     * Handles an event whose id the messenger counts up; short for {@link #handle(StorageKey, EventId, Function)} of
     * {@link EventId#of(long)}.
     *
     * @throws IllegalArgumentException if the id is negative
     */
    default <R extends @Nullable Object> Handled<R> handle(
            StorageKey key, long eventId, Function<? super Turn, ? extends R> handler) {
        return handle(key, EventId.of(eventId), handler);
    }

    /**
     * Handles an event without an id, as {@link #handle(StorageKey, EventId, Function)} does: atomic, retried, fenced.
     * One that is delivered again is handled again; never is it {@link Handled.Repeated}. A handler that changes
     * nothing writes nothing.
     *
     * @throws UnsupportedOperationException if the storage keeps no versions
     */
    <R extends @Nullable Object> Handled<R> handle(StorageKey key, Function<? super Turn, ? extends R> handler);

    /**
     * Handles one event as {@link #handle(StorageKey, EventId, Function)} does, without waiting. The handler runs, and
     * the stage completes, on the executor, never on a thread of the storage's driver. Each step takes at most the
     * storage's own timeout.
     *
     * @throws UnsupportedOperationException if the storage keeps no versions or no event ids
     */
    <R extends @Nullable Object> CompletionStage<Handled<R>> handleAsync(
            StorageKey key, EventId eventId, Function<? super Turn, ? extends R> handler);

    /**
     * Handles an event whose id the messenger counts up; short for {@link #handleAsync(StorageKey, EventId, Function)}
     * of {@link EventId#of(long)}.
     *
     * @throws IllegalArgumentException if the id is negative
     */
    default <R extends @Nullable Object> CompletionStage<Handled<R>> handleAsync(
            StorageKey key, long eventId, Function<? super Turn, ? extends R> handler) {
        return handleAsync(key, EventId.of(eventId), handler);
    }

    /**
     * Handles an event without an id, as {@link #handle(StorageKey, Function)} does, without waiting.
     *
     * @throws UnsupportedOperationException if the storage keeps no versions
     */
    <R extends @Nullable Object> CompletionStage<Handled<R>> handleAsync(
            StorageKey key, Function<? super Turn, ? extends R> handler);

    /** Collects the settings. Not thread-safe. */
    interface Builder {
        /**
         * How long a blocking call waits for each answer of the storage, and how long conflicts are retried; 5 seconds
         * unless set. A handler is not interrupted: one that runs longer than this is logged as a warning.
         *
         * @throws IllegalArgumentException if it is not positive or longer than a day
         */
        Builder timeout(Duration wait);

        /** What runs user code of asynchronous calls; a pool of daemon threads of our own unless set. Not closed. */
        Builder executor(Executor forUserCode);

        /** What writes and reads data; {@link JacksonCodec} unless set. */
        Builder codec(JsonCodec codec);

        /**
         * What time it is, by which {@link Turn#timeout} is counted; the machine's clock unless set. For tests that do
         * not wait.
         */
        Builder clock(InstantSource source);

        /**
         * Registers an enum as a group of states, each stored as {@code Onboarding:NAME}: the enum's simple name, a
         * colon, the constant's name.
         *
         * @throws IllegalArgumentException if a stored name stands for two states
         */
        <E extends Enum<E>> Builder states(Class<E> group);

        /**
         * Registers an enum as a group of states under names of your choice.
         *
         * @throws IllegalArgumentException if a stored name stands for two states
         */
        <E extends Enum<E>> Builder states(Class<E> group, Consumer<StateNames<E>> names);

        /**
         * Declares the versions of a type of data and how its former ones are read. Where it is read by
         * {@link Conversation#data(Class)} entries of a former version are brought to the present one; they are stored
         * so with the next {@link Turn#data(Object)} of the type.
         *
         * @throws IllegalArgumentException if no way leads from a version to the present one, or another type's
         *     versions are remembered under the same name
         */
        <T> Builder data(Class<T> type, Consumer<DataVersions> versions);

        /**
         * Decorates what {@link #build} returns, such as to measure it; decorators apply in the order in which they
         * were added. For where something else builds, such as a {@code TelegramRunner}.
         *
         * @param decorator returns an {@code Fsm} that forwards to the given one
         */
        Builder decorate(UnaryOperator<Fsm> decorator);

        /**
         * The conversations.
         *
         * @throws IllegalArgumentException if a type whose versions are declared cannot be typed data, or is in a
         *     version above 1 and the storage lacks {@link StateStorage.Capability#ATTRIBUTES}
         */
        Fsm build();
    }
}
