package io.botfsm.storage.deadline;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationFilter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Finds the conversations whose deadline has passed, using an index that a storage updates together with the
 * conversation. It is an extension that a {@link StateStorage} may offer. Implementations follow the rules D01 to D12
 * of the project's specification, which the published conformance suite checks.
 *
 * <p>A deadline is set, kept and cleared only by ordinary writes ({@link Mutation.Builder#deadline}). A due
 * conversation therefore leaves the queue when a write clears its deadline or sets a later one, or when the
 * conversation ends. Until then {@link #due} returns it each time, unless it was {@linkplain #defer deferred}.
 *
 * <pre>{@code
 * for (DueConversation due : queue.due(botId, 100)) {
 *     if (queue.defer(due, clock.instant().plusSeconds(60))) { // claimed: no other instance gets it for a minute
 *         remind(due.key(), due.deadline());                   // clears the deadline, by a write
 *     }
 * }
 * }</pre>
 *
 * <p>Every method blocks, for at most a few times the storage's timeout, and must not be called on a thread of the
 * storage's client. Times are by the storage's clock. Thread-safe.
 *
 * <p>Every method throws {@link StorageUnavailableException} if the storage is unavailable or the thread is
 * interrupted, in which case its interrupt flag is set again; {@link StorageRefusedException} if the storage refuses
 * the call, such as for a missing permission, which the message names; and {@link StorageClosedException} if the
 * storage is closed.
 */
public interface DeadlineQueue {
    /** The maximum number of conversations that one call returns. */
    int MAX_LIMIT = 1_000;

    /** The maximum time for which a conversation may be deferred. */
    Duration MAX_DEFERRAL = Duration.ofDays(1);

    /**
     * Returns conversations of a bot whose deadline has passed, those that have been due in the queue for the longest
     * first. If it returns fewer than the limit, no more are due. Index entries that do not match their conversation
     * are corrected during the call, and not returned.
     *
     * @param bot its id, as in {@link StorageKey#bot(Object)}
     * @param limit the maximum number to return, from 1 to {@link #MAX_LIMIT}
     * @throws IllegalArgumentException if the id is neither a whole number nor a text, or empty, or the limit is out of
     *     range
     */
    List<DueConversation> due(Object bot, int limit);

    /**
     * Hides a conversation from {@link #due} until a time, such as after a handler has failed. Its deadline is not
     * changed. If {@link #due} returned the same conversation to several callers, only one of them can defer it:
     * instances share the work by deferring a conversation before they start on it. A write that sets a deadline
     * earlier than that time ends the deferral.
     *
     * @param due the conversation as {@link #due} returned it
     * @param until rounded up to a hundredth of a second
     * @return whether this call deferred it; if not, another caller did, or its deadline has changed, and this call
     *     changed nothing
     * @throws IllegalArgumentException if the time is not after {@link DueConversation#queuedAt()}, or later than
     *     {@link #MAX_DEFERRAL} from now
     */
    boolean defer(DueConversation due, Instant until);

    /**
     * Defers several conversations, each as {@link #defer(DueConversation, Instant)} does. If this method throws, some
     * of them may have been deferred.
     *
     * @return the conversations that this call deferred, in the given order
     */
    default List<DueConversation> defer(List<DueConversation> due, Instant until) {
        requireNonNull(until, "until");
        return requireNonNull(due, "due").stream()
                .filter(each -> defer(each, until))
                .toList();
    }

    /**
     * Repairs the index so that it matches the conversations. Use it after a restore from a backup, after a manual
     * deletion, or after a version of this library without an index has written. It looks at every conversation of the
     * storage, as a scan of a catalog does, and at every entry of the index. Records that cannot be read are logged and
     * left unchanged. It may be repeated at any time, even while bots are running.
     *
     * @param filter selects the conversations; by keys alone
     * @throws IllegalArgumentException if the filter depends on more than keys
     */
    MendReport mend(ConversationFilter filter);

    /**
     * Returns {@code limit} if it is valid; for storages.
     *
     * @throws IllegalArgumentException if it is not from 1 to {@link #MAX_LIMIT}
     */
    static int requireLimit(int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "a limit must be from 1 to %d: %d", MAX_LIMIT, limit));
        }
        return limit;
    }

    /**
     * Returns the end of a deferral in whole hundredths of a second, rounded up, if it is valid; for storages.
     *
     * @param now the time by the storage's clock
     * @throws IllegalArgumentException if it is not after {@link DueConversation#queuedAt()}, or later than
     *     {@link #MAX_DEFERRAL} from now
     */
    static Instant requireDeferral(DueConversation due, Instant until, Instant now) {
        requireNonNull(due, "due");
        requireNonNull(until, "until");
        requireNonNull(now, "now");
        if (!until.isAfter(due.queuedAt()) || until.isAfter(now.plus(MAX_DEFERRAL))) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a conversation queued at %s must be deferred to a later time, at most %s from now (%s): %s",
                    due.queuedAt(),
                    MAX_DEFERRAL,
                    now,
                    until));
        }
        return Mutation.requireDeadline(until);
    }

    /**
     * Returns {@code filter} if it depends on keys alone; for storages.
     *
     * @throws IllegalArgumentException if it depends on more
     */
    static ConversationFilter requireByKey(ConversationFilter filter) {
        if (!requireNonNull(filter, "filter").isByKey()) {
            throw new IllegalArgumentException(
                    "the index of deadlines can be repaired by bot, chat and user only, not by " + filter);
        }
        return filter;
    }
}
