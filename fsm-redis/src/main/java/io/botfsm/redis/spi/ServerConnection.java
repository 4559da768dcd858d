package io.botfsm.redis.spi;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One connection of a client that does not block, for {@link ReconnectingPort}. It sends each command once, at once,
 * and reports what became of it as {@link RedisScripts} describes. Thread-safe.
 */
public interface ServerConnection {
    /** Sends a command: name and arguments. */
    CompletableFuture<List<Object>> send(List<byte[]> command);

    /** Sends commands one behind the other, with no other in between; returns their replies in this order. */
    List<CompletableFuture<List<Object>>> sendTogether(List<List<byte[]>> commands);

    /** Whether it is connected. */
    boolean isOpen();

    /**
     * Reports from now on why another connection is needed: this one was lost, does not answer, or leads to a replica.
     * Called once; reports at once if it was lost before.
     */
    void watch(Consumer<String> onTrouble);

    /** Ends it. Idempotent. */
    CompletionStage<Void> close();
}
