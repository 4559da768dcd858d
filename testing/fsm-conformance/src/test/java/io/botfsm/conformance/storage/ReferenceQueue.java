package io.botfsm.conformance.storage;

import io.botfsm.conformance.storage.ReferenceBackend.Kept;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import io.botfsm.storage.deadline.MendReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A queue of the {@link ReferenceBackend} that keeps every rule, of steps that a fault can replace. */
final class ReferenceQueue implements DeadlineQueue {
    private final ReferenceStorage storage;
    final ReferenceBackend backend;

    BiFunction<String, Integer, List<DueConversation>> due = this::honestDue;
    BiPredicate<DueConversation, Instant> defer = this::honestDefer;
    BiFunction<List<DueConversation>, Instant, List<DueConversation>> deferAll = DeadlineQueue.super::defer;
    Function<ConversationFilter, MendReport> mend = this::honestMend;
    BiFunction<String, Instant, Stream<StorageKey>> entries = this::honestEntries;
    Comparator<StorageKey> order;
    BiFunction<StorageKey, Instant, Optional<DueConversation>> confirm = this::honestConfirm;
    Predicate<DueConversation> isUnchanged = this::honestIsUnchanged;
    Runnable requireUsable;
    Predicate<StorageKey> isUnreadable;
    Function<Integer, Integer> limit = DeadlineQueue::requireLimit;

    ReferenceQueue(ReferenceStorage storage) {
        this.storage = storage;
        this.backend = storage.backend;
        this.requireUsable = storage.catalog::honestRequireUsable;
        this.isUnreadable = backend.spoilt::contains;
        this.order = Comparator.comparing((StorageKey key) -> backend.queued.getOrDefault(key, Instant.MAX))
                .thenComparing(StorageKey::toText);
    }

    ReferenceStorage storage() {
        return storage;
    }

    Stream<StorageKey> honestEntries(String bot, Instant now) {
        return Map.copyOf(backend.queued).entrySet().stream()
                .filter(entry ->
                        entry.getKey().bot().equals(bot) && !entry.getValue().isAfter(now))
                .map(Map.Entry::getKey);
    }

    List<DueConversation> honestDue(String bot, int most) {
        Instant now = backend.time();
        List<DueConversation> found = new ArrayList<>();
        for (StorageKey key : sorted(entries.apply(bot, now))) {
            if (found.size() < most) {
                confirm.apply(key, now).ifPresent(found::add);
            }
        }
        found.sort(Comparator.comparing(DueConversation::queuedAt));
        return found;
    }

    /** Places may change while others write. */
    private List<StorageKey> sorted(Stream<StorageKey> keys) {
        List<StorageKey> sorted = new ArrayList<>(keys.toList());
        try {
            sorted.sort(order);
        } catch (IllegalArgumentException changedMeanwhile) {
            return sorted;
        }
        return sorted;
    }

    /** Looks at a conversation while it is locked. */
    Optional<DueConversation> honestConfirm(StorageKey key, Instant now) {
        List<DueConversation> due = new ArrayList<>();
        locked(key, () -> {
            Instant place = backend.queued.get(key);
            Snapshot snapshot = backend.honestRead(key);
            if (place == null || isUnreadable.test(key)) {
                return;
            }
            if (snapshot.deadline().isEmpty()) {
                backend.queued.remove(key);
            } else if (snapshot.deadline().get().isAfter(now)) {
                backend.queued.put(key, snapshot.deadline().get());
            } else {
                due.add(DueConversation.of(key, snapshot.deadline().get(), snapshot.version(), place));
            }
        });
        return due.stream().findFirst();
    }

    /** Runs an action while nobody writes the conversation. */
    void locked(StorageKey key, Runnable action) {
        backend.kept.compute(key, (same, record) -> {
            action.run();
            return record;
        });
    }

    boolean honestIsUnchanged(DueConversation due) {
        return due.queuedAt().equals(backend.queued.get(due.key()))
                && backend.honestRead(due.key()).deadline().equals(Optional.of(due.deadline()));
    }

    boolean honestDefer(DueConversation due, Instant until) {
        Instant place = DeadlineQueue.requireDeferral(due, until, backend.time());
        List<Instant> deferred = new ArrayList<>();
        locked(due.key(), () -> {
            if (isUnchanged.test(due)) {
                backend.queued.put(due.key(), place);
                deferred.add(place);
            }
        });
        return !deferred.isEmpty();
    }

    MendReport honestMend(ConversationFilter filter) {
        Instant now = backend.time();
        DeadlineQueue.requireByKey(filter);
        long[] counts = new long[4];
        for (Object address : List.copyOf(backend.kept.keySet())) {
            StorageKey key = (StorageKey) address;
            locked(key, () -> {
                Optional<Instant> deadline = backend.honestRead(key).deadline();
                if (filter.matches(key) && !isUnreadable.test(key) && deadline.isPresent()) {
                    counts[0]++;
                    mend(key, deadline.get(), now, counts);
                }
            });
        }
        for (StorageKey key : List.copyOf(backend.queued.keySet())) {
            Kept record = backend.kept.get(key);
            boolean hasNone =
                    record == null || backend.honestRead(key).deadline().isEmpty();
            if (filter.matches(key) && hasNone && backend.queued.remove(key) != null) {
                counts[3]++;
            }
        }
        return MendReport.of(counts[0], counts[1], counts[2], counts[3]);
    }

    private void mend(StorageKey key, Instant deadline, Instant now, long[] counts) {
        Instant place = backend.queued.get(key);
        Instant latest = deadline.isAfter(now) ? deadline : now.plus(MAX_DEFERRAL);
        if (place == null || place.isAfter(latest)) {
            backend.queued.put(key, deadline);
            counts[place == null ? 1 : 2]++;
        }
    }

    @Override
    public List<DueConversation> due(Object bot, int most) {
        String id = ConversationFilter.bot(bot).bot().orElseThrow();
        int checked = limit.apply(most);
        requireUsable.run();
        return due.apply(id, checked);
    }

    @Override
    public boolean defer(DueConversation which, Instant until) {
        requireUsable.run();
        return defer.test(which, until);
    }

    @Override
    public List<DueConversation> defer(List<DueConversation> which, Instant until) {
        return deferAll.apply(which, until);
    }

    @Override
    public MendReport mend(ConversationFilter filter) {
        requireUsable.run();
        return mend.apply(filter);
    }
}
