package io.botfsm.flow;

import io.botfsm.storage.FsmException;
import java.util.Optional;

/** Thrown when the declaration of a flow cannot work: while the flow is built, at the faulty declaration. */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class FlowDefinitionException extends FsmException {
    private final Class<?> states;
    private final Optional<Enum<?>> state;

    FlowDefinitionException(Class<?> states, Optional<Enum<?>> state, String problem) {
        super("flow " + states.getSimpleName()
                + state.map(which -> ", state " + which.name()).orElse("") + ": " + problem);
        this.states = states;
        this.state = state;
    }

    /** The enum of the flow's states. */
    public Class<?> states() {
        return states;
    }

    /** Returns the state whose declaration is faulty; empty if it is not that of a state. */
    public Optional<Enum<?>> state() {
        return state;
    }
}
