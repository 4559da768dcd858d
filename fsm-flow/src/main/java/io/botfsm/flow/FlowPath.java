package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Turn;
import io.botfsm.internal.scope.ScopedTurn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Moves a conversation through its dialogs, within one turn. */
final class FlowPath<I, O> {
    private final FlowDialogs<I, O> dialogs;
    private final Turn turn;
    private final ScopedTurn scoped;
    private final FlowMarks marks;

    /** The state that the conversation is in, if that calls a sub-dialog: such a state is never stored itself. */
    private Optional<Position<I, O, ?>> returned = Optional.empty();

    FlowPath(FlowDialogs<I, O> dialogs, Turn turn, ScopedTurn scoped, FlowMarks marks) {
        this.dialogs = dialogs;
        this.turn = turn;
        this.scoped = scoped;
        this.marks = marks;
    }

    Optional<Position<I, O, ?>> position() {
        return returned.isPresent() ? returned : dialogs.position(turn.state());
    }

    /**
     * Returns the positions in the current dialog and in those that wait for it, the outermost first, without positions
     * that this build does not have.
     */
    private List<Position<I, O, ?>> positions() {
        List<Position<I, O, ?>> positions = new ArrayList<>();
        marks.frames().forEach(frame -> dialogs.position(frame.state()).ifPresent(positions::add));
        position().ifPresent(positions::add);
        return positions;
    }

    /** Returns the current dialog and those that wait for it, each once. */
    List<DialogDefinition<I, O, ?>> dialogs() {
        List<DialogDefinition<I, O, ?>> open = new ArrayList<>();
        for (Position<I, O, ?> at : positions()) {
            if (open.stream().noneMatch(at::isIn)) {
                open.add(at.dialog());
            }
        }
        return open;
    }

    /**
     * Returns the open {@link #dialogs()} and those whose commands called one of them, even from no state; each once.
     */
    List<DialogDefinition<I, O, ?>> callers() {
        List<DialogDefinition<I, O, ?>> callers = new ArrayList<>(dialogs());
        for (FlowMarks.Frame frame : marks.frames()) {
            frame.command()
                    .flatMap(dialogs::dialog)
                    .filter(caller -> callers.stream().noneMatch(caller::is))
                    .ifPresent(callers::add);
        }
        return callers;
    }

    /** Returns whether a dialog is open, or one of its commands called an open dialog. */
    boolean contains(DialogDefinition<I, O, ?> dialog) {
        return callers().stream().anyMatch(dialog::is);
    }

    /** Returns the innermost position in a dialog: the current one, or one that waits for a sub-dialog. */
    Optional<Position<I, O, ?>> position(DialogDefinition<I, O, ?> dialog) {
        return positions().stream().filter(at -> at.isIn(dialog)).reduce((outer, inner) -> inner);
    }

    /** Returns the scope of the data of a dialog. */
    String scope(DialogDefinition<I, O, ?> dialog) {
        return position(dialog).map(Position::scope).orElseGet(dialog::scope);
    }

    /** Goes on to a state of an open dialog, and ends the sub-dialogs that this dialog has called. */
    <D> void goTo(DialogDefinition<I, O, D> dialog, Enum<?> to) {
        unwindTo(dialog);
        Position<I, O, ?> from = position().orElseThrow();
        Optional<String> left =
                Optional.of(from.stored()).filter(state -> from.state().isAskable() && !from.isAt(to));
        marks.recordLeft(
                left,
                state -> dialogs.position(Optional.of(state))
                        .filter(at -> at.isAt(to))
                        .isPresent());
        enter(dialog, to);
    }

    private void unwindTo(DialogDefinition<I, O, ?> dialog) {
        while (position().filter(at -> at.isIn(dialog)).isEmpty()) {
            var unused = pop();
        }
    }

    /** Enters a state, and moves the data of its dialog to the scope of the current names. */
    <D> void enter(DialogDefinition<I, O, D> dialog, Enum<?> to) {
        String former = scope(dialog);
        if (!former.equals(dialog.scope())) {
            dialog.stored(scoped, former).ifPresent(data -> scoped.data(dialog.scope(), requireNonNull(data)));
            scoped.removeData(former);
        }
        Position<I, O, D> target = Position.of(dialog, to, dialog.names().name(to));
        marks.work(target.state().work().map(work -> UUID.randomUUID().toString()));
        if (target.state().isResting()) {
            marks.clearBack();
        }
        if (target.state().call().isPresent()) {
            returned = Optional.of(target);
            call(target.state().call().get().dialog(), Optional.empty());
        } else {
            returned = Optional.empty();
            turn.state(target.stored());
        }
    }

