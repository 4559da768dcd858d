package io.botfsm.redis.jedis;

/** When a server is asked whether it is a master, before a new connection to it is used. */
enum RoleCheck {
    /** A node of a cluster passes by what it does not serve. */
    NEVER,
    /** What took the place of the server before, or is there after a write was refused. */
    OF_ANOTHER_SERVER,
    /** Sentinels may be out of date. */
    ALWAYS;

    boolean isNeeded(boolean ofAnotherServer) {
        return this == ALWAYS || (this == OF_ANOTHER_SERVER && ofAnotherServer);
    }
}
