package io.botfsm.recovery;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.Turn;
import io.botfsm.json.GenericType;
import io.botfsm.storage.EventId;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Copies of one storage's conversations in another, for when the first has lost them: Redis, which may forget, with
 * copies in a database.
 *
 * <pre>{@code
 * StateStorage copies = database.stateStorage();
 * Fsm fsm = Fsm.of(ConversationBackup.of(copies, "redis a:6379/1").storage(redis.stateStorage()));
 * }</pre>
 *
 * <p>A turn is copied after it is stored and before it is reported, by reading it and by a turn of the storage of
 * copies; a turn whose copy fails, fails, and is copied when its event is redelivered. Single writes without an event
 * are not copied. A copy has state, data, attributes and, of counted ids, the last event. It never goes back to an
 * earlier version. That of a cleared conversation has only its version, so that a turn that was stored before and is
 * copied late does not come back; it goes after two days.
 *
 * <p>Thread-safe, also between processes. Closes none of the storages.
 */
public final class ConversationBackup implements StateRecovery {
    private static final Duration CLEARED_TTL = Duration.ofDays(2);
    private static final GenericType<Map<String, String>> ENTRIES = new GenericType<>() {};
    private static final String VERSION = "version";
    private static final String STATE = "state";
    private static final String DATA = "data";
    private static final String ATTRIBUTES = "attributes";
    private static final String EVENT = "event";

    private final Fsm copies;
    private final String origin;
    private final boolean hasTtl;

    private ConversationBackup(StateStorage copies, String origin) {
        this.copies = Fsm.of(copies);
        this.origin = origin;
        this.hasTtl = copies.capabilities().contains(Capability.TTL);
    }

    /**
     * A backup in a storage.
     *
     * @param copies where the copies are; a key's bot is the origin there, its chat the whole key
     * @param origin what the first storage is known by, the same at each start, such as its address: another one never
     *     gets these copies, in which conversations of long ago would come back. Not empty
     * @throws IllegalArgumentException if the origin is empty
     */
    public static ConversationBackup of(StateStorage copies, String origin) {
        if (requireNonNull(origin, "origin").isEmpty()) {
            throw new IllegalArgumentException("origin must not be empty: it tells this storage's copies from others");
        }
        return new ConversationBackup(requireNonNull(copies, "copies"), origin);
    }

    /**
     * The storage with its copies: what it has lost comes back, and what is written is copied.
     *
     * @throws IllegalArgumentException as {@link RecoveringStateStorage#builder} does
     */
    public StateStorage storage(StateStorage original) {
        return new ForwardingStateStorage(
                RecoveringStateStorage.builder(original, this).build()) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                return storage().write(key, mutation).thenCompose(outcome -> {
                    // What a repeated event has written is copied too: the process may have died in between.
                    boolean isStored = outcome instanceof Outcome.Applied || outcome instanceof Outcome.Duplicate;
                    return isStored && mutation.eventId().isPresent()
                            ? storage()
                                    .read(key)
                                    .thenCompose(now ->
                                            copy(key, now, mutation.eventId().get()))
                                    .thenApply(done -> outcome)
                            : CompletableFuture.completedStage(outcome);
                });
            }
        };
    }

    /** Copies a conversation as it is after an event, unless a newer one is copied. */
    CompletionStage<Void> copy(StorageKey key, Snapshot now, EventId event) {
        if (now.state().isEmpty() && now.data().isEmpty()) {
            return CompletableFuture.completedStage(null); // cleared, or never begun
        }
        return put(key, now.version(), false, turn -> {
            now.state().ifPresent(state -> turn.put(STATE, state));
            turn.put(DATA, now.data(), ENTRIES).put(ATTRIBUTES, now.attributes(), ENTRIES);
            event.counted().ifPresent(id -> turn.put(EVENT, id));
        });
    }

    @Override
    public CompletionStage<Void> cleared(StorageKey key, long version) {
        return put(key, version, true, turn -> {
            if (hasTtl) {
                turn.ttl(CLEARED_TTL);
            }
        });
    }

    private CompletionStage<Void> put(StorageKey key, long version, boolean overEqual, Consumer<Turn> content) {
        return copies.handleAsync(place(key), turn -> {
                    long before = turn.value(VERSION, Long.class).orElse(-1L);
                    if (version > before || (version == before && overEqual)) {
                        content.accept(turn.clear().put(VERSION, version));
                    }
                    return before;
                })
                .thenAccept(done -> {});
    }

    @Override
    public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
        StorageKey place = place(key);
        return copies.storage().read(place).thenApply(found -> recovered(copies.conversation(place, found)));
    }

    private static Optional<RecoveredConversation> recovered(Conversation copy) {
        Optional<Map<String, String>> data = copy.value(DATA, ENTRIES); // of a cleared one there is none
        return data.map(entries -> {
            RecoveredConversation found = RecoveredConversation.of(copy.value(STATE, String.class), entries)
                    .withAttributes(copy.value(ATTRIBUTES, ENTRIES).orElse(Map.of()));
            return copy.value(EVENT, Long.class)
                    .map(id -> found.withLastEvent(EventId.of(id)))
                    .orElse(found);
        });
    }

    private StorageKey place(StorageKey key) {
        return StorageKey.bot(origin)
                .chat(requireNonNull(key, "key").toText())
                .user(key.user())
                .build();
    }
}
