/**
 * Everything about Redis that is not a client: the layout of conversations and leases, the scripts that change them, and the port that a
 * client adapter implements.
 */
module io.botfsm.redis {
    requires transitive io.botfsm.core;
    requires transitive io.botfsm.lock;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.botfsm.redis;
    exports io.botfsm.redis.spi;
}
