package io.botfsm.redis.spi;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Initializes each new connection before it is used: rejects a replica, such as a master that was replaced, and loads
 * the scripts, which a server that has restarted has forgotten.
 *
 * @param role whether the server must be a master
 * @param scripts loads the scripts into the server
 */
record ConnectionInitializer(RoleCheck role, Function<RedisPort, CompletionStage<Void>> scripts) {
    /**
     * Fails, so that connecting is retried, if the server is not ready yet, does not answer, or does not accept the
     * credentials. Permanent refusals of these steps are left to the calls, which report them.
     */
    CompletionStage<ServerConnection> initialized(ServerConnection connection) {
        RedisPort port = new PortOfOne(connection);
        CompletionStage<Void> steps = role == RoleCheck.NEVER
                ? scripts.apply(port)
                : RoleCheck.requireMaster(port).thenCompose(master -> scripts.apply(port));
        return steps.handle((done, failure) -> {
            if (failure != null && !isLasting(failure)) {
                var unused = connection.close();
                throw new CompletionException(failure);
            }
            return connection;
        });
    }

    private static boolean isLasting(Throwable failure) {
        return RedisPortException.known(failure)
                .filter(RedisPortException::isLastingOnceConnected)
                .isPresent();
    }

    /** The commands of one connection. */
    private static final class PortOfOne extends CommandPort {
        private final ServerConnection connection;

        PortOfOne(ServerConnection connection) {
            this.connection = connection;
        }

        @Override
        protected CompletionStage<List<Object>> send(List<byte[]> command) {
            return connection.send(command);
        }

        @Override
        public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FollowedScripts followedBy(List<byte[]> command) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long connection() {
            return 0;
        }

        @Override
        public void close() {
            var unused = connection.close();
        }
    }
}
