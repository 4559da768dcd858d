package io.botfsm.redis;

import static java.util.Objects.requireNonNull;

import io.botfsm.redis.catalog.CatalogedStorage;
import io.botfsm.redis.catalog.RedisCatalog;
import io.botfsm.redis.deadline.DeadlineKeys;
import io.botfsm.redis.deadline.RedisDeadlineQueue;
import io.botfsm.redis.inbox.InboxKeys;
import io.botfsm.redis.inbox.InboxWrites;
import io.botfsm.redis.inbox.RedisUpdateInbox;
import io.botfsm.redis.internal.CallFailures;
import io.botfsm.redis.internal.KeyScheme;
import io.botfsm.redis.internal.ScriptCalls;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPort.FollowedScripts;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.UnconfirmedWriteException;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.inbox.UpdateInbox;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A storage in Redis, with one hash for each conversation. A read is one {@code HGETALL}, a write one {@code EVALSHA};
 * if the server has forgotten the script, it is sent again within the same attempt. The layout is described in the
 * project's documentation, page "Redis layout".
 *
 * <p>Thread-safe. Data is as durable as the Redis server is configured to be: with {@code appendonly yes} and
 * {@code appendfsync everysec}, a crash of the machine may lose about the last second; with Redis' default settings
 * (snapshots only), a crash loses everything since the last snapshot. Stages complete on a thread of the client, and
 * fail as {@link StateStorage} says: with {@link StorageUnavailableException} when Redis is unavailable or temporarily
 * rejects requests, with {@link StorageRefusedException} when it refuses permanently. The storage offers a
 * {@link ConversationCatalog}, a {@link DeadlineQueue} and an {@link UpdateInbox}, which need more permissions; the
 * documentation page lists them.
 */
public final class RedisStateStorage implements StateStorage {
    private static final Set<Capability> CAPABILITIES = Set.copyOf(EnumSet.allOf(Capability.class));

    private final RedisPort port;
    private final CallFailures failures;
    private final InstantSource clock;
    private final ScriptCalls scripts;
    private final KeyScheme keys;
    private final WriteArguments arguments;
    private final Optional<Durability> durability;
    private final Optional<FollowedScripts> durableScripts;
    private final DeadlineKeys deadlineKeys;
    private final ConversationCatalog catalog;
    private final DeadlineQueue deadlines;
    private final UpdateInbox inbox;
    private volatile boolean closed;

    /**
     * A storage over a client.
     *
     * @param port the client; stays open when the storage is closed, since others may share it
     * @param timeout the command timeout of the client, for error messages; also the limit of a write that has to send
     *     the script too
     * @param options the options
     * @throws IllegalArgumentException if the timeout is not positive, or not longer than that of the durability
     */
    public RedisStateStorage(RedisPort port, Duration timeout, RedisStorageOptions options) {
        this(requireNonNull(port, "port"), timeout, options, new ServerClock(port));
    }

    RedisStateStorage(RedisPort port, Duration timeout, RedisStorageOptions options, InstantSource clock) {
        requireNonNull(timeout, "timeout");
        requireNonNull(options, "options");
        this.port = port;
        this.failures = new CallFailures(timeout);
        this.clock = clock;
        this.durability = options.durability();
        durability.ifPresent(wanted -> requireTime(wanted, timeout));
        this.durableScripts = durability.map(wanted -> port.followedBy(wanted.command()));
        this.scripts = new ScriptCalls(durableScripts.isPresent() ? durableScripts.get() : port, timeout);
        this.keys = new KeyScheme(options.keyPrefix());
        this.arguments = new WriteArguments(options);
        this.catalog = new RedisCatalog(
                port, timeout, new CatalogedStorage(keys::pattern, keys::conversation, this::read, () -> closed));
        this.deadlineKeys = new DeadlineKeys(options.keyPrefix());
        this.deadlines = new RedisDeadlineQueue(port, timeout, deadlineKeys, catalog, clock, () -> closed);
        this.inbox = new RedisUpdateInbox(
                port, inboxWrites(timeout), timeout, new InboxKeys(options.keyPrefix()), () -> closed);
    }

    private InboxWrites inboxWrites(Duration timeout) {
        if (durability.isEmpty() || durableScripts.isEmpty()) {
            return new InboxWrites(port, reply -> reply);
        }
        Durability wanted = durability.get();
        return new InboxWrites(durableScripts.get(), reply -> {
            int last = reply.size() - 1;
            if (!(reply.get(last) instanceof List<?> numbers && wanted.isConfirmedBy(numbers))) {
                Throwable why = reply.get(last) instanceof Throwable failure ? failure : null;
                throw new StorageUnavailableException("written, but not confirmed: " + wanted, timeout, true, why);
            }
            return reply.subList(0, last);
        });
    }

