package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Turn;
import io.botfsm.internal.scope.ScopedTurn;
import io.botfsm.storage.StorageKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One run of a flow on one turn: finds the handler of an input, and moves the conversation as it decides. */
final class FlowSession<I, O> {
    private final FlowDialogs<I, O> dialogs;
    private final StorageKey key;
    private final Turn turn;
    private final ScopedTurn scoped;
    private final History history;
    private final List<O> replies = new ArrayList<>();

    FlowSession(FlowDialogs<I, O> dialogs, StorageKey key, Turn turn) {
        this.dialogs = dialogs;
        this.key = key;
        this.turn = turn;
        this.scoped = (ScopedTurn) FlowDialogs.scoped(turn);
        this.history = new History(scoped);
    }

    /** Handles an input, and asks what is to be asked then. */
    List<O> input(I input) {
        dialogs.all().forEach(dialog -> runFirst(dialog, input));
        Optional<Position<I, O, ?>> position = position();
        Optional<O> late = late(input);
        if (late.isPresent()) {
            say(late.get());
        } else if (position.isEmpty()) {
            command(input);
        } else {
            inState(position.get(), input);
        }
        replies.addAll(dialogs.question(turn));
        return List.copyOf(replies);
    }

    private <D> void runFirst(DialogDefinition<I, O, D> dialog, I input) {
        dialog.first().forEach(handler -> handler.accept(HandlerTurn.undecided(this, dialog), input));
    }

    private Optional<O> late(I input) {
        return dialogs.all().stream()
                .flatMap(dialog -> dialog.lateAnswers().stream())
                .filter(late -> late.stateOf()
                        .apply(input)
                        .filter(state -> !isAt(state))
                        .isPresent())
                .map(DialogDefinition.LateAnswers::ifLate)
                .findFirst();
    }

    private boolean isAt(String state) {
        return turn.state().filter(state::equals).isPresent();
    }

    private <D> void inState(Position<I, O, D> at, I input) {
        for (Reaction<I, O, D> reaction : at.state().reactions()) {
            if (reaction.test().test(input)) {
                run(at.dialog(), reaction, input);
                return;
            }
        }
        if (command(input)) {
            return;
        }
        at.state().answer().ifPresent(handler -> {
            HandlerTurn<I, O, D> view = HandlerTurn.deciding(this, at.dialog(), Optional.empty());
            view.requireDecided(handler.apply(view, input));
        });
        at.state().byHand().ifPresent(handler -> {
            replies.addAll(handler.apply(turn, input));
            movedByHand(at);
        });
    }

    private boolean command(I input) {
        for (DialogDefinition<I, O, ?> dialog : dialogs.all()) {
            if (command(dialog, input)) {
                return true;
            }
        }
        return false;
    }

    private <D> boolean command(DialogDefinition<I, O, D> dialog, I input) {
        for (Reaction<I, O, D> reaction : dialog.reactions()) {
            boolean isHeard = !reaction.is(Reaction.Kind.BACK) || isIn(dialog);
            if (isHeard && reaction.test().test(input)) {
                run(dialog, reaction, input);
                return true;
            }
        }
        return false;
    }

    private <D> void run(DialogDefinition<I, O, D> dialog, Reaction<I, O, D> reaction, I input) {
        HandlerTurn<I, O, D> view = HandlerTurn.deciding(this, dialog, Optional.of(reaction));
        view.requireDecided(reaction.handler().apply(view, input));
    }

    private void movedByHand(Position<I, O, ?> from) {
        if (!isAt(from.stored())) {
            history.forget();
        }
        if (turn.state().isEmpty()) {
            scoped.removeData(from.scope());
        }
    }

    Turn turn() {
        return turn;
    }

    ScopedTurn scoped() {
        return scoped;
    }

    StorageKey key() {
        return key;
    }

    FlowDialogs<I, O> dialogs() {
        return dialogs;
    }

    Optional<Position<I, O, ?>> position() {
        return dialogs.position(turn.state());
    }

    boolean isIn(DialogDefinition<I, O, ?> dialog) {
        return position().filter(at -> at.isIn(dialog)).isPresent();
    }

    void say(O reply) {
        replies.add(requireNonNull(reply, "reply"));
    }

    /** Goes on to a state of the dialog that the conversation is in. */
    <D> void goOn(DialogDefinition<I, O, D> dialog, Enum<?> to) {
        Position<I, O, ?> from = position().orElseThrow();
        if (!from.state().isResting() && from.state().state() != to) {
            history.add(
                    from.stored(),
                    left -> dialogs.position(Optional.of(left))
                            .filter(at -> at.state().state() == to)
                            .isPresent());
        }
        enter(dialog, to);
    }

    /** Enters a state, whose dialog's data goes where that of its present names belongs. */
    <D> void enter(DialogDefinition<I, O, D> dialog, Enum<?> to) {
        String name = dialog.names().name(to);
        position().filter(from -> from.isIn(dialog)).map(Position::scope).ifPresent(scope -> {
            if (!scope.equals(dialog.scope())) {
                dialog.stored(scoped, scope).ifPresent(data -> scoped.data(dialog.scope(), requireNonNull(data)));
                scoped.removeData(scope);
            }
        });
        turn.state(name);
        if (Position.of(dialog, to, name).state().isResting()) {
            history.forget();
        }
    }

    /** Goes back to the last state from which one gets here; stays if there is none. */
    <D> void goBack(Position<I, O, D> from) {
        List<String> states = history.states();
        for (int i = states.size() - 1; i >= 0; i--) {
            Optional<Position<I, O, ?>> to = dialogs.position(Optional.of(states.get(i)))
                    .filter(at -> at.isIn(from.dialog()))
                    .filter(at -> from.dialog()
                            .leads(
                                    requireNonNull(from.dialog()
                                            .states()
                                            .get(at.state().state())),
                                    from.state().state()));
            if (to.isPresent()) {
                history.cut(i);
                enter(from.dialog(), to.get().state().state());
                return;
            }
        }
    }

    /** Leaves whatever dialog the conversation is in, also one that this build does not have, with its data. */
    void leave() {
        turn.state().ifPresent(state -> scoped.removeData(StoredStates.scope(state)));
        history.forget();
        turn.clearState();
    }
}
