package io.botfsm.cli;

import io.botfsm.redis.testkit.RedisUser;

/** Users of Redis with the rights that docs/operate/botfsm-command.md names. */
final class Operators {
    static final RedisUser OF_CONVERSATIONS =
            RedisUser.OF_OPERATORS.with("+zadd", "+zrem", "+zscore", "+zrangebyscore", "+zcard");
    static final RedisUser OF_CLUSTERS =
            OF_CONVERSATIONS.with("+asking", "+cluster|slots", "+cluster|nodes", "+cluster|getkeysinslot");
    static final RedisUser OF_MIGRATIONS = new RedisUser(
            "migrator", "hunter2", RedisUser.OF_OPERATORS.with("+get", "+set").rights());
    static final RedisUser OF_LOCKS = RedisUser.OF_LEASES;
    static final RedisUser OF_LOCKS_IN_CLUSTERS = OF_LOCKS.with("+asking", "+cluster|slots");

    private Operators() {}
}
