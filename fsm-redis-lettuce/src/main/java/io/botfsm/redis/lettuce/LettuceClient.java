package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.CommandTimeouts;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.Subscriptions;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
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
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A Lettuce client, ours or the user's: how it connects, how long its commands may take, and how it ends. Thread-safe. */
final class LettuceClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** How long a new connection of a running bot may take to be greeted; the next attempt may find a server that is back. */
    private static final Duration GREETING_TIMEOUT = Duration.ofSeconds(1);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    /** Lettuce's minimum. One connection keeps one of them busy. */
    private static final int THREADS = 2;

    private final RedisClient client;
    private final Optional<ClientResources> ownResources;
    private final Duration commandTimeout;
    private final Consumer<PortCommand<?>> onBegin;

    private LettuceClient(
            RedisClient client,
            Optional<ClientResources> ownResources,
            Duration commandTimeout,
            Consumer<PortCommand<?>> onBegin) {
        this.client = client;
        this.ownResources = ownResources;
        this.commandTimeout = commandTimeout;
        this.onBegin = onBegin;
    }

    /** A client of our own, with threads of its own. */
    static LettuceClient own(Duration commandTimeout) {
        ClientOptions options = options(commandTimeout);
        ClientResources resources = DefaultClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .nettyCustomizer(new ConsolidatedFlushes())
                .build();
        RedisClient client = RedisClient.create(resources);
        client.setOptions(options);
        CommandTimeouts timeouts = new CommandTimeouts(commandTimeout, resources.eventExecutorGroup());
        return new LettuceClient(client, Optional.of(resources), commandTimeout, timeouts::begin);
    }

    /** Reconnecting is our business, so that nothing is ever sent twice; see docs/decisions. */
    private static ClientOptions options(Duration commandTimeout) {
        ClientOptions.Builder options = ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.create()) // CommandTimeouts instead
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(min(commandTimeout, CONNECT_TIMEOUT))
                        .build());
        LettuceVersions.withoutMaintenanceNotices(options);
        return options.build();
    }

    /**
     * The user's client.
     *
     * @throws IllegalArgumentException if an option would send commands again or let them hang
     */
    static LettuceClient of(RedisClient theirs, RedisURI uri) {
        return new LettuceClient(
                theirs, Optional.empty(), requireHonest(theirs.getOptions(), uri), theirTimeoutsHold -> {});
    }

    /** Returns the command timeout of options under which a failed command has failed, and every command ends. */
    private static Duration requireHonest(ClientOptions options, RedisURI uri) {
        boolean rejects = switch (options.getDisconnectedBehavior()) {
            case REJECT_COMMANDS -> true;
            case ACCEPT_COMMANDS -> false;
            case DEFAULT -> !options.isAutoReconnect();
        };
        if (!rejects) {
            throw new IllegalArgumentException(
                    "the client would keep commands while disconnected and send them again: set ClientOptions"
                            + String.format(
                                    Locale.ROOT,
                                    " disconnectedBehavior(REJECT_COMMANDS); it is %s with autoReconnect(%s)",
                                    options.getDisconnectedBehavior(),
                                    options.isAutoReconnect()));
        }
        TimeoutOptions timeouts = options.getTimeoutOptions();
        if (!timeouts.isTimeoutCommands()) {
            throw new IllegalArgumentException("the client would let a command wait for ever: set ClientOptions"
                    + " timeoutOptions(TimeoutOptions.enabled(…))");
        }
        Duration timeout = timeouts.isApplyConnectionTimeout() ? uri.getTimeout() : fixedTimeout(timeouts);
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(
                    "the client would let a command wait for ever: its command timeout is " + timeout);
        }
        return timeout;
    }

    private static Duration fixedTimeout(TimeoutOptions timeouts) {
        TimeoutOptions.TimeoutSource source = timeouts.getSource();
        long timeout = source.getTimeout(new Command<>(CommandType.EVALSHA, new ReplyOutput(), PortCommand.args()));
        return Duration.of(timeout, source.getTimeUnit().toChronoUnit());
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    Duration commandTimeout() {
        return commandTimeout;
    }

    /** How long it may take to connect and be answered. */
    Duration connectingAndAnswer() {
        return CONNECT_TIMEOUT.plus(commandTimeout);
    }

    /** Is told of each command that begins, and ends it when its time is over. */
    Consumer<PortCommand<?>> onBegin() {
        return onBegin;
    }

    EventExecutorGroup executors() {
        return client.getResources().eventExecutorGroup();
    }

    /** Connects once more, for commands. */
    CompletionStage<StatefulRedisConnection<byte[], byte[]>> connect(RedisURI uri) {
        return client.connectAsync(ByteArrayCodec.INSTANCE, withTimeout(uri, min(commandTimeout, GREETING_TIMEOUT)));
    }

    /**
     * Subscriptions through this client.
     *
     * @param server the server's name for the log, without credentials
     */
    Subscriptions subscriptions(String server, Whereabouts whereabouts) {
        EventExecutor thread = client.getResources().eventExecutorGroup().next();
        return new Subscriptions(
                server,
                () -> whereabouts.now().thenCompose(this::connectPubSub),
                thread,
                thread::inEventLoop,
                connectingAndAnswer(),
                commandTimeout);
    }

    private CompletionStage<Subscriptions.Channels> connectPubSub(RedisURI uri) {
        return client.connectPubSubAsync(StringCodec.UTF8, withTimeout(uri, min(commandTimeout, GREETING_TIMEOUT)))
                .handle((connection, failure) -> {
                    if (failure != null) {
                        throw new CompletionException(LettuceChannels.known(failure));
                    }
                    return new LettuceChannels(connection);
                });
    }

    /** Also without telling the library's name (CLIENT SETINFO): that is one more right for a user to have. */
    private static RedisURI withTimeout(RedisURI uri, Duration timeout) {
        RedisURI copy = RedisURI.builder(uri).withTimeout(timeout).build();
        copy.setLibraryName("");
        copy.setLibraryVersion("");
        return copy;
    }

    /**
     * The first connection. Blocks. Tried again where the server hung up: Lettuce sometimes tells that instead of the refusal
     * that led to it.
     *
     * @param server its name for errors, without credentials
     */
    StatefulRedisConnection<byte[], byte[]> first(String server, Whereabouts whereabouts) {
        try {
            return connected(server, whereabouts);
        } catch (ExecutionException hungUp) {
            if (!(root(hungUp) instanceof RedisConnectionException)) {
                throw notConnected(server, hungUp);
            }
        }
        try {
            return connected(server, whereabouts);
        } catch (ExecutionException e) {
            throw notConnected(server, e);
        }
    }

    private StatefulRedisConnection<byte[], byte[]> connected(String server, Whereabouts whereabouts)
            throws ExecutionException {
        CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection;
        try {
            connection = whereabouts
                    .now()
                    .thenCompose(uri -> client.connectAsync(ByteArrayCodec.INSTANCE, withTimeout(uri, commandTimeout)))
                    .toCompletableFuture();
        } catch (RuntimeException e) { // such as from a client that was shut down
            throw notConnected(server, e);
        }
        try {
            return connection.get(patience().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            closeWhenOpen(connection);
            Thread.currentThread().interrupt();
            throw new StorageUnavailableException(server + ": interrupted while connecting", commandTimeout, e);
        } catch (TimeoutException e) {
            closeWhenOpen(connection);
            throw new StorageUnavailableException(
                    String.format(Locale.ROOT, "%s: not connected within %s", server, patience()), commandTimeout, e);
        }
    }

    /** The client's own limits, and some more: this is for the case that they fail. */
    private Duration patience() {
        return connectingAndAnswer().plusSeconds(2);
    }

    private static void closeWhenOpen(CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection) {
        var unused = connection.thenCompose(StatefulRedisConnection::closeAsync);
    }

    private RuntimeException notConnected(String server, Exception failure) {
        Throwable root = root(failure);
        Optional<RedisPortException> known = root instanceof RedisCommandExecutionException answer
                ? Optional.of(RedisPortException.ofServerError(String.valueOf(answer.getMessage())))
                : RedisPortException.known(failure);
        RedisPortException why = known.orElseGet(() -> RedisPortException.notSent(failure));
        if (why.isLasting()) {
            return new StorageRefusedException(server + ": " + why.getMessage(), why);
        }
        return known.isPresent()
                ? new StorageUnavailableException(server + ": " + why.getMessage(), commandTimeout, why)
                : new StorageUnavailableException(
                        String.format(Locale.ROOT, "%s: cannot connect: %s", server, root.getMessage()),
                        commandTimeout,
                        failure);
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root;
    }

    /** Ends the connections, and client and threads unless they are the user's. Waits a bounded time. */
    void close(Collection<StatefulRedisConnection<byte[], byte[]>> connections) {
        if (ownResources.isPresent()) {
            shutDown(ownResources.get()); // closes the connections
        } else {
            await(CompletableFuture.allOf(connections.stream()
                    .map(StatefulRedisConnection::closeAsync)
                    .toArray(CompletableFuture<?>[]::new)));
        }
    }

    private void shutDown(ClientResources resources) {
        await(client.shutdownAsync(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
        CompletableFuture<Void> ended = new CompletableFuture<>();
        resources
                .shutdown(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .addListener(future -> ended.complete(null));
        await(ended);
    }

    /** Waits a bounded time: what does not end by then ends later, on its own threads. */
    static void await(CompletableFuture<?> end) {
        try {
            end.get(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Nobody can do anything about it.
        }
    }
}
