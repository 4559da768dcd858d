package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.json.GenericType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A session as a handler of one dialog sees it. Ends with the handler. */
final class HandlerTurn<I, O, D> implements FlowTurn<O, D> {
    private final FlowSession<I, O> session;
    private final DialogDefinition<I, O, D> dialog;
    private final Optional<Reaction<I, O, D>> reaction;
    private final Optional<String> handledIn;
    private final boolean mayDecide;
    private boolean hasDecided;
    private boolean hasSetData;

    private HandlerTurn(
            FlowSession<I, O> session,
            DialogDefinition<I, O, D> dialog,
            Optional<Reaction<I, O, D>> reaction,
            boolean mayDecide) {
        this.session = session;
        this.dialog = dialog;
        this.reaction = reaction;
        this.handledIn = session.turn().state();
        this.mayDecide = mayDecide;
    }

    /** For a handler of an input: of a command or one of the present state's, which has its exits. */
    static <I, O, D> HandlerTurn<I, O, D> deciding(
            FlowSession<I, O> session, DialogDefinition<I, O, D> dialog, Optional<Reaction<I, O, D>> reaction) {
        return new HandlerTurn<>(session, dialog, reaction, true);
    }

    /** For what runs before the handler. */
    static <I, O, D> HandlerTurn<I, O, D> undecided(FlowSession<I, O> session, DialogDefinition<I, O, D> dialog) {
        return new HandlerTurn<>(session, dialog, Optional.empty(), false);
    }

    void requireDecided(@Nullable Next returned) {
        if (returned == null || !hasDecided) {
            throw undecidable("decided nothing; return what goTo, again, back, begin or end returned");
        }
    }

    private void decide() {
        if (!mayDecide) {
            throw undecidable("that only runs first decided what happens next; decide in answer, when or a command");
        }
        if (hasDecided) {
            throw undecidable("decided twice; return the first of goTo, again, back, begin and end at once");
        }
        hasDecided = true;
    }

    private HandlerDecisionException undecidable(String problem) {
        return new HandlerDecisionException(session.key(), handledIn, problem);
    }

    private Optional<Position<I, O, ?>> own() {
        return session.position().filter(at -> at.isIn(dialog));
    }

    private String scope() {
        return own().map(Position::scope).orElseGet(dialog::scope);
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

    /** Data without any value is not stored, so it reads as the empty one of the declaration. */
    private void requireEmptyIsBlank() {
        session.scoped().data(scope(), requireNonNull(dialog.empty()));
        if (dialog.stored(session.scoped(), scope()).isPresent()) {
            throw new IllegalArgumentException(session.key() + ": data of "
                    + dialog.empty().getClass().getName()
                    + " in which everything is null would be read back as the empty data of the flow, which is not;"
                    + " declare empty data in which everything is null, or set a value");
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
        if (session.dialogs().own(requireNonNull(name, "data name"))) {
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
        if (own().isPresent()) {
            session.goOn(dialog, state);
        } else {
            startOver(state);
        }
        return Next.DECIDED;
    }

    @Override
    public Next again() {
        decide();
        return Next.DECIDED;
    }

    @Override
    public Next back() {
        if (!dialog.has(Reaction.Kind.BACK)) {
            throw new UndeclaredExitException(
                    session.key(), handledIn, Optional.empty(), "declare the way back: back(...)");
        }
        decide();
        own().ifPresent(session::goBack);
        return Next.DECIDED;
    }

    @Override
    public Next begin(Enum<?> state) {
        requireExit(state);
        decide();
        startOver(state);
        return Next.DECIDED;
    }

    private void startOver(Enum<?> state) {
        Optional<D> set = hasSetData ? dialog.stored(session.scoped(), scope()) : Optional.empty();
        session.leave();
        session.scoped().removeData(dialog.scope());
        set.ifPresent(data -> session.scoped().data(dialog.scope(), requireNonNull(data)));
        session.enter(dialog, state);
    }

    @Override
    public Next end() {
        boolean isExit = own().filter(at -> at.state().ends()).isPresent();
        if (session.turn().state().isPresent() && !isExit && !session.dialogs().endAnywhere()) {
            throw new UndeclaredExitException(
                    session.key(),
                    handledIn,
                    Optional.empty(),
                    "declare it in the state: ends(), or as a command: end(...)");
        }
        decide();
        session.leave();
        return Next.DECIDED;
    }

    private void requireExit(Enum<?> to) {
        requireNonNull(to, "state");
        boolean isExit = reaction.filter(r -> r.exits().contains(to)).isPresent()
                || own().filter(at -> at.state().exits().contains(to)).isPresent();
        if (!isExit) {
            throw new UndeclaredExitException(
                    session.key(),
                    handledIn,
                    Optional.of(to),
                    own().map(at -> "declare it: state(" + at.state().state().name() + ", s -> s.to(" + to.name()
                                    + "))")
                            .orElse("declare it: when(..., ..., " + to.name() + ")"));
        }
    }
}
