package io.botfsm.redis.spi;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A Redis client, seen through the few commands that this library sends. An adapter has no policy of its own: it sends each
 * command once, at once, and tells truthfully what became of it.
 *
 * <p>Thread-safe. Every method returns at once. A stage completes within the client's time-out, on any thread, and fails only
 * with {@link RedisPortException}. A command whose stage failed with {@link RedisPortException.Kind#NOT_SENT} is never sent
 * later; no command is ever sent twice, except that one which a node of a cluster passed by without executing it is sent to the
 * node that serves its key. A client that blocks may run a command on the thread that waits for its stage's future, and for futures
 * made of it ({@link java.util.concurrent.CompletableFuture#newIncompleteFuture}).
 *
 * <p>Replies are lists of {@code byte[]}, {@code Long} and {@code List} elements; a reply that is no list is a list of one
 * element. Nothing that was passed in is changed, and everything returned belongs to the caller.
 */
public interface RedisPort extends AutoCloseable {
    /** Reads a hash: names and values in turn, empty if there is no such key ({@code HGETALL}). */
    CompletionStage<List<byte[]>> hgetall(byte[] key);

    /**
     * Runs a script that the server knows ({@code EVALSHA}).
     *
     * @param sha what {@link #scriptLoad} returned, 40 hexadecimal digits
     */
    CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args);

    /** Runs a script, after which the server knows it ({@code EVAL}). */
    CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args);

    /** Lets the server know a script ({@code SCRIPT LOAD}); returns its SHA-1. */
    CompletionStage<String> scriptLoad(byte[] script);

    /** What the server tells of itself ({@code INFO}). */
    CompletionStage<String> info(String section);

    /** Settings of the server: names and values in turn ({@code CONFIG GET}). */
    CompletionStage<List<byte[]>> configGet(String pattern);

    /**
     * Tells of messages on a channel from the moment the stage completes ({@code SUBSCRIBE}). Where the connection that
     * carries them is not as it was, some may be missing; every listener is told once after it is replaced, and it is found out
     * within bounded time if it has died in silence.
     *
     * <p>One connection carries all subscriptions of a port. It is opened for the first of them, which may take as long as
     * connecting does, and closed with the last, or soon after: it may be kept some seconds for the next one, but not longer
     * than the port is open.
     *
     * @param hint must not block; runs on any thread, possibly without a message, not after the subscription was closed
     */
    CompletionStage<Subscription> subscribe(String channel, Runnable hint);

    /**
     * A number that tells server processes apart, as far as the client can. It rises whenever commands begin to go over a
     * connection to another process, or one that may lead to another, at the latest before the first of them is answered. So two
     * replies with the same number before the first was asked for and after the second came are replies of one server process.
     */
    long connection();

    /**
     * The port of the server that holds a key at the moment: what it says of itself and of its {@link #connection} is of that
     * server. This port, where there is but one.
     */
    default RedisPort at(byte[] key) {
        return this;
    }

    /** Ends the port. Idempotent; later calls fail with {@link RedisPortException.Kind#CLOSED}. */
    @Override
    void close();

    /** An interest in a channel. Thread-safe. */
    interface Subscription extends AutoCloseable {
        /** Ends it; returns at once. Idempotent. */
        @Override
        void close();
    }
}
