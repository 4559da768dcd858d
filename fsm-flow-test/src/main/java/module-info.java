/** Tests of dialogs, without a messenger and without waiting. */
module io.botfsm.flow.test {
    requires transitive io.botfsm.flow;
    requires io.botfsm.memory;
    requires static transitive org.jspecify;

    exports io.botfsm.flow.test;
}
