package io.botfsm.redis;

import io.botfsm.StorageClosedException;
import io.botfsm.StorageKey;
import io.botfsm.StorageRefusedException;
import io.botfsm.StorageUnavailableException;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Conversations in Redis, one hash each. A read is one {@code HGETALL}, a write one {@code EVALSHA}; a server that has
 * forgotten the script is sent it within the same attempt. The layout is described in the project's documentation, page
 * "Redis layout".
 *
 * <p>Thread-safe. As durable as the Redis behind it: with its default settings a crash of the server may lose the last
 * second. Stages complete on a thread of the client, and fail as {@link StateStorage} says: {@link StorageUnavailableException}
 * when Redis is away or passes a request by for now, {@link StorageRefusedException} when it will go on refusing.
 */
public final class RedisStateStorage implements StateStorage {
    private static final Set<Capability> CAPABILITIES = Set.copyOf(EnumSet.allOf(Capability.class));

    private final RedisPort port;
    private final CallFailures failures;
    private final ScriptCalls scripts;
    private final KeyScheme keys;
    private final WriteArguments arguments;
    private volatile boolean closed;

    /**
     * A storage over a client.
     *
     * @param port the client; stays open when the storage is closed, since others may share it
     * @param deadline how long the client lets a command take, for errors to tell; also the limit of a write that has to send
     *     the script as well
     * @param options how conversations are kept
     * @throws IllegalArgumentException if the deadline is not positive
     */
    public RedisStateStorage(RedisPort port, Duration deadline, RedisStorageOptions options) {
        this.port = port;
        this.failures = new CallFailures(deadline);
        this.scripts = new ScriptCalls(port, deadline);
        this.keys = new KeyScheme(options.keyPrefix());
        this.arguments = new WriteArguments(options);
    }

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        if (closed) {
            return CompletableFuture.failedFuture(new StorageClosedException());
        }
        CompletionStage<List<byte[]>> reply = port.hgetall(keys.key(key));
        CompletableFuture<Snapshot> snapshot = reply.toCompletableFuture().newIncompleteFuture();
        reply.whenComplete((flat, failure) -> {
            if (failure == null) {
                complete(snapshot, key, false, flat, StoredHash::snapshot);
            } else {
                snapshot.completeExceptionally(failures.of(key, false, ScriptCalls.unwrapped(failure)));
            }
        });
        return snapshot;
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        if (closed) {
            return CompletableFuture.failedFuture(new StorageClosedException());
        }
        return scripts.call(
                Script.WRITE,
                List.of(keys.key(key)),
                arguments.of(mutation),
                (outcome, reply, failure) -> finish(outcome, key, mutation, reply, failure));
    }

    private void finish(
            CompletableFuture<Outcome> outcome,
            StorageKey key,
            Mutation mutation,
            @Nullable List<Object> reply,
            @Nullable Throwable failure) {
        if (reply != null) {
            complete(outcome, key, true, reply, r -> WriteReply.outcome(mutation, r));
        } else {
            outcome.completeExceptionally(failures.of(key, true, failure));
        }
    }

    private <R, T> void complete(
            CompletableFuture<T> result, StorageKey key, boolean writes, R reply, Function<R, T> decode) {
        T value;
        try {
            value = decode.apply(reply);
        } catch (RuntimeException e) { // its message may quote the record
            result.completeExceptionally(new StorageRefusedException(
                    key, "what is stored there is not a conversation of this library", writes, null));
            return;
        }
        result.complete(value);
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    /** Ends the storage, not the client. */
    @Override
    public void close() {
        closed = true;
    }
}
