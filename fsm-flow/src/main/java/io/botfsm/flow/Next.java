package io.botfsm.flow;

/**
 * That a handler has decided what happens next. Only the verbs of a {@link FlowTurn} return it, so no path through a
 * handler can forget to decide.
 */
public final class Next {
    static final Next DECIDED = new Next();

    private Next() {}

    @Override
    public String toString() {
        return "Next";
    }
}