    /**
     * Calls a dialog by a command of another dialog. A dialog can be open only once, since its data is stored only
     * once. Open dialogs that this call would open a second time are therefore ended first, and called again after it
     * has returned.
     */
    void callByCommand(DialogDefinition<I, O, ?> sub, DialogDefinition<I, O, ?> caller) {
        while (dialogs().stream().anyMatch(sub::reaches)) {
            if (marks.frames().isEmpty()) { // entered by a build in which nothing called it
                leave();
            } else {
                var unused = pop();
            }
        }
        call(sub, Optional.of(caller.scope()));
    }

    private void call(DialogDefinition<I, O, ?> sub, Optional<String> command) {
        Optional<String> from = returned.isPresent() ? returned.map(Position::stored) : turn.state();
        marks.push(new FlowMarks.Frame(from, command));
        returned = Optional.empty();
        restart(sub);
    }

    private <D> void restart(DialogDefinition<I, O, D> sub) {
        scoped.removeData(scope(sub));
        marks.clearBack();
        enter(sub, sub.start());
    }

    /** Ends the innermost call, and returns to where it was made. */
    FlowMarks.Frame pop() {
        position().ifPresent(at -> scoped.removeData(at.scope()));
        FlowMarks.Frame frame = marks.pop();
        marks.work(Optional.empty());
        returned = Optional.empty();
        Optional<Position<I, O, ?>> caller = dialogs.position(frame.state());
        if (frame.state().isEmpty()) {
            turn.clearState();
        } else if (caller.filter(
                        at -> frame.command().isEmpty() || at.state().call().isPresent())
                .isPresent()) {
            returned = caller;
        } else {
            turn.state(frame.state().get());
        }
        return frame;
    }

    /** Stays in the state; if it calls a sub-dialog, calls that again. */
    void stay() {
        returned.ifPresent(at -> enter(at.dialog(), at.state().state()));
    }

    /** Goes back to the last state that leads to the current one; stays if there is none. */
    void goBack() {
        List<FlowMarks.Frame> frames = marks.frames();
        Optional<Position<I, O, ?>> from = position();
        for (int depth = frames.size(); from.isPresent(); depth--) {
            List<String> states = marks.backStates(depth);
            for (int i = states.size() - 1; i >= 0; i--) {
                Optional<Position<I, O, ?>> to = dialogs.position(Optional.of(states.get(i)));
                if (to.isPresent() && to.get().leadsTo(from.get())) {
                    unwind(depth);
                    marks.truncateBack(depth, i);
                    enter(to.get().dialog(), to.get().state().state());
                    return;
                }
            }
            if (depth == 0) {
                return;
            }
            FlowMarks.Frame caller = frames.get(depth - 1);
            if (caller.command().isPresent()) {
                unwind(depth - 1);
                return;
            }
            from = dialogs.position(caller.state());
        }
    }

    private void unwind(int depth) {
        while (marks.frames().size() > depth) {
            var unused = pop();
        }
    }

    /** Leaves the current dialog, even one that this build does not have, and removes its data. */
    void leave() {
        dialogs().forEach(dialog -> scoped.removeData(scope(dialog)));
        turn.state().ifPresent(state -> scoped.removeData(StoredStates.scope(state)));
        marks.forget();
        returned = Optional.empty();
        turn.remove(FlowMarks.UNSENT_ENTRY).clearState();
    }

    void movedByHand(Position<I, O, ?> from) {
        if (turn.state().isEmpty()) {
            turn.state(from.stored());
            leave();
        } else if (!turn.state().get().equals(from.stored())) {
            marks.clearBack();
            var unused = enterIfStored();
        }
    }

    /**
     * Enters the stored state if it calls a sub-dialog or only does work, and has not been entered because it was
     * stored by the bot's own code, or by a build in which it asked a question.
     */
    boolean enterIfStored() {
        Optional<Position<I, O, ?>> stored = position()
                .filter(at -> at.state().question().isEmpty())
                .filter(at ->
                        at.state().call().isPresent() || FlowMarks.work(scoped).isEmpty());
        stored.ifPresent(at -> enter(at.dialog(), at.state().state()));
        return stored.isPresent();
    }
}
