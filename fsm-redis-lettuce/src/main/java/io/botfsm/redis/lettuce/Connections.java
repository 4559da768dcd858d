package io.botfsm.redis.lettuce;

import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Where the commands of a port go. Thread-safe. */
interface Connections {
    /** The connection of the moment, lost ones included; null if there is none yet, or no more. */
    @Nullable
    StatefulRedisConnection<byte[], byte[]> current();

    /** A number that rises before the first command is answered over another connection than before. */
    long number();

    /** Whether there will be none any more. */
    boolean isClosed();

    /** Completes when there is one for the first time. */
    CompletionStage<Void> ready();

    /**
     * A call on this connection failed in a way that another connection may mend.
     *
     * @param why for the log
     */
    void doubt(StatefulRedisConnection<byte[], byte[]> connection, String why);

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
            public boolean isClosed() {
                return false;
            }

            @Override
            public CompletionStage<Void> ready() {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void doubt(StatefulRedisConnection<byte[], byte[]> same, String why) {
                // It is not replaced.
            }
        };
    }
}
