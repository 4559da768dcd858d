/** Conversations and leases in Redis through the Lettuce client. */
module io.botfsm.redis.lettuce {
    requires transitive io.botfsm.redis;
    requires transitive lettuce.core;
    requires org.slf4j;
    requires static transitive org.jspecify;
    // Lettuce is an automatic module, and those do not bring the explicit ones that they need.
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.common;
    requires io.netty.handler;
    // Lettuce 6.6 and 6.7 can do without and do not bring it; 7 cannot, and "static" would leave it out.
    requires io.netty.resolver.dns;
    requires io.netty.transport;

    exports io.botfsm.redis.lettuce;
}
