package io.botfsm.redis.spi;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A Redis client, reduced to the few commands that this library sends. An adapter has no policy of its own: it sends
 * each command once, immediately, and reports the actual outcome. The contract of {@link RedisScripts} applies to every
 * command.
 */
public interface RedisPort extends RedisScripts, AutoCloseable {
    /** Reads a hash ({@code HGETALL}): alternating names and values, empty if there is no such key. */
    CompletionStage<List<byte[]>> hgetall(byte[] key);

    /** Loads a script into the server ({@code SCRIPT LOAD}). Returns its SHA-1. */
    CompletionStage<String> scriptLoad(byte[] script);

    /** Returns what the server reports about itself ({@code INFO}). */
    CompletionStage<String> info(String section);

    /** Returns settings of the server ({@code CONFIG GET}): alternating names and values. */
    CompletionStage<List<byte[]>> configGet(String pattern);

    /**
     * Lists some of the keys that the server holds ({@code SCAN}). Returns the next cursor and a list of keys. The keys
     * of a cluster are listed at each of its {@link #masters}.
     *
     * @param cursor {@code 0} for the first call; the next cursor is {@code 0} when all keys were listed
     * @param pattern a pattern of keys in Redis syntax
     * @param count approximately how many keys the server looks at
     */
    CompletionStage<List<Object>> scan(byte[] cursor, byte[] pattern, int count);

    /** Returns the current masters of a cluster, including those without slots; empty for a single server. */
    default CompletionStage<List<ClusterNode>> masters() {
        return CompletableFuture.completedFuture(List.of());
    }

    /**
     * Subscribes to messages on a channel ({@code SUBSCRIBE}), starting when the stage completes. If the connection is
     * interrupted, messages may be missed; every listener is notified once after the connection is replaced, and a
     * silently dead connection is detected within bounded time.
     *
     * <p>All subscriptions of a port share one connection. It is opened for the first subscription, which may take as
     * long as connecting does, and closed with the last one or soon after: it may be kept some seconds for the next
     * one, but not longer than the port is open.
     *
     * @param hint must not block; runs on any thread, possibly without a message, but not after the subscription was
     *     closed
     */
    CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint);

    /**
     * Returns scripts that are followed by another command on the same connection, which is not shared with other
     * calls. The command is for example {@code WAIT}, which confirms what its own connection has written, and delays
     * all later commands on it. It may follow several scripts at once.
     *
     * <p>Returns immediately; a missing connection is reported by the first calls.
     *
     * @param command name and arguments; the server must need less time for it than the client's timeout
     * @return scripts whose replies have an additional last element: the other command's reply as a list, or a
     *     {@link RedisPortException} if it failed. A stage fails if the script failed
     */
    FollowedScripts followedBy(List<byte[]> command);

    /**
     * Returns a number that distinguishes server processes, as far as the client can. It increases whenever commands
     * start to use a connection that leads, or may lead, to another process, at the latest before the first of them is
     * answered. If the number is the same before the first of two requests and after the second reply, both replies are
     * from one server process.
     */
    long connection();

    /**
     * Returns the port of the server that currently holds a key; its information and its {@link #connection} are those
     * of that server. For a single server, that is this port.
     */
    default RedisPort at(byte[] key) {
        return this;
    }

    /** Closes the port. Idempotent; later calls fail with {@link RedisPortException.CommandOutcome#CLOSED}. */
    @Override
    void close();

    /** Scripts that are followed by a command. */
    interface FollowedScripts extends RedisScripts, AutoCloseable {
        /** Ends the connection; later calls fail with {@link RedisPortException.CommandOutcome#CLOSED}. Idempotent. */
        @Override
        void close();
    }

    /** A subscription to a channel. Thread-safe. */
    interface ChannelSubscription extends AutoCloseable {
        /** Ends the subscription. Returns immediately. Idempotent. */
        @Override
        void close();
    }
}
