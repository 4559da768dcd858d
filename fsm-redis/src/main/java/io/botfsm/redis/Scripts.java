package io.botfsm.redis;

import io.botfsm.redis.internal.Script;
import java.util.List;

/** The scripts of conversations and leases. */
final class Scripts {
    static final Script WRITE = load("write.lua");
    static final Script PROBE = load("probe.lua");
    static final Script ACQUIRE = load("lease-acquire.lua");
    static final Script RENEW = load("lease-renew.lua");
    static final Script RELEASE = load("lease-release.lua");
    static final Script FORCE = load("lease-force.lua");
    static final Script READ = load("lease-read.lua");
    static final Script LEASE_PROBE = load("lease-probe.lua");

    /** The scripts that are loaded into a server before it is used for conversations. */
    static final List<Script> OF_CONVERSATIONS = List.of(WRITE, PROBE);

    /** The scripts that are loaded into a server before it is used for leases. */
    static final List<Script> OF_LEASES = List.of(ACQUIRE, RENEW, RELEASE, FORCE, READ, LEASE_PROBE);

    private Scripts() {}

    private static Script load(String name) {
        return Script.read(Scripts.class.getResourceAsStream(name));
    }
}
