package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.json.GenericType;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The view of a session for a handler of one dialog. Valid only while the handler runs. */
final class HandlerTurn<I, O, D> implements FlowTurn<O, D> {
    private final FlowSession<I, O> session;
    private final DialogDefinition<I, O, D> dialog;
    private final Set<Enum<?>> exits;
    private final Optional<String> handledIn;
    private final boolean mayDecide;
    private boolean hasDecided;
    private boolean hasSetData;

    private HandlerTurn(
            FlowSession<I, O> session, DialogDefinition<I, O, D> dialog, Set<Enum<?>> exits, boolean mayDecide) {
        this.session = session;
        this.dialog = dialog;
        this.exits = exits;
        this.handledIn = session.turn().state();
        this.mayDecide = mayDecide;
    }

    /** Runs a handler that may go to the exits of the current state. */
    static <I, O, D> void run(
            FlowSession<I, O> session, DialogDefinition<I, O, D> dialog, Function<FlowTurn<O, D>, Next> handler) {
        run(session, dialog, Set.of(), handler);
    }

    /** Runs a handler that has exits in addition to those of the current state. */
    static <I, O, D> void run(
            FlowSession<I, O> session,
            DialogDefinition<I, O, D> dialog,
            Set<Enum<?>> exits,
            Function<FlowTurn<O, D>, Next> handler) {
        HandlerTurn<I, O, D> view = new HandlerTurn<>(session, dialog, exits, true);
        view.requireDecided(handler.apply(view));
    }

    /** Creates a turn for code that runs before the handler, and must not decide. */
    static <I, O, D> HandlerTurn<I, O, D> undecided(FlowSession<I, O> session, DialogDefinition<I, O, D> dialog) {
        return new HandlerTurn<>(session, dialog, Set.of(), false);
    }

    @SuppressWarnings("unchecked") // there is no other implementation
    static <I, O, D> HandlerTurn<I, O, D> of(FlowTurn<O, D> turn) {
        return (HandlerTurn<I, O, D>) turn;
    }

    private void requireDecided(@Nullable Next returned) {
        if (returned == null || !hasDecided) {
            throw invalidDecision("decided nothing; return the result of goTo, again, back, begin or end");
        }
    }

    private void decide() {
        if (!mayDecide) {
            throw invalidDecision(
                    "that is declared by first(...) decided what happens next; decide in answer(...), when(...) or a command");
        }
        if (hasDecided) {
            throw invalidDecision("decided twice; return the result of the first goTo, again, back, begin or end");
        }
        hasDecided = true;
    }

    private HandlerDecisionException invalidDecision(String problem) {
        return new HandlerDecisionException(session.key(), handledIn, problem);
    }

    private UndeclaredExitException undeclared(Optional<Enum<?>> to, String destination, String remedy) {
        return new UndeclaredExitException(session.key(), handledIn, to, destination, remedy);
    }

    /** Returns the position in the handler's own dialog: the current one, or one that waits for a sub-dialog. */
    private Optional<Position<I, O, ?>> ownPosition() {
        return session.path().position(dialog);
    }

    /**
     * Returns the position of the conversation if it is in the handler's own dialog, and not in one that it has called.
     */
    private Optional<Position<I, O, ?>> currentPosition() {
        return session.path().position().filter(at -> at.isIn(dialog));
    }

    private String scope() {
        return session.path().scope(dialog);
    }

    @Override
    public D data() {
        return dialog.data(session.scoped(), scope());
    }

    @Override
    public FlowTurn<O, D> data(D changed) {
        session.scoped().data(scope(), requireNonNull(changed, "data"));
        if (dialog.stored(session.scoped(), scope()).isEmpty()) {
            requireEmptyIsBlank();
        }
        hasSetData = true;
        return this;
    }

    /**
     * Refuses data whose properties are all null, unless those of the empty data are too: such data is not stored, and
     * so would be read back as the empty data of the declaration.
     */
    private void requireEmptyIsBlank() {
        session.scoped().data(scope(), requireNonNull(dialog.empty()));
        if (dialog.stored(session.scoped(), scope()).isPresent()) {
            throw new IllegalArgumentException(session.key() + ": data of "
                    + dialog.empty().getClass().getName()
                    + " whose properties are all null would be read back as the empty data of the flow, which is different;"
                    + " declare empty data whose properties are all null, or set one of them");
        }
    }

