package io.botfsm.integration.lock;

import java.util.List;

/** A server with the lease that instances compete for. It forgets nothing, so that a first grant does not wait. */
interface LeaseServer extends AutoCloseable {
    /** For {@link Backend#open}. */
    String uri();

    /** How many of these instances wait for the lease, and would hear of its release. */
    long standbys(List<InstanceProcess> instances);

    /** For how long the lease is held unless it is renewed, in milliseconds. */
    long remainingMillis();

    @Override
    void close();
}
