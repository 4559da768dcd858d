package io.botfsm.redis.lettuce;

import io.lettuce.core.api.StatefulRedisConnection;
import org.jspecify.annotations.Nullable;

/** Where the commands of a port go. Thread-safe. */
interface Connections {
    /** The connection of the moment, lost ones included; null once closed. */
    @Nullable
    StatefulRedisConnection<byte[], byte[]> current();

    /** A number that rises before the first command is answered over another connection than before. */
    long number();

    /** A call on this connection timed out. */
    void timedOut(StatefulRedisConnection<byte[], byte[]> connection);

    /** One connection, for as long as it lasts. */
    static Connections only(StatefulRedisConnection<byte[], byte[]> connection) {
        return new Connections() {
            @Override
            public StatefulRedisConnection<byte[], byte[]> current() {
                return connection;
            }

            @Override
            public long number() {
                return 0;
            }

            @Override
            public void timedOut(StatefulRedisConnection<byte[], byte[]> same) {
                // It is not replaced.
            }
        };
    }
}
