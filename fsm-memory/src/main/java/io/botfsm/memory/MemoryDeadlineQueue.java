package io.botfsm.memory;

import io.botfsm.memory.DeadlineIndex.Entry;
import io.botfsm.memory.MemoryStateStorage.Kept;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import io.botfsm.storage.deadline.MendReport;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The queue of deadlines of conversations in memory. Thread-safe. */
final class MemoryDeadlineQueue implements DeadlineQueue {
    private final ConcurrentMap<StorageKey, Kept> conversations;
    private final DeadlineIndex index;
    private final InstantSource clock;
    private final Supplier<Stream<StorageKey>> keys;

    /**
     * Creates a queue.
     *
     * @param keys supplies the keys of all conversations; throws if the storage is closed
     */
    MemoryDeadlineQueue(
            ConcurrentMap<StorageKey, Kept> conversations,
            DeadlineIndex index,
            InstantSource clock,
            Supplier<Stream<StorageKey>> keys) {
        this.conversations = conversations;
        this.index = index;
        this.clock = clock;
        this.keys = keys;
    }

    @Override
    public List<DueConversation> due(Object bot, int limit) {
        String id = ConversationFilter.bot(bot).bot().orElseThrow();
        DeadlineQueue.requireLimit(limit);
        requireOpen();
        Instant now = clock.instant();
        List<DueConversation> found = new ArrayList<>();
        for (Entry entry : index.until(id, now)) {
            if (found.size() == limit) {
                break;
            }
            confirmed(entry, now).ifPresent(found::add);
        }
        return List.copyOf(found);
    }

    /** Returns the conversation of an entry. An entry that does not match its conversation is corrected. */
    private Optional<DueConversation> confirmed(Entry entry, Instant now) {
        AtomicReference<@Nullable DueConversation> due = new AtomicReference<>();
        conversations.computeIfPresent(entry.key(), (key, kept) -> {
            if (!kept.queuedAt().equals(Optional.of(entry.queuedAt()))) {
                return kept;
            }
            Snapshot snapshot = kept.conversation().snapshot(now);
            if (snapshot.deadline().isEmpty() || snapshot.deadline().get().isAfter(now)) {
                return moved(key, kept, snapshot.deadline());
            }
            due.set(DueConversation.of(key, snapshot.deadline().get(), snapshot.version(), entry.queuedAt()));
            return kept;
        });
        return Optional.ofNullable(due.get());
    }

    private Kept moved(StorageKey key, Kept kept, Optional<Instant> place) {
        index.move(key, kept.queuedAt(), place);
        return kept.queuedAt(place);
    }

    @Override
    public boolean defer(DueConversation due, Instant until) {
        Instant now = clock.instant();
        Optional<Instant> place = Optional.of(DeadlineQueue.requireDeferral(due, until, now));
        requireOpen();
        AtomicBoolean deferred = new AtomicBoolean();
        conversations.computeIfPresent(due.key(), (key, kept) -> {
            deferred.set(kept.queuedAt().equals(Optional.of(due.queuedAt()))
                    && kept.conversation().snapshot(now).deadline().equals(Optional.of(due.deadline())));
            return deferred.get() ? moved(key, kept, place) : kept;
        });
        return deferred.get();
    }

    /** Removes entries of conversations that have ended; in memory no entry can be missing. */
    @Override
    public MendReport mend(ConversationFilter filter) {
        DeadlineQueue.requireByKey(filter);
        AtomicLong deadlines = new AtomicLong();
        AtomicLong removed = new AtomicLong();
        keys.get()
                .filter(filter::matches)
                .forEach(known -> conversations.computeIfPresent(known, (key, kept) -> {
                    if (kept.conversation().snapshot(clock.instant()).deadline().isPresent()) {
                        deadlines.incrementAndGet();
                        return kept;
                    }
                    removed.addAndGet(kept.queuedAt().isPresent() ? 1 : 0);
                    return moved(key, kept, Optional.empty());
                }));
        return MendReport.of(deadlines.get(), 0, 0, removed.get());
    }

    private void requireOpen() {
        var unused = keys.get();
    }
}
