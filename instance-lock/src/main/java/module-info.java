/** Exactly one active instance of a bot: leases, fencing tokens, takeover. */
module io.botfsm.lock {
    requires static transitive org.jspecify;
}
