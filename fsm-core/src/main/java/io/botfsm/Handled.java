package io.botfsm;

import static java.util.Objects.requireNonNull;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The result of handling an event. Immutable.
 *
 * @param <R> what the handler returns
 */
public sealed interface Handled<R extends @Nullable Object> {
    /**
     * The event was handled, and its turn is stored.
     *
     * @param result what the handler returned
     * @param now the conversation after the turn
     * @param <R> what the handler returns
     */
    record Done<R extends @Nullable Object>(R result, Conversation now) implements Handled<R> {}

    /**
     * The event was already handled; nothing was written. The reply may have been lost in a crash: ask the
     * conversation's current question again.
     *
     * @param now the current conversation
     * @param <R> what the handler would have returned
     */
    record Repeated<R extends @Nullable Object>(Conversation now) implements Handled<R> {}

    /** Returns the conversation after the event. */
    Conversation now();

    /**
     * Returns the result of the handler or, for a repeated event, the result of {@code ifRepeated} for the
     * conversation.
     */
    default R orElse(Function<? super Conversation, ? extends R> ifRepeated) {
        requireNonNull(ifRepeated, "ifRepeated");
        return this instanceof Done<R> done ? done.result() : ifRepeated.apply(now());
    }
}
