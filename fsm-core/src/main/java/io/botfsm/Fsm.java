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
 * The entry point: reads and changes the conversations of a bot that are kept in a storage. Create one for the lifetime
 * of the bot, or one per lease generation ({@link #fencedBy}). Thread-safe.
 *
 * <pre>{@code
 * Fsm fsm = Fsm.builder(storage).states(Onboarding.class).build();
 * StorageKey key = StorageKey.bot(botId).chat(chatId).user(userId).build();
 * reply(fsm.handle(key, EventId.of(updateId), turn -> ask(turn, text)).orElse(now -> currentQuestion(now)));
 * }</pre>
 *
 * <p>It does not close the storage. It does not have to be closed itself: its threads are daemon threads that end when
 * they are idle.
 */
public interface Fsm {
    /** Returns an {@code Fsm} over a storage, with default settings and no enum states. */
    static Fsm of(StateStorage storage) {
        return builder(storage).build();
    }

    /** Returns a builder for an {@code Fsm} over a storage, for settings other than the defaults. */
    static Builder builder(StateStorage storage) {
        return new FsmBuilder(storage);
    }

    /** Returns access to one conversation outside the handling of events. */
    FsmContext context(StorageKey key);

    /**
     * Returns a view of a stored snapshot in the types of the bot. Use it to read a conversation that a
     * {@link io.botfsm.storage.catalog.ConversationCatalog} found. Does no I/O.
     */
    Conversation conversation(StorageKey key, Snapshot snapshot);

    /**
     * Returns every name under which a state of a registered group may be stored, including former names. The set is
     * immutable, and empty if no group is registered.
     */
    Set<String> stateNames();

    /**
     * Returns the storage, for maintenance outside the handling of events, such as moving a chat. If this {@code Fsm}
     * is fenced, writes through the returned storage carry the same token.
     */
    StateStorage storage();

    /**
     * Returns an {@code Fsm} like this one whose writes all carry the fencing token of a lease. The token must be that
     * of one generation of the lease and must never be updated to the latest value: work that began under an earlier
     * generation must be refused.
     *
     * @throws IllegalArgumentException if the token is below 1 or above {@link io.botfsm.storage.Mutation#MAX_FENCE},
     *     or the storage does not support fencing
     */
    Fsm fencedBy(long token);

    /**
     * Handles one event: reads the conversation, lets the handler change it, and commits all changes with the event's
     * id in one write. An event that was already committed is not handled again. The storage confirms this with a write
     * that changes nothing.
     *
     * <p>The handler <b>may run again</b> on a newer version of the conversation if another writer was faster; only the
     * last run is committed. The handler must not do I/O; send replies after this method has returned. If the handler
     * throws, nothing is written and the exception is passed on unchanged.
     *
     * @param eventId the id of the event, which is the same when the event is redelivered
     * @throws ContentionException if other writers kept changing the conversation until the timeout
     * @throws StorageUnavailableException if the storage did not answer; handling the event again is safe
     * @throws StorageRefusedException if the storage answered with an error
     * @throws EventSourceLimitException if the conversation already remembers events of too many other sources
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
     * Handles an event without an id. As with {@link #handle(StorageKey, EventId, Function)}, the turn is atomic,
     * retried and fenced, but a redelivered event is handled again: the result is never {@link Handled.Repeated}. If
     * the handler changes nothing, nothing is written.
     *
     * @throws UnsupportedOperationException if the storage keeps no versions
     */
    <R extends @Nullable Object> Handled<R> handle(StorageKey key, Function<? super Turn, ? extends R> handler);

    /**
     * Handles one event as {@link #handle(StorageKey, EventId, Function)} does, without blocking the caller. The
     * handler runs, and the stage completes, on the {@linkplain Builder#executor executor}, never on a thread of the
     * storage's driver. Each step takes at most the storage's own timeout.
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
     * Handles an event without an id as {@link #handle(StorageKey, Function)} does, without blocking the caller.
     *
     * @throws UnsupportedOperationException if the storage keeps no versions
     */
    <R extends @Nullable Object> CompletionStage<Handled<R>> handleAsync(
            StorageKey key, Function<? super Turn, ? extends R> handler);

    /** Collects the settings. Not thread-safe. */
    interface Builder {
        /**
         * Sets how long a blocking call waits for each response of the storage, and how long conflicts are retried. The
         * default is 5 seconds. A handler is not interrupted; if it runs longer than this, a warning is logged.
         *
         * @throws IllegalArgumentException if it is not positive or longer than a day
         */
        Builder timeout(Duration wait);

        /**
         * Sets the executor that runs the user code of asynchronous calls. It is not closed. The default is an internal
         * pool of daemon threads.
         */
        Builder executor(Executor forUserCode);

        /** Sets the codec that writes and reads data. The default is {@link JacksonCodec}. */
        Builder codec(JsonCodec codec);

        /**
         * Sets the clock from which {@link Turn#timeout} is counted. The default is the system clock. Set it in tests
         * that must not wait.
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
         * Registers an enum as a group of states, with stored names of your choice.
         *
         * @throws IllegalArgumentException if a stored name stands for two states
         */
        <E extends Enum<E>> Builder states(Class<E> group, Consumer<StateNames<E>> names);

        /**
         * Declares the versions of a data type and how its former versions are read. When
         * {@link Conversation#data(Class)} reads entries of a former version, it converts them to the current one; the
         * next {@link Turn#data(Object)} of the type stores them in the current version.
         *
         * @throws IllegalArgumentException if a version cannot be converted to the current one, or the versions of
         *     another type are stored under the same name
         */
        <T> Builder data(Class<T> type, Consumer<DataVersions> versions);

        /**
         * Decorates the {@code Fsm} that {@link #build} returns, for example to measure it. The decorator that was
         * added first is the innermost. Useful if another component calls {@code build}, such as a
         * {@code TelegramRunner}.
         *
         * @param decorator returns an {@code Fsm} that forwards to the given one
         */
        Builder decorate(UnaryOperator<Fsm> decorator);

        /**
         * Builds the {@code Fsm}.
         *
         * @throws IllegalArgumentException if a type with declared versions cannot be used as typed data, or its
         *     version is above 1 and the storage lacks {@link StateStorage.Capability#ATTRIBUTES}
         */
        Fsm build();
    }
}
