package io.botfsm.redis.spi;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Runs scripts on a Redis server. Each call is sent once, immediately.
 *
 * <p>Thread-safe. Every method returns immediately. A stage completes within the client's timeout, on any thread, and
 * fails only with {@link RedisPortException}. A command whose stage failed with
 * {@link RedisPortException.CommandOutcome#NOT_SENT} is never sent later; no command is ever sent twice, except that a
 * command which a node of a cluster redirected without executing it is sent to the node that serves its key. A blocking
 * client may run a command on the thread that waits for its stage's future, or for a future derived from it
 * ({@link java.util.concurrent.CompletableFuture#newIncompleteFuture}).
 *
 * <p>Replies are lists of {@code byte[]}, {@code Long} and {@code List} elements; a reply that is not a list is
 * returned as a list of one element. Arguments are not modified, and returned objects belong to the caller.
 */
public interface RedisScripts {
    /**
     * Runs a script that the server knows ({@code EVALSHA}).
     *
     * @param sha the result of {@link RedisPort#scriptLoad}, 40 hexadecimal digits
     */
    CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args);

    /** Runs a script, after which the server knows it ({@code EVAL}). */
    CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args);
}
