package io.botfsm.flow;

/**
 * A handler's decision about what happens next. Only the methods of a {@link FlowTurn} return it, so that the compiler
 * ensures a decision on every path through a handler.
 */
public final class Next {
    static final Next DECIDED = new Next();

    private Next() {}

    @Override
    public String toString() {
        return "Next";
    }
}
