package io.botfsm.redis.spi;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Runs scripts on a Redis server. Each call goes out once, at once.
 *
 * <p>Thread-safe. Every method returns at once. A stage completes within the client's timeout, on any thread, and fails
 * only with {@link RedisPortException}. A command whose stage failed with
 * {@link RedisPortException.CommandOutcome#NOT_SENT} is never sent later; no command is ever sent twice, except that
 * one which a node of a cluster passed by without executing it is sent to the node that serves its key. A client that
 * blocks may run a command on the thread that waits for its stage's future, and for futures made of it
 * ({@link java.util.concurrent.CompletableFuture#newIncompleteFuture}).
 *
 * <p>Replies are lists of {@code byte[]}, {@code Long} and {@code List} elements; a reply that is no list is a list of
 * one element. Nothing that was passed in is changed, and everything returned belongs to the caller.
 */
public interface RedisScripts {
    /**
     * Runs a script that the server knows ({@code EVALSHA}).
     *
     * @param sha what {@link RedisPort#scriptLoad} returned, 40 hexadecimal digits
     */
    CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args);

    /** Runs a script, after which the server knows it ({@code EVAL}). */
    CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args);
}
