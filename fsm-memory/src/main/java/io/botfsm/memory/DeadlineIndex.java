package io.botfsm.memory;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * An index of the conversations that have a deadline, by bot and place in the queue. Thread-safe. An entry is changed
 * only by the thread that has locked its conversation, in the same step as the conversation.
 */
final class DeadlineIndex {
    private static final String BEFORE_ALL = "";

    private final ConcurrentSkipListSet<Entry> entries = new ConcurrentSkipListSet<>(Entry.ORDER);

    /** An entry; {@code text} is the text of its key, and orders entries of the same time. */
    record Entry(String bot, Instant queuedAt, String text) {
        private static final Comparator<Entry> ORDER =
                Comparator.comparing(Entry::bot).thenComparing(Entry::queuedAt).thenComparing(Entry::text);

        private static Entry of(StorageKey key, Instant queuedAt) {
            return new Entry(key.bot(), queuedAt, key.toText());
        }

        StorageKey key() {
            return StorageKey.parse(text);
        }
    }

    /** The place after a write: never after the deadline that it sets, and never later than before. */
    static Optional<Instant> queuedAt(Optional<Instant> before, Mutation mutation, Optional<Instant> deadline) {
        if (deadline.isEmpty() || !mutation.changesDeadline()) {
            return deadline.flatMap(kept -> before);
        }
        return before.filter(deadline.get()::isAfter).or(() -> deadline);
    }

    void move(StorageKey key, Optional<Instant> from, Optional<Instant> to) {
        if (!from.equals(to)) {
            to.ifPresent(place -> entries.add(Entry.of(key, place)));
            from.ifPresent(place -> entries.remove(Entry.of(key, place)));
        }
    }

    /** Returns the entries of a bot up to a time, the earliest first. They may change during the iteration. */
    Iterable<Entry> until(String bot, Instant now) {
        return entries.subSet(new Entry(bot, Instant.MIN, BEFORE_ALL), new Entry(bot, now.plusNanos(1), BEFORE_ALL));
    }

    void clear() {
        entries.clear();
    }

    int size() {
        return entries.size();
    }
}
