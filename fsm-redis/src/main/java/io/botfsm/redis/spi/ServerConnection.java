package io.botfsm.redis.spi;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One connection of a non-blocking client, for {@link ReconnectingPort}. It sends each command once, immediately, and
 * reports the outcome as {@link RedisScripts} describes. Thread-safe.
 */
public interface ServerConnection {
    /** Sends a command: name and arguments. */
    CompletableFuture<List<Object>> send(List<byte[]> command);

    /** Sends commands one after another, with no other command in between. Returns their replies in this order. */
    List<CompletableFuture<List<Object>>> sendTogether(List<List<byte[]>> commands);

    /** Whether it is connected. */
    boolean isOpen();

    /**
     * Sets a callback for the reason why another connection is needed: this one was lost, does not respond, or leads to
     * a replica. Called once; if the connection was lost before, the callback is called immediately.
     */
    void watch(Consumer<String> onTrouble);

    /** Closes the connection. Idempotent. */
    CompletionStage<Void> close();
}
