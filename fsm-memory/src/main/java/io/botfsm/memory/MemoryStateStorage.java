package io.botfsm.memory;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import io.botfsm.storage.EventSourceLimitException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.StoredConversation.Step;
import io.botfsm.storage.WriteContext;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.inbox.UpdateInbox;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A storage that keeps conversations in the memory of this process, for tests and for bots whose conversations may be
 * lost when the process ends.
 *
 * <p>Thread-safe. Every stage is already complete when it is returned; stages fail only with
 * {@link StorageClosedException} or {@link EventSourceLimitException}. Nothing survives the process or is shared with
 * another process. An expired conversation is never visible. Expired conversations are removed from memory even if
 * there is no traffic, about a thousand per second. Conversations without a time to live stay until they are cleared:
 * set a {@linkplain Builder#ttl time to live} if users come and go. The storage has all capabilities and follows all
 * rules of the specification except those about shared and unavailable backends, which do not apply here. It offers a
 * {@link ConversationCatalog}, a {@link DeadlineQueue} and an {@link UpdateInbox}.
 */
public final class MemoryStateStorage implements StateStorage {
    private final Cache<StorageKey, Kept> conversations;
    private final DeadlineIndex deadlines = new DeadlineIndex();
    private final Ticker ticker;
    private final InstantSource clock;
    private final MemoryUpdateInbox inbox;
    private final Optional<Duration> ttl;
    private final Duration tombstoneTtl;
    private final LongAccumulator highestVersion = new LongAccumulator(Math::max, 0);
    private volatile boolean closed;

    /** Creates a storage in which conversations have no time to live. */
    public MemoryStateStorage() {
        this(builder());
    }

    private MemoryStateStorage(Builder builder) {
        ticker = builder.ticker;
        clock = builder.clock;
        inbox = new MemoryUpdateInbox(clock);
        ttl = builder.ttl;
        tombstoneTtl = builder.tombstoneTtl;
        conversations = Caffeine.newBuilder()
                .ticker(ticker)
                .expireAfter(new UntilItsEnd())
                .evictionListener(this::evicted)
                .scheduler(Scheduler.systemScheduler())
                .executor(Runnable::run)
                .build();
    }

    /** Returns a builder for a storage with other settings. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        requireNonNull(key, "key");
        if (closed) {
            return CompletableFuture.failedFuture(new StorageClosedException());
        }
        return CompletableFuture.completedFuture(snapshot(key));
    }

    private Snapshot snapshot(StorageKey key) {
        Kept kept = conversations.getIfPresent(key);
        return kept == null ? Snapshot.none() : kept.conversation.snapshot(clock.instant());
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        requireNonNull(key, "key");
        requireNonNull(mutation, "mutation");
        if (closed) {
            return CompletableFuture.failedFuture(new StorageClosedException());
        }
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        try {
            conversations.asMap().compute(key, (sameKey, kept) -> {
                StoredConversation before = kept == null ? StoredConversation.none() : kept.conversation;
                Step step = before.apply(mutation, context(key));
                outcome.complete(step.outcome());
                return step.outcome() instanceof Applied ? written(key, kept, mutation, step) : kept;
            });
        } catch (EventSourceLimitException e) {
            outcome.completeExceptionally(e);
        }
        return outcome;
    }

    private WriteContext context(StorageKey key) {
        Instant now = clock.instant();
        return WriteContext.at(key, now)
                .firstVersion(firstVersion(now))
                .ttl(ttl)
                .tombstoneTtl(tombstoneTtl)
                .build();
    }

    /**
     * Returns a version above every version issued before, even if there was more than one write per microsecond or the
     * clock was set back.
     */
    private long firstVersion(Instant now) {
        return Math.max(ChronoUnit.MICROS.between(Instant.EPOCH, now), highestVersion.get() + 1);
    }

    /** Updates the index after a write. Runs while the conversation is locked, as all changes of the index do. */
    private @Nullable Kept written(StorageKey key, @Nullable Kept before, Mutation mutation, Step step) {
        StoredConversation conversation = step.next();
        Optional<Instant> queuedBefore = before == null ? Optional.empty() : before.queuedAt;
        Optional<Instant> queuedAt = DeadlineIndex.queuedAt(queuedBefore, mutation, conversation.deadline());
        deadlines.move(key, queuedBefore, queuedAt);
        if (conversation.isGone()) {
            return null;
        }
        highestVersion.accumulate(conversation.version() + 1); // one more, since its end counts as a write
        return new Kept(conversation, step.timeToLive().map(limit -> ticker.read() + limit.toNanos()), queuedAt);
    }

    /** Updates the index after an eviction. Runs while the conversation is locked. */
    @SuppressWarnings("UnusedVariable") // the cause
    private void evicted(@Nullable StorageKey key, @Nullable Kept kept, RemovalCause cause) {
        if (key != null && kept != null) {
            deadlines.move(key, kept.queuedAt, Optional.empty());
        }
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.allOf(Capability.class);
    }

    /** Offers a {@link ConversationCatalog}, a {@link DeadlineQueue} and an {@link UpdateInbox}. */
    @Override
    public <T> Optional<T> extension(Class<T> type) {
        requireNonNull(type, "type");
        if (type == ConversationCatalog.class) {
            return Optional.of(type.cast(new MemoryCatalog(this::keys, this::snapshot)));
        }
        if (type == DeadlineQueue.class) {
            return Optional.of(type.cast(new MemoryDeadlineQueue(conversations.asMap(), deadlines, clock, this::keys)));
        }
        return type == UpdateInbox.class ? Optional.of(type.cast(inbox)) : Optional.empty();
    }

    private Stream<StorageKey> keys() {
        if (closed) {
            throw new StorageClosedException();
        }
        return conversations.asMap().keySet().stream();
    }

    /** Closes the storage and discards every conversation and update. */
    @Override
    public void close() {
        closed = true;
        inbox.close();
        conversations.invalidateAll();
        deadlines.clear();
    }

    /**
     * Returns the total number of conversations, of entries in the index of deadlines, and of updates and dead letters
     * in memory, including those that have expired but have not been removed yet.
     */
    long size() {
        return conversations.estimatedSize() + deadlines.size() + inbox.size();
    }

    /** Removes what has expired according to a ticker that the scheduler does not know. */
    void cleanUp() {
        conversations.cleanUp();
    }

    /**
     * A conversation, the time of the ticker at which it ends, and its place in the index of deadlines. All are part of
     * the map value, so that they change only while it is locked.
     */
    record Kept(StoredConversation conversation, Optional<Long> end, Optional<Instant> queuedAt) {
        private long left(long now) {
            return end.map(nanos -> Math.max(0, nanos - now)).orElse(Long.MAX_VALUE);
        }

        Kept queuedAt(Optional<Instant> place) {
            return new Kept(conversation, end, place);
        }
    }

    private static final class UntilItsEnd implements Expiry<StorageKey, Kept> {
        @Override
        public long expireAfterCreate(StorageKey key, Kept kept, long now) {
            return kept.left(now);
        }

        @Override
        public long expireAfterUpdate(StorageKey key, Kept kept, long now, long left) {
            return kept.left(now);
        }

        @Override
        public long expireAfterRead(StorageKey key, Kept kept, long now, long left) {
            return left;
        }
    }

    /** Collects the settings of a storage. Not thread-safe. */
    public static final class Builder {
        private Optional<Duration> ttl = Optional.empty();
        private Duration tombstoneTtl = WriteContext.DEFAULT_TOMBSTONE_TTL;
        private Ticker ticker = Ticker.systemTicker();
        private InstantSource clock = InstantSource.system();

        private Builder() {}

        /**
         * Sets how long a conversation lives after its last write. By default, conversations live until they are
         * cleared.
         *
         * @param limit rounded up to whole milliseconds
         * @throws IllegalArgumentException if it is not positive or longer than {@link Mutation#MAX_TTL}
         */
        public Builder ttl(Duration limit) {
            ttl = Optional.of(Mutation.requireTtl(limit));
            return this;
        }

        /**
         * Sets how long fencing token and event ids outlive a cleared conversation. The default is two days; Telegram
         * redelivers updates for one day.
         *
         * @param limit rounded up to whole milliseconds
         * @throws IllegalArgumentException if it is not positive or longer than {@link Mutation#MAX_TTL}
         */
        public Builder tombstoneTtl(Duration limit) {
            tombstoneTtl = Mutation.requireTombstoneTtl(limit);
            return this;
        }

        Builder ticker(Ticker source) {
            ticker = source;
            return this;
        }

        /**
         * Sets the clock for the time of writes, and for the end of state and data if events or fencing token outlive
         * them.
         */
        Builder clock(InstantSource source) {
            clock = source;
            return this;
        }

        /** Builds the storage. */
        public MemoryStateStorage build() {
            return new MemoryStateStorage(this);
        }
    }
}
