package io.botfsm.redis.lettuce;

import io.botfsm.StorageRefusedException;
import io.botfsm.StorageUnavailableException;
import io.botfsm.redis.spi.CommandTimeouts;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.Subscriptions;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.EpollProvider;
import io.lettuce.core.resource.KqueueProvider;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A Lettuce client, ours or the user's, and through it one live connection for commands and, while there are subscriptions, one
 * for those. Thread-safe.
 */
final class ConnectedClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** How long a new connection of a running bot may take to be greeted; the next attempt may find a server that is back. */
    private static final Duration GREETING_TIMEOUT = Duration.ofSeconds(1);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    /** Lettuce's minimum. One connection keeps one of them busy. */
    private static final int THREADS = 2;

    private final RedisClient client;
    private final Optional<ClientResources> ownResources;
    private final RedisURI uri;
    private final Duration commandTimeout;
    private final Consumer<PortCommand<?>> onBegin;
    private final Function<RedisPort, CompletionStage<Void>> preparation;
    private final LiveConnection live;
    private final Subscriptions subscriptions;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ConnectedClient(
            RedisClient client,
            Optional<ClientResources> ownResources,
            RedisURI uri,
            Duration commandTimeout,
            Consumer<PortCommand<?>> onBegin,
            Function<RedisPort, CompletionStage<Void>> preparation) {
        this.client = client;
        this.ownResources = ownResources;
        this.uri = uri;
        this.commandTimeout = commandTimeout;
        this.onBegin = onBegin;
        this.preparation = preparation;
        RedisURI again = withTimeout(uri, min(commandTimeout, GREETING_TIMEOUT));
        EventExecutor thread = client.getResources().eventExecutorGroup().next();
        this.subscriptions = new Subscriptions(
                server(),
                () -> channels(again),
                thread,
                thread::inEventLoop,
                CONNECT_TIMEOUT.plus(commandTimeout),
                commandTimeout);
        this.live = new LiveConnection(
                server(),
                first(),
                () -> client.connectAsync(ByteArrayCodec.INSTANCE, again).thenCompose(this::prepared),
                client.getResources().eventExecutorGroup(),
                commandTimeout,
                subscriptions::suspect);
        live.watch();
    }

    /**
     * A client of our own, with threads of its own.
     *
     * @param preparation lets the server know the scripts, on each new connection before it is used
     */
    static ConnectedClient withOwnClient(
            RedisURI uri, Duration commandTimeout, Function<RedisPort, CompletionStage<Void>> preparation) {
        requireNativeTransport(uri);
        ClientOptions options = options(commandTimeout);
        ClientResources resources = DefaultClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .nettyCustomizer(new ConsolidatedFlushes())
                .build();
        RedisClient client = RedisClient.create(resources);
        try {
            client.setOptions(options);
            CommandTimeouts timeouts = new CommandTimeouts(commandTimeout, resources.eventExecutorGroup());
            return new ConnectedClient(
                    client, Optional.of(resources), uri, commandTimeout, timeouts::begin, preparation);
        } catch (RuntimeException e) {
            shutDown(client, resources);
            throw e;
        }
    }

    /** Reconnecting is our business, so that nothing is ever sent twice; see docs/decisions. */
    private static ClientOptions options(Duration commandTimeout) {
        return ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.create()) // CommandTimeouts instead
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(min(commandTimeout, CONNECT_TIMEOUT))
                        .build())
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .build();
    }

    /**
     * The user's client.
     *
     * @param preparation lets the server know the scripts, on each new connection before it is used
     */
    static ConnectedClient withClient(
            RedisClient client, RedisURI uri, Function<RedisPort, CompletionStage<Void>> preparation) {
        requireNativeTransport(uri);
        Duration commandTimeout = requireHonest(client.getOptions(), uri);
        return new ConnectedClient(client, Optional.empty(), uri, commandTimeout, theirTimeoutsHold -> {}, preparation);
    }

    private CompletionStage<Subscriptions.Channels> channels(RedisURI at) {
        return client.connectPubSubAsync(StringCodec.UTF8, at).handle((connection, failure) -> {
            if (failure != null) {
                throw new CompletionException(LettuceChannels.known(failure));
            }
            return new LettuceChannels(connection);
        });
    }

    /** Returns the command time-out of options under which a failed command has failed, and every command ends. */
    private static Duration requireHonest(ClientOptions options, RedisURI uri) {
        if (!options.isRejectCommandsWhileDisconnected()) {
            throw new IllegalArgumentException(
                    "the client would keep commands while disconnected and send them again: set ClientOptions"
                            + " disconnectedBehavior(REJECT_COMMANDS); it is %s with autoReconnect(%s)"
                                    .formatted(options.getDisconnectedBehavior(), options.isAutoReconnect()));
        }
        TimeoutOptions timeouts = options.getTimeoutOptions();
        if (!timeouts.isTimeoutCommands()) {
            throw new IllegalArgumentException("the client would let a command wait for ever: set ClientOptions"
                    + " timeoutOptions(TimeoutOptions.enabled(…))");
        }
        Duration timeout = timeouts.isApplyConnectionTimeout() ? uri.getTimeout() : fixedTimeout(timeouts);
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(
                    "the client would let a command wait for ever: its command time-out is " + timeout);
        }
        return timeout;
    }

    private static Duration fixedTimeout(TimeoutOptions timeouts) {
        TimeoutOptions.TimeoutSource source = timeouts.getSource();
        long timeout = source.getTimeout(new Command<>(CommandType.EVALSHA, new ReplyOutput(), PortCommand.args()));
        return Duration.of(timeout, source.getTimeUnit().toChronoUnit());
    }

    private static void requireNativeTransport(RedisURI uri) {
        if (uri.getSocket() != null && !EpollProvider.isAvailable() && !KqueueProvider.isAvailable()) {
            throw new IllegalArgumentException(RedisAddress.name(uri)
                    + ": a Unix socket needs Netty's native transport on the class path: netty-transport-native-epoll"
                    + " on Linux, netty-transport-native-kqueue on macOS");
        }
    }

    /** Also without telling the library's name (CLIENT SETINFO): that is one more right for a user to have. */
    private static RedisURI withTimeout(RedisURI uri, Duration timeout) {
        RedisURI copy = RedisURI.builder(uri).withTimeout(timeout).build();
        copy.setLibraryName("");
        copy.setLibraryVersion("");
        return copy;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Tried again where the server hung up: Lettuce sometimes tells that instead of the refusal that led to it. */
    private StatefulRedisConnection<byte[], byte[]> first() {
        try {
            return connected();
        } catch (ExecutionException hungUp) {
            if (!(root(hungUp) instanceof RedisConnectionException)) {
                throw notConnected(hungUp);
            }
        }
        try {
            return connected();
        } catch (ExecutionException e) {
            throw notConnected(e);
        }
    }

    private StatefulRedisConnection<byte[], byte[]> connected() throws ExecutionException {
        CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection;
        try {
            connection = client.connectAsync(ByteArrayCodec.INSTANCE, withTimeout(uri, commandTimeout))
                    .toCompletableFuture();
        } catch (RuntimeException e) { // such as from a client that was shut down
            throw notConnected(e);
        }
        try {
            return connection.get(patience().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            closeWhenOpen(connection);
            Thread.currentThread().interrupt();
            throw new StorageUnavailableException(server() + ": interrupted while connecting", commandTimeout, e);
        } catch (TimeoutException e) {
            closeWhenOpen(connection);
            throw new StorageUnavailableException(
                    "%s: not connected within %s".formatted(server(), patience()), commandTimeout, e);
        }
    }

    /** The client's own limits, and some more: this is for the case that they fail. */
    private Duration patience() {
        return CONNECT_TIMEOUT.plus(commandTimeout).plusSeconds(2);
    }

    private static void closeWhenOpen(CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection) {
        var unused = connection.thenCompose(StatefulRedisConnection::closeAsync);
    }

    private RuntimeException notConnected(Exception failure) {
        Throwable root = root(failure);
        if (!(root instanceof RedisCommandExecutionException)) {
            String message = "%s: cannot connect: %s".formatted(server(), root.getMessage());
            return new StorageUnavailableException(message, commandTimeout, failure);
        }
        RedisPortException refused = RedisPortException.ofServerError(String.valueOf(root.getMessage()));
        String message = server() + ": " + refused.getMessage();
        return refused.isLasting()
                ? new StorageRefusedException(message, refused)
                : new StorageUnavailableException(message, commandTimeout, refused);
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root;
    }

    /**
     * A server that restarted has forgotten the scripts. One that is not ready yet to take them, or does not answer, is tried
     * again; one that will go on refusing them will say so to the calls.
     */
    private CompletionStage<StatefulRedisConnection<byte[], byte[]>> prepared(
            StatefulRedisConnection<byte[], byte[]> connection) {
        return preparation.apply(LettucePort.on(connection, onBegin)).handle((loaded, failure) -> {
            if (failure != null && !isLasting(failure)) {
                var unused = connection.closeAsync();
                throw new CompletionException(failure);
            }
            return connection;
        });
    }

    private static boolean isLasting(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RedisPortException refused && refused.isLasting();
    }

    /**
     * The port on this client, which is closed with it.
     *
     * @param onClose told before
     */
    RedisPort port(Runnable onClose) {
        return new LettucePort(live, onBegin, subscriptions::subscribe, () -> {
            onClose.run();
            close();
        });
    }

    String server() {
        return RedisAddress.name(uri);
    }

    Duration commandTimeout() {
        return commandTimeout;
    }

    void close() {
        if (closed.compareAndSet(false, true)) {
            Set<StatefulRedisConnection<byte[], byte[]>> connections = live.end();
            await(subscriptions.close());
            if (ownResources.isPresent()) {
                shutDown(client, ownResources.get()); // closes the connections
            } else {
                await(CompletableFuture.allOf(connections.stream()
                        .map(StatefulRedisConnection::closeAsync)
                        .toArray(CompletableFuture<?>[]::new)));
            }
        }
    }

    private static void shutDown(RedisClient client, ClientResources resources) {
        await(client.shutdownAsync(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
        CompletableFuture<Void> ended = new CompletableFuture<>();
        resources
                .shutdown(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .addListener(future -> ended.complete(null));
        await(ended);
    }

    /** Waits a bounded time: what does not end by then ends later, on its own threads. */
    private static void await(CompletableFuture<?> end) {
        try {
            end.get(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Nobody can do anything about it.
        }
    }
}
