package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.StateNames;
import java.util.function.Consumer;

/**
 * A dialog that other dialogs call with {@link DialogState#call} or {@link Dialog#call}, such as one that asks for an
 * address. It begins in the state that is declared first, and returns its data with {@link FlowTurn#done()}. Immutable
 * and thread-safe.
 *
 * @param <I> the inputs of the bot
 * @param <O> the replies of the bot
 * @param <R> the dialog's data, which it returns
 */
public final class SubFlow<I, O, R> {
    private final DialogDefinition<I, O, R> dialog;

    private SubFlow(DialogDefinition<I, O, R> dialog) {
        this.dialog = dialog;
    }

    /**
     * Creates a sub-dialog. Its commands are recognized only within it.
     *
     * @param states the enum of its states; every constant must be declared
     * @param empty the data with which each call begins, as for {@link Flow#of}
     * @param declaration declares the dialog
     * @throws FlowDefinitionException if the dialog cannot work
     */
    public static <I, O, R, E extends Enum<E>> SubFlow<I, O, R> of(
            Class<E> states, R empty, Consumer<? super Dialog<I, O, R>> declaration) {
        return of(states, empty, names -> {}, declaration);
    }

    /**
     * Creates a sub-dialog whose states are stored under names of your choice.
     *
     * @param states the enum of its states; every constant must be declared
     * @param empty the data with which each call begins, as for {@link Flow#of}
     * @param names the stored names
     * @param declaration declares the dialog
     * @throws FlowDefinitionException if the dialog cannot work
     * @throws IllegalArgumentException if a stored name stands for two states
     */
    public static <I, O, R, E extends Enum<E>> SubFlow<I, O, R> of(
            Class<E> states, R empty, Consumer<StateNames<E>> names, Consumer<? super Dialog<I, O, R>> declaration) {
        requireNonNull(empty, "empty");
        Dialog<I, O, R> dialog = new Dialog<>(StoredStates.of(states, names), empty, true);
        requireNonNull(declaration, "declaration").accept(dialog);
        return new SubFlow<>(dialog.build());
    }

    DialogDefinition<I, O, R> dialog() {
        return dialog;
    }
}
