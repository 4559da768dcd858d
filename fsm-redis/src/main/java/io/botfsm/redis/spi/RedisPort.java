package io.botfsm.redis.spi;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A Redis client, seen through the few commands that this library sends. An adapter has no policy of its own: it sends
 * each command once, at once, and reports truthfully what became of it. What {@link RedisScripts} says holds for every
 * command.
 */
public interface RedisPort extends RedisScripts, AutoCloseable {
    /** Reads a hash: names and values in turn, empty if there is no such key ({@code HGETALL}). */
    CompletionStage<List<byte[]>> hgetall(byte[] key);

    /** Lets the server know a script ({@code SCRIPT LOAD}); returns its SHA-1. */
    CompletionStage<String> scriptLoad(byte[] script);

    /** What the server reports of itself ({@code INFO}). */
    CompletionStage<String> info(String section);

    /** Settings of the server: names and values in turn ({@code CONFIG GET}). */
    CompletionStage<List<byte[]>> configGet(String pattern);

    /**
     * Lists some of the keys that the server holds ({@code SCAN}): the cursor to go on with, and a list of keys. A
     * cluster's keys are listed at each of its {@link #masters}.
     *
     * @param cursor {@code 0} at first, and again when all were listed
     * @param pattern of keys, as Redis reads it
     * @param count about how many keys the server looks at
     */
    CompletionStage<List<Object>> scan(byte[] cursor, byte[] pattern, int count);

    /** The masters of a cluster, asked for anew, those without slots included; none where there is but one server. */
    default CompletionStage<List<ClusterNode>> masters() {
        return CompletableFuture.completedFuture(List.of());
    }

    /**
     * Tells of messages on a channel from the moment the stage completes ({@code SUBSCRIBE}). Where the connection that
     * carries them is not as it was, some may be missing; every listener is notified once after it is replaced, and it
     * is found out within bounded time if it has died in silence.
     *
     * <p>One connection carries all subscriptions of a port. It is opened for the first of them, which may take as long
     * as connecting does, and closed with the last, or soon after: it may be kept some seconds for the next one, but
     * not longer than the port is open.
     *
     * @param hint must not block; runs on any thread, possibly without a message, not after the subscription was closed
     */
    CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint);

    /**
     * Scripts that another command follows on the same connection, which is not that of other calls: {@code WAIT},
     * which answers for what its own connection has written, and holds up whatever comes behind it. It may follow
     * several scripts at once.
     *
     * <p>Returns at once; that there is a connection, the first calls find out.
     *
     * @param command name and arguments; it takes the server less than the client's timeout
     * @return replies with one more element, the last: the other command's reply as a list, or a
     *     {@link RedisPortException} if it failed. A stage fails if the script failed
     */
    FollowedScripts followedBy(List<byte[]> command);

    /**
     * A number that tells server processes apart, as far as the client can. It rises whenever commands begin to go over
     * a connection to another process, or one that may lead to another, at the latest before the first of them is
     * answered. So two replies with the same number before the first was asked for and after the second came are
     * replies of one server process.
     */
    long connection();

    /**
     * The port of the server that holds a key at the moment: what it says of itself and of its {@link #connection} is
     * of that server. This port, where there is but one.
     */
    default RedisPort at(byte[] key) {
        return this;
    }

    /** Ends the port. Idempotent; later calls fail with {@link RedisPortException.CommandOutcome#CLOSED}. */
    @Override
    void close();

    /** Scripts that a command follows. */
    interface FollowedScripts extends RedisScripts, AutoCloseable {
        /** Ends the connection; later calls fail with {@link RedisPortException.CommandOutcome#CLOSED}. Idempotent. */
        @Override
        void close();
    }

    /** An interest in a channel. Thread-safe. */
    interface ChannelSubscription extends AutoCloseable {
        /** Ends it; returns at once. Idempotent. */
        @Override
        void close();
    }
}
