package io.botfsm.redis.testkit;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A server for a test class, and a connection to see what is in it; emptied after each test. */
public abstract class OneRedisServer {
    protected static RedisServerProcess server;
    protected static RespConnection redis;

    @BeforeAll
    static void startServer() {
        server = RedisServerProcess.start();
        redis = server.connect();
    }

    @AfterAll
    static void stopServer() {
        redis.close();
        server.close();
    }

    @AfterEach
    final void emptyServer() {
        redis.call("FLUSHALL");
    }
}
