package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.CommandTimeouts;
import io.botfsm.redis.spi.MasterResolver;
import io.botfsm.redis.spi.ReconnectingPort;
import io.botfsm.redis.spi.RedisConnector;
import io.botfsm.redis.spi.RedisDriver;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.redis.spi.ServerConnection;
import io.botfsm.redis.spi.ServerTarget;
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
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A Lettuce client, either this library's own or the user's: how it connects, its command timeout, and how it is
 * closed. Thread-safe.
 */
final class LettuceClient implements RedisDriver {
    /**
     * How long the handshake of a new connection of a running bot may take; the server may be back at the next attempt.
     */
    private static final Duration GREETING_TIMEOUT = Duration.ofSeconds(1);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    /** Lettuce's minimum. One connection keeps one of them busy. */
    private static final int THREADS = 2;

    private final RedisClient client;
    private final RedisURI uri;
    private final Optional<Own> own;
    private final Duration timeout;
    private final EventExecutor scheduler;
    private final Object lock = new Object();
    private CompletableFuture<Void> connectionsClosed = CompletableFuture.completedFuture(null);
    private final AtomicBoolean closed = new AtomicBoolean();

    /** What is closed with a client of this library; a user's client times out its commands itself. */
    private record Own(ClientResources resources, CommandTimeouts timeouts) {}

    private LettuceClient(RedisClient client, RedisURI uri, Optional<Own> own, Duration timeout) {
        this.client = client;
        this.uri = uri;
        this.own = own;
        this.timeout = timeout;
        this.scheduler = client.getResources().eventExecutorGroup().next();
    }

    /**
     * Creates a client with its own threads.
     *
     * @throws IllegalArgumentException if the URI names a Unix socket, and Netty's native transport is missing
     */
    static LettuceClient own(RedisURI uri, Duration timeout) {
        LettuceUris.requireNativeTransport(uri);
        ClientOptions options = options(timeout);
        ClientResources resources = DefaultClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .nettyCustomizer(new ConsolidatedFlushes())
                .build();
        RedisClient client = RedisClient.create(resources);
        client.setOptions(options);
        CommandTimeouts timeouts = new CommandTimeouts(timeout, resources.eventExecutorGroup());
        return new LettuceClient(client, uri, Optional.of(new Own(resources, timeouts)), timeout);
    }

