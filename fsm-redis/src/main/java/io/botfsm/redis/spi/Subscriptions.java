package io.botfsm.redis.spi;

import io.botfsm.redis.spi.ListenedChannel.ChannelListener;
import io.botfsm.redis.spi.RedisPort.ChannelSubscription;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscriptions of one port, over one connection. The connection is open while there are subscriptions, and for
 * {@link #LINGER} after the last one, since a client that waits for one lease soon waits for the next; but not after
 * the first one, which may only have been a check that subscribing works. A lost connection is replaced, with pauses of
 * at most half a second; a silent one is pinged from time to time. Thread-safe: everything except the constructor and
 * the methods called by others runs on one thread.
 */
public final class Subscriptions {
    /** A connection for subscriptions. */
    public interface Channels {
        /**
         * Starts to listen. Called once, before anything else.
         *
         * @param onMessage called with the channel of each message, in the order of their arrival
         * @param onLost called when the connection is lost; immediately if it already is
         */
        void listen(Consumer<String> onMessage, Runnable onLost);

        /** Subscribes to a channel. Completes, on any thread, when the server has confirmed it. */
        CompletionStage<Void> subscribe(String channel);

        /** Unsubscribes from a channel. */
        void unsubscribe(String channel);

        /** Pings the server. Fails with {@link RedisPortException}, as {@link #subscribe} does. */
        CompletionStage<Void> ping();

        /** Closes the connection, which is then not reported as lost. */
        CompletionStage<Void> close();
    }

    private static final Duration SHORTEST_PING_INTERVAL = Duration.ofSeconds(1);

    /** How long a connection without subscriptions is kept for the next one. */
    public static final Duration LINGER = Duration.ofSeconds(5);

    private static final Logger LOGGER = LoggerFactory.getLogger(Subscriptions.class.getPackageName());

    private final String server;
    private final Supplier<CompletionStage<Channels>> opener;
    private final ScheduledExecutorService thread;
    private final BooleanSupplier onThread;
    private final Duration subscribeTimeout;
    private final Duration timeout;

    private final Map<String, ListenedChannel> channels = new HashMap<>();
    private @Nullable Channels connection;
    private @Nullable Future<?> pendingDisconnect;
    private boolean opening;
    private boolean neededAgain;
    private int failures;
    private boolean closed;

    /**
     * Creates an object without subscriptions and connection.
     *
     * @param server the server's name for the log, without credentials
     * @param opener opens a connection; its stage ends in bounded time
     * @param thread runs everything, hints included, one after another
     * @param onThread whether the calling thread is that one
     * @param subscribeTimeout how long a subscription may take to begin, for which a connection may have to be opened
     * @param timeout how long an answer of the server may take
     */
    public Subscriptions(
            String server,
            Supplier<CompletionStage<Channels>> opener,
            ScheduledExecutorService thread,
            BooleanSupplier onThread,
            Duration subscribeTimeout,
            Duration timeout) {
        this.server = server;
        this.opener = opener;
        this.thread = thread;
        this.onThread = onThread;
        this.subscribeTimeout = subscribeTimeout;
        this.timeout = timeout;
    }

    /**
     * Starts a subscription. Its stage fails only with {@link RedisPortException}, at the latest when its timeout ends.
     */
    public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
        CompletableFuture<ChannelSubscription> begun = new CompletableFuture<>();
        ChannelListener listener = new ChannelListener(hint, begun, ended -> run(() -> remove(channel, ended)));
        if (!run(() -> add(channel, listener))) {
            listener.fail(RedisPortException.closed());
        }
        CompletableFuture<ChannelSubscription> result = new CompletableFuture<>();
        var unused = begun.orTimeout(subscribeTimeout.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((subscription, failure) -> {
                    if (failure == null) {
                        result.complete(subscription);
                    } else {
                        listener.close();
                        result.completeExceptionally(
                                failure instanceof RedisPortException
                                        ? failure
                                        : RedisPortException.outcomeUnknown(failure));
                    }
                });
        return result;
    }

    /**
     * Runs a step on the thread of this object, immediately if the caller is on it; never if the client was shut down.
     */
    private boolean run(Runnable step) {
        if (onThread.getAsBoolean()) {
            step.run();
            return true;
        }
        return execute(step);
    }

    private boolean execute(Runnable step) {
        try {
            thread.execute(step);
            return true;
        } catch (RejectedExecutionException e) {
            LOGGER.debug("{}: the Redis client was shut down", server);
            return false;
        }
    }

    private void add(String name, ChannelListener listener) {
        if (closed) {
            listener.fail(RedisPortException.closed());
            return;
        }
        ListenedChannel channel = channels.computeIfAbsent(name, ListenedChannel::new);
        channel.add(listener);
        cancelDisconnect();
        if (connection == null) {
            open();
        } else if (!channel.isAsked()) {
            ask(connection, channel);
        }
    }

    private void ask(Channels on, ListenedChannel channel) {
        channel.ask();
        var unused = withTimeout(on.subscribe(channel.name()))
                .whenComplete((done, failure) -> execute(() -> {
                    if (connection == on && channels.get(channel.name()) == channel) {
                        answered(on, channel, failure);
                    }
                }));
    }

    private <T> CompletableFuture<T> withTimeout(CompletionStage<T> command) {
        return command.toCompletableFuture()
                .copy() // the original belongs to the client
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void answered(Channels on, ListenedChannel channel, @Nullable Throwable failure) {
        if (failure == null) {
            failures = 0;
            channel.begin();
            return;
        }
        RedisPortException refused = refusal(failure);
        if (refused == null) {
            lost(on);
        } else {
            LOGGER.warn("{}: cannot subscribe: {}", server, refused.getMessage());
            channel.interrupt();
            channel.fail(refused);
        }
    }

    private void open() {
        if (opening || closed || connection != null || channels.isEmpty()) {
            return;
        }
        opening = true;
        var unused = opened().whenComplete((next, failure) -> {
            if (!run(() -> takeOver(next, failure)) && next != null) {
                end(next);
            }
        });
    }

    private static void end(Channels unneeded) {
        var unused = unneeded.close();
    }

    private CompletionStage<Channels> opened() {
        try {
            return opener.get();
        } catch (RuntimeException e) { // such as from a client that was shut down
            return CompletableFuture.failedFuture(e);
        }
    }

    private void takeOver(@Nullable Channels next, @Nullable Throwable failure) {
        opening = false;
        if (next == null) {
            notOpened(failure);
        } else if (closed || channels.isEmpty()) {
            end(next);
        } else {
            failures++; // until a subscription succeeds
            connection = next;
            listen(next);
            channels.values().forEach(channel -> ask(next, channel));
            pingLater(next);
        }
    }

    private void notOpened(@Nullable Throwable failure) {
        RedisPortException why =
                failure == null ? RedisPortException.notSent(null) : RedisPortException.notConnected(failure);
        List.copyOf(channels.values()).forEach(channel -> channel.fail(why));
        if (channels.isEmpty()) {
            failures = 0;
        } else {
            failures++;
            LOGGER.debug("{}: no connection for subscriptions at attempt {}", server, failures, why);
            openLater();
        }
    }

    private void openLater() {
        var unused = schedule(this::open, ReconnectingConnection.pause(failures));
    }

    private void listen(Channels next) {
        next.listen(channel -> run(() -> hint(channel)), () -> execute(() -> lost(next)));
    }

    private void hint(String name) {
        ListenedChannel channel = channels.get(name);
        if (channel != null) {
            channel.hint();
        }
    }

    private void lost(Channels old) {
        if (connection != old) {
            return;
        }
        LOGGER.debug("{}: the connection for subscriptions is lost", server);
        var unused = disconnect();
        channels.values().forEach(ListenedChannel::interrupt);
        if (failures == 0) {
            open();
        } else {
            openLater();
        }
    }

    /** Closes the connection, since a user's client would otherwise reconnect it. */
    private CompletableFuture<Void> disconnect() {
        Channels old = connection;
        connection = null;
        neededAgain = true;
        cancelDisconnect();
        return old == null
                ? CompletableFuture.completedFuture(null)
                : old.close().toCompletableFuture();
    }

    /**
     * Schedules a ping. Nothing else is sent on a connection for subscriptions, so that its silent loss would otherwise
     * never be noticed.
     */
    private void pingLater(Channels on) {
        Runnable next = () -> {
            if (connection == on) {
                ping(on);
                pingLater(on);
            }
        };
        var unused = schedule(next, Math.max(timeout.toMillis(), SHORTEST_PING_INTERVAL.toMillis()));
    }

    private void ping(Channels on) {
        var unused = withTimeout(on.ping()).whenComplete((pong, failure) -> {
            if (failure != null && refusal(failure) == null) {
                run(() -> lost(on));
            }
        });
    }

    /** Replaces the connection after commands have started to use other servers. */
    public void follow() {
        run(() -> {
            if (connection != null) {
                lost(connection);
            }
        });
    }

    /**
     * Checks the connection after the connection for commands had to be replaced: it may be dead too, and messages may
     * have been missed.
     */
    public void suspect() {
        run(() -> {
            if (connection != null) {
                ping(connection);
            }
            List.copyOf(channels.values()).forEach(ListenedChannel::hintAfterInterruption);
        });
    }

    private @Nullable Future<?> schedule(Runnable step, long millis) {
        try {
            return thread.schedule(step, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.debug("{}: the Redis client was shut down", server);
            return null;
        }
    }

    private void remove(String name, ChannelListener listener) {
        ListenedChannel channel = channels.get(name);
        if (channel == null || !channel.remove(listener) || !channel.isEmpty()) {
            return;
        }
        channels.remove(name);
        if (channels.isEmpty() && !neededAgain) {
            var unused = disconnect();
        } else if (connection != null) {
            connection.unsubscribe(name);
            if (channels.isEmpty()) {
                disconnectLater();
            }
        }
    }

    private void disconnectLater() {
        pendingDisconnect = schedule(
                () -> {
                    var unused = disconnect();
                },
                LINGER.toMillis());
    }

    private void cancelDisconnect() {
        if (pendingDisconnect != null) {
            pendingDisconnect.cancel(false);
            pendingDisconnect = null;
        }
    }

    /** The server's error, if a failure is one. */
    private static @Nullable RedisPortException refusal(@Nullable Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof RedisPortException known && !known.code().isEmpty()) {
                return known;
            }
        }
        return null;
    }

    /** Ends all subscriptions, without notifying them. */
    public CompletableFuture<Void> close() {
        CompletableFuture<Void> disconnected = new CompletableFuture<>();
        boolean runs = run(() -> {
            closed = true;
            List.copyOf(channels.values()).forEach(channel -> channel.fail(RedisPortException.closed()));
            channels.clear();
            var unused = disconnect().whenComplete((done, failure) -> disconnected.complete(null));
        });
        return runs ? disconnected : CompletableFuture.completedFuture(null);
    }
}
