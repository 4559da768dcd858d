/** Conversations and leases in Redis through the Lettuce client. */
module io.botfsm.redis.lettuce {
    requires transitive io.botfsm.redis;
    requires transitive lettuce.core;
    requires org.slf4j;
    requires static transitive org.jspecify;
    // Lettuce is an automatic module; the explicit modules that it needs have to be required here.
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.common;
    requires io.netty.handler;
    // Lettuce 6.6 and 6.7 work without it and do not depend on it; 7 needs it, and "static" would leave it out.
    requires io.netty.resolver.dns;
    requires io.netty.transport;

    exports io.botfsm.redis.lettuce;
}
