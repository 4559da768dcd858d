/** Conversations and leases in Redis through the Jedis client. */
module io.botfsm.redis.jedis {
    requires transitive io.botfsm.redis;
    requires transitive redis.clients.jedis;
    requires static transitive org.jspecify;
    // Jedis is an automatic module; the explicit modules that it needs have to be required here.
    requires org.apache.commons.pool2;
    requires org.slf4j;

    exports io.botfsm.redis.jedis;
}