    @Override
    public FlowTurn<O, D> say(O reply) {
        session.say(reply);
        return this;
    }

    @Override
    public <T> Optional<T> value(String name, Class<T> type) {
        return session.turn().value(name, type);
    }

    @Override
    public <T> Optional<T> value(String name, GenericType<T> type) {
        return session.turn().value(name, type);
    }

    @Override
    public FlowTurn<O, D> put(String name, Object value) {
        var unused = session.turn().put(requireOfChat(name), value);
        return this;
    }

    @Override
    public FlowTurn<O, D> remove(String name) {
        var unused = session.turn().remove(requireOfChat(name));
        return this;
    }

    private String requireOfChat(String name) {
        if (session.dialogs().isOwnData(requireNonNull(name, "data name"))) {
            throw new IllegalArgumentException("data entry \"" + name
                    + "\" belongs to a dialog, which sets it by data(...), change(...) or edit(...)");
        }
        return name;
    }

    @Override
    public Conversation now() {
        return session.turn();
    }

    @Override
    public Next goTo(Enum<?> state) {
        requireExit(state);
        decide();
        if (ownPosition().isPresent()) {
            session.path().goTo(dialog, state);
        } else {
            startOver(state);
        }
        return Next.DECIDED;
    }

    @Override
    public Next again() {
        if (session.path()
                .position()
                .filter(at -> !at.state().isAskable() && !at.state().isResting())
                .isPresent()) {
            throw invalidDecision(
                    "called again() where nothing is asked; go on to a state, or add ask(...) to this one");
        }
        decide();
        session.path().stay();
        return Next.DECIDED;
    }

    @Override
    public Next back() {
        if (!dialog.has(Reaction.Kind.BACK)
                && session.path().callers().stream().noneMatch(open -> open.has(Reaction.Kind.BACK))) {
            throw undeclared(Optional.empty(), "back", "declare it: back(...)");
        }
        decide();
        session.path().goBack();
        session.path().stay();
        return Next.DECIDED;
    }

    @Override
    public Next begin(Enum<?> state) {
        requireExit(state);
        if (dialog.isSub()) {
            throw invalidDecision("called begin() in a sub-dialog, which only its caller may begin; use goTo(...)");
        }
        decide();
        startOver(state);
        return Next.DECIDED;
    }

    private void startOver(Enum<?> state) {
        Optional<D> set = hasSetData ? dialog.stored(session.scoped(), scope()) : Optional.empty();
        session.path().leave();
        session.scoped().removeData(dialog.scope());
        set.ifPresent(data -> session.scoped().data(dialog.scope(), requireNonNull(data)));
        session.path().enter(dialog, state);
    }

    @Override
    public Next end() {
        boolean isExit = !dialog.isSub()
                && currentPosition().filter(at -> at.state().ends()).isPresent();
        if (handledIn.isPresent() && !isExit && !session.dialogs().endAnywhere()) {
            throw undeclared(
                    Optional.empty(),
                    "to the end",
                    "declare it in the state: ends(), or as a command of the flow: end(...)");
        }
        decide();
        session.path().leave();
        return Next.DECIDED;
    }

    @Override
    public Next done() {
        if (!dialog.isSub() || currentPosition().isEmpty()) {
            throw invalidDecision("called done() outside a sub-dialog; use end()");
        }
        if (currentPosition().filter(at -> at.state().ends()).isEmpty()) {
            throw undeclared(Optional.empty(), "back to its caller", "declare ends() in the state that returns");
        }
        decide();
        session.returned(dialog, requireNonNull(data()));
        return Next.DECIDED;
    }

    /** Calls a sub-dialog by a command. */
    Next call(DialogDefinition<I, O, ?> sub) {
        decide();
        session.path().callByCommand(sub, dialog);
        return Next.DECIDED;
    }

    private void requireExit(Enum<?> to) {
        requireNonNull(to, "state");
        boolean isExit = exits.contains(to)
                || currentPosition()
                        .filter(at -> at.state().exits().contains(to))
                        .isPresent();
        if (!isExit) {
            throw undeclared(
                    Optional.of(to),
                    "to " + to.name(),
                    currentPosition()
                            .map(at -> "declare it: state(" + at.state().state().name() + ", s -> s.to(" + to.name()
                                    + "))")
                            .orElse("declare it: when(..., ..., " + to.name() + ")"));
        }
    }
}
