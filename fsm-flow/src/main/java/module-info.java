/** Dialogs of chat bots: what to ask in each state, and what to do with the answer. */
module io.botfsm.flow {
    requires transitive io.botfsm.core;
    requires static transitive org.jspecify;

    exports io.botfsm.flow;
}
