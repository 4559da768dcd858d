/** Exactly one active instance of a bot: leases, fencing tokens, takeover, ordered shutdown. */
@SuppressWarnings("module") // the modules in the qualified export are built after this one
module io.botfsm.lock {
    requires jdk.unsupported; // for signals
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.botfsm.lifecycle;
    exports io.botfsm.lock;
    exports io.botfsm.lock.internal to
            io.botfsm.cli,
            io.botfsm.runtime;
    exports io.botfsm.lock.store;
}