    /**
     * Returns options without Lettuce's reconnecting, which this library does itself, so that nothing is ever sent
     * twice; see docs/contribute/decisions.
     */
    private static ClientOptions options(Duration timeout) {
        ClientOptions.Builder options = ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.create()) // CommandTimeouts instead
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(min(timeout, RedisConnector.CONNECT_TIMEOUT))
                        .build());
        LettuceVersions.withoutMaintenanceNotices(options);
        return options.build();
    }

    /** Wraps the user's client, which has this command timeout. */
    static LettuceClient of(RedisClient theirs, RedisURI uri, Duration timeout) {
        LettuceUris.requireNativeTransport(uri);
        return new LettuceClient(theirs, uri, Optional.empty(), timeout);
    }

    /**
     * Returns the command timeout of the options, which must never send a command that has failed, and must end every
     * command.
     *
     * @throws IllegalArgumentException if an option would send commands again or let them hang
     */
    static Duration requireHonest(ClientOptions options, RedisURI uri) {
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
            throw new IllegalArgumentException("the client would let a command wait forever: set ClientOptions"
                    + " timeoutOptions(TimeoutOptions.enabled(…))");
        }
        Duration timeout = timeouts.isApplyConnectionTimeout() ? uri.getTimeout() : fixedTimeout(timeouts);
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(
                    "the client would let a command wait forever: its command timeout is " + timeout);
        }
        return timeout;
    }

    private static Duration fixedTimeout(TimeoutOptions timeouts) {
        TimeoutOptions.TimeoutSource source = timeouts.getSource();
        long timeout =
                source.getTimeout(new Command<>(CommandType.EVALSHA, new ReplyOutput(), LettuceCommand.noArguments()));
        return Duration.of(timeout, source.getTimeUnit().toChronoUnit());
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Lets the command end when it times out. */
    void begin(LettuceCommand command) {
        own.ifPresent(mine -> mine.timeouts().begin(command));
    }

    @Override
    public RedisPort server(ServerTarget target) {
        ServerConnection first = first(target.name(), () -> currentUri().thenCompose(there -> connect(there, timeout)));
        return port(target, first, () -> currentUri().thenCompose(this::connect));
    }

    @Override
    public ClusterNode node(Node address, ServerTarget target) {
        RedisURI there = LettuceUris.at(uri, address);
        return port(target, null, () -> connect(there));
    }

    private ReconnectingPort port(
            ServerTarget target, @Nullable ServerConnection first, Supplier<CompletionStage<ServerConnection>> opener) {
        return new ReconnectingPort(target, first, opener, scheduler, timeout);
    }

    @Override
    public void requireReachable(Node seed) {
        RedisURI there = LettuceUris.at(uri, seed);
        var unused = first(LettuceUris.described(there).toString(), () -> connect(there, timeout))
                .close();
    }

    /** Returns the server to connect to. Called for each new connection, since the master may have changed. */
    private CompletionStage<RedisURI> currentUri() {
        if (uri.getSentinels().isEmpty()) {
            return CompletableFuture.completedFuture(uri);
        }
        String master = uri.getSentinelMasterId();
        Map<Node, RedisURI> sentinels = new LinkedHashMap<>();
        uri.getSentinels().forEach(sentinel -> sentinels.put(LettuceUris.node(sentinel), sentinel));
        return MasterResolver.master(
                        sentinels.keySet(),
                        master,
                        node -> MasterResolver.ask(connect(Objects.requireNonNull(sentinels.get(node))), master))
                .thenApply(node -> LettuceUris.at(uri, node));
    }

    private CompletionStage<ServerConnection> connect(RedisURI to) {
        return connect(to, min(timeout, GREETING_TIMEOUT));
    }

    private CompletionStage<ServerConnection> connect(RedisURI to, Duration greeting) {
        return client.connectAsync(ByteArrayCodec.INSTANCE, withTimeout(to, greeting))
                .handle((connection, failure) -> {
                    if (failure != null) {
                        throw new CompletionException(known(failure));
                    }
                    connection.setTimeout(timeout); // until now that of the handshake
                    return new LettuceConnection(connection, this);
                });
    }

    @Override
    public CompletionStage<Subscriptions.Channels> channels(Optional<Node> node) {
        CompletionStage<RedisURI> there = node.map(address ->
                        (CompletionStage<RedisURI>) CompletableFuture.completedFuture(LettuceUris.at(uri, address)))
                .orElseGet(this::currentUri);
        return there.thenCompose(to ->
                        client.connectPubSubAsync(StringCodec.UTF8, withTimeout(to, min(timeout, GREETING_TIMEOUT))))
                .handle((connection, failure) -> {
                    if (failure != null) {
                        throw new CompletionException(known(failure));
                    }
                    connection.setTimeout(timeout);
                    return new LettuceChannels(connection);
                });
    }

    /** Returns the server's error as a port exception if there is one, otherwise the failure itself. */
    static Throwable known(Throwable failure) {
        for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof RedisCommandExecutionException) {
                return RedisPortException.ofServerError(String.valueOf(t.getMessage()));
            }
        }
        return failure;
    }

    /**
     * Sets the timeout, and also disables sending the library's name (CLIENT SETINFO), which would require another
     * permission.
     */
    private static RedisURI withTimeout(RedisURI uri, Duration timeout) {
        RedisURI copy = RedisURI.builder(uri).withTimeout(timeout).build();
        copy.setLibraryName("");
        copy.setLibraryVersion("");
        return copy;
    }

    /**
     * Opens the first connection. Blocks. Retries if the server closed the connection, since Lettuce sometimes reports
     * that instead of the refusal that caused it.
     *
     * @param server its name for errors, without credentials
     */
    private ServerConnection first(String server, Supplier<CompletionStage<ServerConnection>> opener) {
        try {
            return connected(server, opener);
        } catch (ExecutionException hungUp) {
            if (!(root(hungUp) instanceof RedisConnectionException)) {
                throw notConnected(server, hungUp);
            }
        }
        try {
            return connected(server, opener);
        } catch (ExecutionException e) {
            throw notConnected(server, e);
        }
    }

    private ServerConnection connected(String server, Supplier<CompletionStage<ServerConnection>> opener)
            throws ExecutionException {
        // Longer than the client's own limits, in case they fail.
        Duration connectTimeout = RedisConnector.CONNECT_TIMEOUT.plus(timeout).plusSeconds(2);
        CompletableFuture<ServerConnection> connection;
        try {
            connection = opener.get().toCompletableFuture();
        } catch (RuntimeException e) { // such as from a client that was shut down
            throw notConnected(server, e);
        }
        try {
            return connection.get(connectTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            closeWhenOpen(connection);
            Thread.currentThread().interrupt();
            throw new StorageUnavailableException(server + ": interrupted while connecting", timeout, e);
        } catch (TimeoutException e) {
            closeWhenOpen(connection);
            throw new StorageUnavailableException(
                    String.format(Locale.ROOT, "%s: not connected within %s", server, connectTimeout), timeout, e);
        }
    }

    private static void closeWhenOpen(CompletableFuture<ServerConnection> connection) {
        var unused = connection.thenCompose(ServerConnection::close);
    }

    private RuntimeException notConnected(String server, Exception failure) {
        Optional<RedisPortException> known = RedisPortException.known(failure);
        RedisPortException why = known.orElseGet(() -> RedisPortException.notSent(failure));
        if (why.isLasting()) {
            return new StorageRefusedException(server + ": " + why.getMessage(), why);
        }
        return known.isPresent()
                ? new StorageUnavailableException(server + ": " + why.getMessage(), timeout, why)
                : new StorageUnavailableException(
                        String.format(
                                Locale.ROOT,
                                "%s: cannot connect: %s",
                                server,
                                root(failure).getMessage()),
                        timeout,
                        failure);
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root;
    }

    @Override
    public ScheduledExecutorService scheduler() {
        return scheduler;
    }

    @Override
    public boolean isScheduler() {
        return scheduler.inEventLoop();
    }

    /** Registers the end of a connection, for which {@link #close} waits. */
    CompletableFuture<Void> closing(CompletableFuture<Void> end) {
        synchronized (lock) {
            connectionsClosed = CompletableFuture.allOf(connectionsClosed, end);
        }
        return end;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            CompletableFuture<Void> end;
            synchronized (lock) {
                end = connectionsClosed;
            }
            await(end);
            own.ifPresent(this::shutDown);
        }
    }

    private void shutDown(Own mine) {
        await(client.shutdownAsync(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
        mine.timeouts().close(); // Lettuce forgets a command that it is given while the connection closes
        CompletableFuture<Void> ended = new CompletableFuture<>();
        mine.resources()
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
