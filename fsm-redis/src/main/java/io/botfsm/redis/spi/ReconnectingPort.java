package io.botfsm.redis.spi;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The port of one server over single connections of a non-blocking client: one connection for all commands, which is
 * replaced when it is lost, and one for each result of {@link #followedBy}, whose scripts are followed by a command on
 * the same connection. Thread-safe.
 */
public final class ReconnectingPort extends NodePort {
    private final Supplier<CompletionStage<ServerConnection>> opener;
    private final ScheduledExecutorService scheduler;
    private final Duration timeout;
    private final ReconnectingConnection connection;

    /**
     * Creates a port, which connects automatically unless it is given an open connection.
     *
     * @param first an open connection; null if the opener opens the first one too
     * @param opener opens a connection to the current address of the server; its stage completes in bounded time
     * @param scheduler runs the attempts to connect
     * @param timeout how long a command may take
     */
    public ReconnectingPort(
            ServerTarget target,
            @Nullable ServerConnection first,
            Supplier<CompletionStage<ServerConnection>> opener,
            ScheduledExecutorService scheduler,
            Duration timeout) {
        super(target);
        this.opener = opener;
        this.scheduler = scheduler;
        this.timeout = timeout;
        this.connection = connection(first, target.onReplaced());
        connection.start();
    }

    private ReconnectingConnection connection(@Nullable ServerConnection first, Runnable onReplaced) {
        ConnectionInitializer initializer = new ConnectionInitializer(target().role(), target().scripts());
        Supplier<CompletionStage<ServerConnection>> toServer = opener; // does not hold this port, which scripts outlive
        return new ReconnectingConnection(
                target().name(),
                first,
                () -> toServer.get().thenCompose(initializer::initialized),
                scheduler,
                timeout,
                onReplaced);
    }

    @Override
    protected CompletionStage<List<Object>> send(List<byte[]> command, boolean asking) {
        ServerConnection now = connection.current();
        if (now == null || !now.isOpen()) {
            return CompletableFuture.failedFuture(connection.unavailable());
        }
        return asking ? now.sendTogether(List.of(ASKING, command)).get(1) : now.send(command);
    }

    @Override
    protected FollowedScripts follow(List<byte[]> command, boolean asking) {
        ReconnectingConnection own = connection(null, () -> {});
        if (connection.isClosed()) {
            own.close();
        } else {
            own.start();
        }
        return new FollowedCalls(own, command, asking, timeout);
    }

    @Override
    public CompletionStage<Void> ready() {
        return connection.ready();
    }

    @Override
    public long connection() {
        return connection.number();
    }

    @Override
    protected void disconnect() {
        connection.close();
    }
}
