package io.botfsm.isolation;

import io.botfsm.StorageKey;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Runs handlers so that those of one conversation run one after another in the order in which they were submitted, and those of
 * different conversations in parallel. Thread-safe.
 */
public interface EventIsolation extends AutoCloseable {
    /** What is done with one update while no other of the same conversation is being handled. */
    @FunctionalInterface
    interface Handler<T extends @Nullable Object> {
        /**
         * Handles it.
         *
         * @param lease tells whether the conversation is still this handler's
         * @throws Exception whatever goes wrong: the stage fails with it, and the next handler runs
         */
        T handle(ConversationLease lease) throws Exception;
    }

    /**
     * Submits a handler.
     *
     * @return what the handler returns or throws
     */
    <T extends @Nullable Object> CompletionStage<T> submit(StorageKey key, Handler<T> handler);

    /** The same for a handler that does not ask whether the conversation is still its own. */
    default <T extends @Nullable Object> CompletionStage<T> submit(StorageKey key, Callable<T> handler) {
        return submit(key, lease -> handler.call());
    }

    /**
     * Takes no more handlers and waits until those submitted have run.
     *
     * @return whether they have, within the limit
     */
    boolean drain(Duration limit) throws InterruptedException;

    @Override
    void close();
}