    private static void requireTime(Durability wanted, Duration timeout) {
        if (wanted.timeout().compareTo(timeout) >= 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "the timeout of the durability (%s) must be shorter than the command timeout, %s",
                    wanted,
                    timeout));
        }
    }

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        requireNonNull(key, "key");
        if (closed) {
            return CompletableFuture.failedFuture(new StorageClosedException());
        }
        CompletionStage<List<byte[]>> reply = port.hgetall(keys.key(key));
        CompletableFuture<Snapshot> snapshot = reply.toCompletableFuture().newIncompleteFuture();
        reply.whenComplete((flat, failure) -> {
            if (failure == null) {
                complete(
                        snapshot,
                        key,
                        false,
                        () -> decoded(key, false, () -> StoredHash.snapshot(flat, clock.instant())));
            } else {
                snapshot.completeExceptionally(failures.of(key, false, ScriptCalls.unwrapped(failure)));
            }
        });
        return snapshot;
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        requireNonNull(key, "key");
        requireNonNull(mutation, "mutation");
        if (closed) {
            return CompletableFuture.failedFuture(new StorageClosedException());
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS); // the stored precision
        return scripts.call(
                Scripts.WRITE,
                mutation.changesDeadline() ? deadlineKeys.conversationAndIndex(key) : List.of(keys.key(key)),
                arguments.of(mutation, now),
                (outcome, reply, failure) -> finish(outcome, key, mutation, now, reply, failure));
    }

    private void finish(
            CompletableFuture<Outcome> outcome,
            StorageKey key,
            Mutation mutation,
            Instant written,
            @Nullable List<Object> reply,
            @Nullable Throwable failure) {
        if (reply == null) {
            outcome.completeExceptionally(failures.of(key, true, failure));
        } else if (durability.isPresent()) {
            complete(outcome, key, true, () -> confirmed(key, mutation, written, reply, durability.get()));
        } else {
            complete(outcome, key, true, () -> outcome(key, mutation, written, reply));
        }
    }

    private Outcome outcome(StorageKey key, Mutation mutation, Instant written, List<Object> reply) {
        return decoded(key, true, () -> WriteReply.outcome(key, mutation, written, clock.instant(), reply));
    }

    /**
     * Throws unless an outcome is as durable as required. An event that was stored before must be as durable as one
     * that is stored now.
     */
    private Outcome confirmed(
            StorageKey key, Mutation mutation, Instant written, List<Object> reply, Durability wanted) {
        int last = reply.size() - 1;
        Outcome outcome = outcome(key, mutation, written, reply.subList(0, last));
        boolean isStored = outcome instanceof Applied || outcome instanceof Duplicate;
        if (isStored && !(reply.get(last) instanceof List<?> numbers && wanted.isConfirmedBy(numbers))) {
            Throwable why = reply.get(last) instanceof Throwable failure ? failure : null;
            throw new UnconfirmedWriteException(key, wanted.toString(), why);
        }
        return outcome;
    }

    @SuppressWarnings("UnusedException") // its message may quote the record
    private static <T> T decoded(StorageKey key, boolean writes, Supplier<T> decode) {
        try {
            return decode.get();
        } catch (FsmException e) {
            throw e;
        } catch (StoredHash.FormatException e) {
            throw new ConversationRefusedException(key, e.text(), false, null);
        } catch (RuntimeException e) {
            throw new ConversationRefusedException(
                    key, "the stored value is not a conversation of this library", writes, null);
        }
    }

    private <T> void complete(CompletableFuture<T> result, StorageKey key, boolean writes, Supplier<T> value) {
        T known;
        try {
            known = value.get();
        } catch (FsmException e) {
            result.completeExceptionally(e);
            return;
        } catch (Error e) { // such as OutOfMemoryError: nothing else would complete the stage
            result.completeExceptionally(failures.of(key, writes, e));
            return;
        }
        result.complete(known);
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    /** Offers a {@link ConversationCatalog}, a {@link DeadlineQueue} and an {@link UpdateInbox}. */
    @Override
    public <T> Optional<T> extension(Class<T> type) {
        requireNonNull(type, "type");
        if (type == ConversationCatalog.class) {
            return Optional.of(type.cast(catalog));
        }
        if (type == DeadlineQueue.class) {
            return Optional.of(type.cast(deadlines));
        }
        return type == UpdateInbox.class ? Optional.of(type.cast(inbox)) : Optional.empty();
    }

    /** Closes the storage, but not the client. */
    @Override
    public void close() {
        closed = true;
        durableScripts.ifPresent(FollowedScripts::close);
    }
}
