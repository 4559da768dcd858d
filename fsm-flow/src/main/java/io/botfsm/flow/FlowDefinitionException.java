package io.botfsm.flow;

import io.botfsm.storage.FsmException;
import java.util.Optional;

/** The declaration of a flow cannot work: thrown while it is built, at the declaration that is wrong. */
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

    /** The state whose declaration is wrong; empty if it is none's. */
    public Optional<Enum<?>> state() {
        return state;
    }
}
