package io.botfsm;

import io.botfsm.json.GenericType;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.ContentionException;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.UnknownStateException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Access to one conversation outside the handling of events, such as for an admin command, a timer or a test. Every
 * changing method writes at once, in one atomic write. To handle an event use {@link Fsm#handle}, so that a redelivered
 * event takes effect only once.
 *
 * <p>Thread-safe and cheap to create. Every call blocks until the storage has responded, at most for the timeout of the
 * {@link Fsm}, and may throw {@link StorageUnavailableException}, {@link StorageRefusedException},
 * {@link StorageClosedException}, {@link InterruptedCallException} and, for writes under a fence,
 * {@link FencedException}.
 */
public interface FsmContext {
    /** Returns the key of the conversation. */
    StorageKey key();

    /** Reads the conversation. */
    Conversation read();

    /** Reads the state by its stored name; empty if there is none. */
    Optional<String> state();

    /**
     * Reads the state as {@link Conversation#state(Class)} does.
     *
     * @throws UnknownStateException under the same conditions
     * @throws IllegalArgumentException under the same conditions
     */
    <E extends Enum<E>> Optional<E> state(Class<E> group);

    /**
     * Sets the state.
     *
     * @throws IllegalArgumentException if the constant's group was not registered with {@link Fsm.Builder#states}
     */
    void setState(Enum<?> to);

    /**
     * Sets the state by its stored name.
     *
     * @throws IllegalArgumentException if the name holds an unpaired surrogate
     */
    void setState(String to);

    /** Clears the state; the data stays. */
    void clearState();

    /** Clears state and data. */
    void clear();

    /**
     * Reads one data entry as {@link Conversation#value(String, Class)} does.
     *
     * @throws UnreadableDataException under the same conditions
     */
    <T> Optional<T> value(String name, Class<T> type);

    /**
     * Reads one data entry as {@link Conversation#value(String, GenericType)} does.
     *
     * @throws UnreadableDataException under the same conditions
     */
    <T> Optional<T> value(String name, GenericType<T> type);

    /**
     * Reads the typed data as {@link Conversation#data} does.
     *
     * @throws UnreadableDataException under the same conditions
     */
    <T> Optional<T> data(Class<T> type);

    /**
     * Puts one data entry. The others stay as they are, even if they change concurrently.
     *
     * @throws IllegalArgumentException if the codec cannot write the value, or would not read it back equal
     * @throws NullPointerException if the value is null: use {@link Turn#remove} in {@link #update}
     */
    void updateData(String name, Object value);

    /**
     * Puts several data entries in one write. The others stay as they are, even if they change concurrently.
     *
     * @throws IllegalArgumentException if the codec cannot write a value, or would not read it back equal
     * @throws NullPointerException if a value is null
     */
    void updateData(Map<String, ?> patch);

    /**
     * Replaces all data entries by these.
     *
     * @throws IllegalArgumentException if the codec cannot write a value, or would not read it back equal
     * @throws NullPointerException if a value is null
     */
    void setData(Map<String, ?> all);

    /**
     * Moves the conversation from one state to another, if it is in the first.
     *
     * @return whether the conversation was in {@code from} and has moved
     * @throws IllegalArgumentException if a constant's group was not registered with {@link Fsm.Builder#states}
     */
    boolean transition(Enum<?> from, Enum<?> to);

    /**
     * Reads the conversation, applies {@code change} to it, and writes what has changed, if anything. If another writer
     * has written meanwhile, {@code change} <b>runs again</b> on the newer version of the conversation, until the
     * timeout.
     *
     * @return what {@code change} returned
     * @throws ContentionException if other writers kept changing the conversation until the timeout
     * @throws UnsupportedOperationException if the storage keeps no versions
     */
    <R extends @Nullable Object> R update(Function<? super Turn, ? extends R> change);

    /** Returns the asynchronous operations on this conversation. */
    Async async();

    /**
     * The two asynchronous operations on a conversation. The {@link Conversation} and the {@link Turn} that they
     * provide do no I/O. Operations that are started through one context run one after another, in the order in which
     * they were started.
     *
     * <p>Stages fail with the exceptions of {@link FsmContext}. They complete, and {@code change} runs, on the executor
     * of the {@link Fsm}, never on a thread of the storage's driver.
     */
    interface Async {
        /** Reads the conversation. */
        CompletionStage<Conversation> read();

        /** Changes the conversation as {@link FsmContext#update} does. */
        <R extends @Nullable Object> CompletionStage<R> update(Function<? super Turn, ? extends R> change);
    }
}
