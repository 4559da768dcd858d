package io.botfsm.recovery;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.Turn;
import io.botfsm.catalog.Erasure;
import io.botfsm.catalog.ErasureReport;
import io.botfsm.json.GenericType;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.EventId;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Keeps copies of the conversations of one storage in another, and restores conversations that the first storage has
 * lost. Typically, the first storage is Redis, which may lose data, and the copies are in a database.
 *
 * <pre>{@code
 * StateStorage copies = database.stateStorage();
 * Fsm fsm = Fsm.of(ConversationBackup.of(copies, "redis a:6379/1").storage(redis.stateStorage()));
 * }</pre>
 *
 * <p>Every applied write, with or without an event, is copied after it is stored and before its outcome is reported.
 * This takes a read of the storage and a turn in the storage of copies. If the copy fails, the write fails with an
 * exception whose {@code mayBeApplied()} is true, and is copied when its event is redelivered, or with the next write
 * of the conversation. A copy contains state, data, attributes and, if its id is counted, the last event. Deadlines are
 * not copied, so a restored conversation has no timeout until a turn sets one.
 *
 * <p>A copy never returns to an earlier version, unless the storage itself has done so. The copy of a cleared
 * conversation contains only the version, so that an earlier turn that is copied late is not restored; it expires after
 * two days. Other copies expire after the time to live of the copied write, if the storage of copies supports times to
 * live; see {@link #withTtl}. A restored conversation has the storage's own time to live.
 *
 * <p>Immutable and thread-safe, also between processes. The storage of copies is not closed.
 */
public final class ConversationBackup {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CLEARED_TTL = Duration.ofDays(2);
    private static final GenericType<Map<String, String>> ENTRIES = new GenericType<>() {};
    private static final String VERSION = "version";
    private static final String STATE = "state";
    private static final String DATA = "data";
    private static final String ATTRIBUTES = "attributes";
    private static final String EVENT = "event";

    /**
     * The maximum distance between event ids of concurrent turns; a longer step back means that the messenger has
     * restarted its numbering.
     */
    private static final long CONCURRENT_EVENTS = 256;

    private final Fsm copies;
    private final String origin;
    private final Optional<Duration> ttl;
    private final boolean hasTtl;

    private ConversationBackup(Fsm copies, String origin, Optional<Duration> ttl) {
        this.copies = copies;
        this.origin = origin;
        this.ttl = ttl;
        this.hasTtl = copies.storage().capabilities().contains(Capability.TTL);
    }

    /**
     * Creates a backup in a storage.
     *
     * @param copies keeps the copies, under keys whose bot is the origin and whose chat is the whole original key
     * @param origin identifies the first storage, and is the same at each start, such as its address. A storage with
     *     another origin never gets these copies, since they might otherwise bring back very old conversations there.
     *     Not empty
     * @throws IllegalArgumentException if the origin is empty, or the storage of copies lacks
     *     {@link Capability#COMPARE_AND_SET}
     */
    public static ConversationBackup of(StateStorage copies, String origin) {
        if (requireNonNull(origin, "origin").isEmpty()) {
            throw new IllegalArgumentException(
                    "origin must not be empty: it distinguishes the copies of this storage from others");
        }
        if (!requireNonNull(copies, "copies").capabilities().contains(Capability.COMPARE_AND_SET)) {
            throw new IllegalArgumentException(
                    "copies need a storage with COMPARE_AND_SET; this one has " + copies.capabilities());
        }
        return new ConversationBackup(Fsm.builder(copies).timeout(TIMEOUT).build(), origin, Optional.empty());
    }

    /**
     * Returns this backup for a storage with its own time to live: copies of writes that set no time to live expire
     * after this time. Without this setting, they expire after the time to live of the storage of copies, as do copies
     * of writes with an unlimited time to live.
     *
     * @throws IllegalArgumentException if it is not positive or longer than {@link Mutation#MAX_TTL}, or the storage of
     *     copies lacks {@link Capability#TTL}
     */
    public ConversationBackup withTtl(Duration standard) {
        Duration limit = Mutation.requireTtl(standard);
        if (!hasTtl) {
            throw new IllegalArgumentException("withTtl(" + standard + ") needs copies in a storage with TTL; this one"
                    + " has " + copies.storage().capabilities());
        }
        return new ConversationBackup(copies, origin, Optional.of(limit));
    }

    /**
     * Returns the storage with this backup: conversations that it has lost are restored, and writes are copied. Closing
     * the returned storage closes the given one.
     *
     * @throws IllegalArgumentException as {@link RecoveringStateStorage#builder} does
     */
    public StateStorage storage(StateStorage original) {
        return new ForwardingStateStorage(
                RecoveringStateStorage.builder(original, new Source(original)).build()) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                return storage().write(key, mutation).thenCompose(outcome -> {
                    // A duplicate is copied too: the process may have died between the write and its copy.
                    boolean isStored = outcome instanceof Outcome.Applied || outcome instanceof Outcome.Duplicate;
                    return isStored
                            ? copied(key, mutation, original)
                                    .exceptionallyCompose(failure ->
                                            CompletableFuture.failedFuture(notCopied(key, Futures.cause(failure))))
                                    .thenApply(done -> outcome)
                            : CompletableFuture.completedStage(outcome);
                });
            }
        };
    }

    private CompletionStage<Void> copied(StorageKey key, Mutation cause, StateStorage original) {
        return original.read(key).thenCompose(now -> copy(key, now, cause, original));
    }

    private static FsmException notCopied(StorageKey key, Throwable failure) {
        if (failure instanceof ConversationRefusedException) {
            return new ConversationRefusedException(key, "its copy: " + failure.getMessage(), true, failure);
        }
        return failure instanceof StorageRefusedException
                ? new StorageRefusedException(key, "its copy: " + failure.getMessage(), true, failure)
                : new StorageUnavailableException(key, TIMEOUT, true, failure);
    }

    /**
     * Copies a conversation as it was read after a write.
     *
     * @param original is read again if there is a copy of a later version
     */
    CompletionStage<Void> copy(StorageKey key, Snapshot now, Mutation cause, StateStorage original) {
        return copy(key, now, cause, original, OptionalLong.empty());
    }

    /**
     * @param overridable identifies a copy of a later version that was there before the conversation was read, by its
     *     own version in the storage of copies; empty if there was none
     */
    private CompletionStage<Void> copy(
            StorageKey key, Snapshot now, Mutation cause, StateStorage original, OptionalLong overridable) {
        if (isEmpty(now)) {
            return CompletableFuture.completedFuture(null); // cleared, or never begun
        }
        return put(key, overridable, copy -> isLater(copy, now.version()), turn -> {
                    Optional<Long> event = lastEvent(turn.value(EVENT, Long.class), cause.eventId());
                    turn.clear().put(VERSION, now.version());
                    now.state().ifPresent(state -> turn.put(STATE, state));
                    turn.put(DATA, now.data(), ENTRIES).put(ATTRIBUTES, now.attributes(), ENTRIES);
                    event.ifPresent(id -> turn.put(EVENT, id));
                    cause.ttl(ttl).filter(limit -> hasTtl).ifPresent(turn::ttl);
                })
                .thenCompose(later -> later.isEmpty()
                        ? CompletableFuture.<Void>completedFuture(null)
                        : original.read(key).thenCompose(reread -> copy(key, reread, cause, original, later)));
    }

    /** Returns whether a copy is of a later version, or records the clear of this one. */
    private static boolean isLater(Turn copy, long version) {
        long copied = copiedVersion(copy);
        return copied > version
                || (copied == version && copy.value(DATA, ENTRIES).isEmpty());
    }

    private static long copiedVersion(Turn copy) {
        return copy.value(VERSION, Long.class).orElse(-1L);
    }

    /**
     * Returns the event to keep in the copy: turns may be copied in an order other than that in which they were stored,
     * so the copy may already have a later event.
     */
    private static Optional<Long> lastEvent(Optional<Long> copied, Optional<EventId> event) {
        OptionalLong id = event.map(EventId::counted).orElse(OptionalLong.empty());
        if (id.isEmpty()) {
            return copied;
        }
        return copied.filter(before -> before > id.getAsLong() && before - id.getAsLong() <= CONCURRENT_EVENTS)
                .or(() -> Optional.of(id.getAsLong()));
    }

    /**
     * Copies a clear. A copy of a later version is kept, unless the storage itself has neither content nor a later
     * version.
     */
    CompletionStage<Void> cleared(StorageKey key, long version, StateStorage original) {
        return cleared(key, version, original, OptionalLong.empty());
    }

    private CompletionStage<Void> cleared(
            StorageKey key, long version, StateStorage original, OptionalLong overridable) {
        return put(key, overridable, copy -> copiedVersion(copy) > version, turn -> {
                    turn.clear().put(VERSION, version);
                    if (hasTtl) {
                        turn.ttl(CLEARED_TTL);
                    }
                })
                .thenCompose(later -> later.isEmpty()
                        ? CompletableFuture.<Void>completedFuture(null)
                        : original.read(key)
                                .thenCompose(now -> isEmpty(now) && now.version() <= version
                                        ? cleared(key, version, original, later)
                                        : CompletableFuture.<Void>completedFuture(null)));
    }

    /**
     * Changes a copy, unless it is of a later version. A copy of a later version is changed too if {@code overridable}
     * identifies it: it was there before the storage was read, so the storage has gone back since.
     *
     * @return identifies the copy of a later version that was left unchanged; empty if the copy was changed
     */
    private CompletionStage<OptionalLong> put(
            StorageKey key, OptionalLong overridable, Predicate<Turn> isLater, Consumer<Turn> content) {
        return copies.handleAsync(place(key), turn -> {
                    OptionalLong write = OptionalLong.of(turn.snapshot().version());
                    if (isLater.test(turn) && !write.equals(overridable)) {
                        return write;
                    }
                    content.accept(turn);
                    return OptionalLong.empty();
                })
                .thenApply(handled -> handled.orElse(repeated -> OptionalLong.empty()));
    }

    /** Returns the copied conversation; empty if there is no copy, or the conversation was cleared. */
    CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
        StorageKey place = place(key);
        return copies.storage().read(place).thenApply(found -> recovered(copies.conversation(place, found)));
    }

    private static Optional<RecoveredConversation> recovered(Conversation copy) {
        Optional<Map<String, String>> data = copy.value(DATA, ENTRIES); // a cleared conversation has none
        return data.map(entries -> {
            RecoveredConversation found = RecoveredConversation.of(copy.value(STATE, String.class), entries)
                    .withAttributes(copy.value(ATTRIBUTES, ENTRIES).orElse(Map.of()));
            return copy.value(EVENT, Long.class)
                    .map(id -> found.withLastEvent(EventId.of(id)))
                    .orElse(found);
        });
    }

    /**
     * Erases copies, such as those of a user, and the remains of cleared conversations. Blocks as {@link Erasure#erase}
     * does. An erasure in the storage does not reach copies of conversations that it has lost, and leaves the keys of
     * cleared ones here for two days: erase there first, then here.
     *
     * @param filter selects the conversations, by keys alone, with the ids of the first storage
     * @throws IllegalArgumentException if the filter depends on more than keys, or the storage of copies offers no
     *     {@link ConversationCatalog}
     * @throws io.botfsm.catalog.ErasureIncompleteException if other writers kept writing matching copies
     * @throws FsmException if the storage of copies is unavailable or refuses, or the thread is interrupted
     */
    public ErasureReport erase(ConversationFilter filter) {
        if (!requireNonNull(filter, "filter").isByKey()) {
            throw new IllegalArgumentException("copies can be erased by bot, chat and user only, not by " + filter);
        }
        return Erasure.of(new KeyedCopies()).erase(filter);
    }

    private StorageKey place(StorageKey key) {
        return StorageKey.bot(origin)
                .chat(requireNonNull(key, "key").toText())
                .user(key.user())
                .build();
    }

    private static boolean isEmpty(Snapshot now) {
        return now.state().isEmpty() && now.data().isEmpty();
    }

    /** The copies, as the source from which a storage is recovered. */
    private final class Source implements StateRecovery {
        private final StateStorage original;

        Source(StateStorage original) {
            this.original = original;
        }

        @Override
        public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
            return ConversationBackup.this.recover(key);
        }

        @Override
        public CompletionStage<Void> cleared(StorageKey key, long version) {
            return ConversationBackup.this.cleared(key, version, original);
        }
    }

    /** The copies under the keys of the original conversations, for an erasure. */
    private final class KeyedCopies extends ForwardingStateStorage {
        KeyedCopies() {
            super(copies.storage());
        }

        @Override
        public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
            return storage().write(place(key), mutation);
        }

        /** Offers only the catalog: an inbox in the storage of copies does not belong to these conversations. */
        @Override
        public <T> Optional<T> extension(Class<T> type) {
            return type == ConversationCatalog.class
                    ? storage()
                            .extension(ConversationCatalog.class)
                            .map(catalog -> type.cast((ConversationCatalog)
                                    (filter, cursor) -> keyed(catalog.page(ofOrigin(filter), cursor), filter)))
                    : Optional.empty();
        }

        private ConversationFilter ofOrigin(ConversationFilter filter) {
            ConversationFilter all = ConversationFilter.bot(origin);
            return filter.user().map(all::user).orElse(all);
        }

        private static CatalogPage keyed(CatalogPage page, ConversationFilter filter) {
            return CatalogPage.of(
                    page.found().stream()
                            .map(copy -> FoundConversation.of(
                                    StorageKey.parse(copy.key().chat()), copy.snapshot()))
                            .filter(copy -> filter.matches(copy.key()))
                            .toList(),
                    page.unreadable(),
                    page.next());
        }
    }
}
