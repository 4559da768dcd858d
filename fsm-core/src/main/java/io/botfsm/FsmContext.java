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
 * One conversation outside events: for an admin command, a timer, a test. Every verb is one atomic write, at once;
 * inside an event use {@link Fsm#handle}, so that the event counts once.
 *
 * <p>Thread-safe and cheap to make. Every call waits for the storage, at most as long as the {@link Fsm} is set to, and
 * throws {@link StorageUnavailableException}, {@link StorageRefusedException}, {@link StorageClosedException},
 * {@link InterruptedCallException} and, for writes under a fence, {@link FencedException}.
 */
public interface FsmContext {
    /** Whose conversation this is. */
    StorageKey key();

    /** Reads the conversation. */
    Conversation read();

    /** Reads the state as it is stored. */
    Optional<String> state();

    /**
     * Reads the state as {@link Conversation#state(Class)} does.
     *
     * @throws UnknownStateException as said there
     * @throws IllegalArgumentException as said there
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
     * @throws UnreadableDataException as said there
     */
    <T> Optional<T> value(String name, Class<T> type);

    /**
     * Reads one data entry as {@link Conversation#value(String, GenericType)} does.
     *
     * @throws UnreadableDataException as said there
     */
    <T> Optional<T> value(String name, GenericType<T> type);

    /**
     * Reads the typed data as {@link Conversation#data} does.
     *
     * @throws UnreadableDataException as said there
     */
    <T> Optional<T> data(Class<T> type);

    /**
     * Puts one data entry; the others stay as they are, also if they change at the same time.
     *
     * @throws IllegalArgumentException if the codec cannot write the value, or would not read it back equal
     * @throws NullPointerException if the value is null: use {@link Turn#remove} in {@link #update}
     */
    void updateData(String name, Object value);

    /**
     * Puts several data entries together; the others stay as they are, also if they change at the same time.
     *
     * @throws IllegalArgumentException if the codec cannot write a value, or would not read it back equal
     * @throws NullPointerException if a value is null
     */
    void updateData(Map<String, ?> patch);

    /**
     * Leaves exactly these data entries.
     *
     * @throws IllegalArgumentException if the codec cannot write a value, or would not read it back equal
     * @throws NullPointerException if a value is null
     */
    void setData(Map<String, ?> all);

    /**
     * Moves from one state to another, if the conversation is in the first.
     *
     * @return whether it was, and has moved
     * @throws IllegalArgumentException if a constant's group was not registered with {@link Fsm.Builder#states}
     */
    boolean transition(Enum<?> from, Enum<?> to);

    /**
     * Reads the conversation, lets {@code change} work on it, and writes what it changed, if anything, provided that
     * nobody else has written meanwhile; otherwise {@code change} <b>runs again</b> on the newer conversation, until
     * the time is up.
     *
     * @return what {@code change} returned
     * @throws ContentionException if others kept writing until the time was up
     * @throws UnsupportedOperationException if the storage keeps no versions
     */
    <R extends @Nullable Object> R update(Function<? super Turn, ? extends R> change);

    /** The same without waiting. */
    Async async();

    /**
     * A conversation's two operations without waiting; the verbs stand on {@link Turn} and {@link Conversation}, which
     * do no I/O. Operations begun through one context run one after another, in the order in which they were begun.
     *
     * <p>Stages fail with the exceptions of {@link FsmContext}; they complete, and {@code change} runs, on the executor
     * of the {@link Fsm}, never on a thread of the storage's driver.
     */
    interface Async {
        /** Reads the conversation. */
        CompletionStage<Conversation> read();

        /** Changes the conversation as {@link FsmContext#update} does. */
        <R extends @Nullable Object> CompletionStage<R> update(Function<? super Turn, ? extends R> change);
    }
}
