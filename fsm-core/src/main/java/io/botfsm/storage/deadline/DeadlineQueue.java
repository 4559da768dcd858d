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
 * Finds the conversations whose deadline has passed, by an index that a storage changes together with the conversation.
 * An extension that a {@link StateStorage} may offer; implementations keep the rules D01 to D12 of the project's
 * specification, which the published conformance suite checks.
 *
 * <p>A deadline is set, kept and cleared by ordinary writes ({@link Mutation.Builder#deadline}); there is no other way.
 * So what is due leaves the queue when a write clears its deadline or sets a later one, or when the conversation ends.
 * Until then {@link #due} returns it each time, unless it was {@linkplain #defer deferred}.
 *
 * <pre>{@code
 * for (DueConversation due : queue.due(botId, 100)) {
 *     if (queue.defer(due, clock.instant().plusSeconds(60))) { // claimed: no other instance gets it for a minute
 *         remind(due.key(), due.deadline());                   // clears the deadline, by a write
 *     }
 * }
 * }</pre>
 *
 * <p>Every method blocks, within a few times the storage's timeout, and must not be called on a thread of a client.
 * Times are by the storage's clock. Thread-safe.
 *
 * <p>Every method throws {@link StorageUnavailableException} if the storage is unavailable or the thread is
 * interrupted, whose flag is set again then; {@link StorageRefusedException} if the storage refuses, such as for a
 * missing permission, which the message names; {@link StorageClosedException} if the storage is closed.
 */
public interface DeadlineQueue {
    /** The most conversations that one call returns. */
    int MAX_LIMIT = 1_000;

    /** How far ahead a conversation may be deferred. */
    Duration MAX_DEFERRAL = Duration.ofDays(1);

    /**
     * Returns conversations of a bot whose deadline has passed, those first that have been in the queue as due for the
     * longest. Fewer than the limit means that no more are due. What the index holds that its conversation does not
     * confirm is put right on the way, and not returned.
     *
     * @param bot its id, as in {@link StorageKey#bot(Object)}
     * @param limit how many at most, from 1 to {@link #MAX_LIMIT}
     * @throws IllegalArgumentException if the id is neither a whole number nor a text, or empty, or the limit is not
     *     within its bounds
     */
    List<DueConversation> due(Object bot, int limit);

    /**
     * Hides a conversation from {@link #due} until a time, such as after a handler that failed. Its deadline stays as
     * it is. Of several callers to whom {@link #due} returned the same, one defers it, so that instances share the work
     * by deferring before they begin. A write that sets a deadline before that time ends the deferral.
     *
     * @param due as {@link #due} returned it
     * @param until rounded up to a hundredth of a second
     * @return whether this call deferred it; if not, another did, or its deadline is no longer the same, and nothing
     *     was changed
     * @throws IllegalArgumentException if the time is not after {@link DueConversation#queuedAt()}, or later than
     *     {@link #MAX_DEFERRAL} from now
     */
    boolean defer(DueConversation due, Instant until);

    /**
     * Hides several conversations, each as {@link #defer(DueConversation, Instant)} does. If it throws, some may have
     * been deferred.
     *
     * @return those that this call deferred, in the order given
     */
    default List<DueConversation> defer(List<DueConversation> due, Instant until) {
        return requireNonNull(due, "due").stream()
                .filter(each -> defer(each, until))
                .toList();
    }

    /**
     * Makes the index what the conversations say: for after a restore from a backup, a deletion by hand, or a writer of
     * a version that knows no index. It looks at every conversation of the storage, as a scan of a catalog does, and at
     * every entry of the index. Records that cannot be read are logged and left alone. May be repeated at any time,
     * also while bots go on.
     *
     * @param filter which conversations, by their keys alone
     * @throws IllegalArgumentException if the filter looks at more than keys
     */
    MendReport mend(ConversationFilter filter);

    /**
     * Returns a limit, for storages.
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
     * Returns the end of a deferral in whole hundredths of a second, rounded up, for storages.
     *
     * @param now by the storage's clock
     * @throws IllegalArgumentException if it is not after the place in the queue, or later than {@link #MAX_DEFERRAL}
     *     from now
     */
    static Instant requireDeferral(DueConversation due, Instant until, Instant now) {
        requireNonNull(due, "due");
        requireNonNull(until, "until");
        requireNonNull(now, "now");
        if (!until.isAfter(due.queuedAt()) || until.isAfter(now.plus(MAX_DEFERRAL))) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a conversation that is queued at %s must be deferred to a later time, at most %s from now (%s): %s",
                    due.queuedAt(),
                    MAX_DEFERRAL,
                    now,
                    until));
        }
        return Mutation.requireDeadline(until);
    }

    /**
     * Returns a filter that looks at keys alone, for storages.
     *
     * @throws IllegalArgumentException if it looks at more
     */
    static ConversationFilter requireByKey(ConversationFilter filter) {
        if (!requireNonNull(filter, "filter").isByKey()) {
            throw new IllegalArgumentException(
                    "the index of deadlines is mended by bot, chat and user alone: " + filter);
        }
        return filter;
    }
}
