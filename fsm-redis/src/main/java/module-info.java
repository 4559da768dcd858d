/**
 * Redis storage, independent of the client: the layout of conversations and leases, the scripts that change them, and
 * the port that a client adapter implements.
 */
@SuppressWarnings("module") // the modules to which it exports are built after it
module io.botfsm.redis {
    requires transitive io.botfsm.core;
    requires transitive io.botfsm.lock;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.botfsm.redis;
    exports io.botfsm.redis.spi;
    exports io.botfsm.redis.spi.blocking;
    exports io.botfsm.redis.catalog to
            io.botfsm.redis.aiogram;
    exports io.botfsm.redis.internal to
            io.botfsm.redis.aiogram;
}
