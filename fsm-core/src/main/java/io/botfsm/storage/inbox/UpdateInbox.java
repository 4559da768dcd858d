package io.botfsm.storage.inbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationFilter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Keeps updates that were acknowledged to the messenger before they have been handled, so that one slow conversation
 * does not block the whole bot, and a crash does not lose updates. It is an extension that a
 * {@link io.botfsm.storage.StateStorage} may offer. Implementations follow the rules U01 to U13 of the project's
 * specification, which the published conformance suite checks.
 *
 * <p>An update is waiting from {@link #add} until {@link #remove}, or until {@link #bury} makes it a dead letter. A
 * dead letter is kept until it is {@linkplain #replay replayed} or {@linkplain #drop dropped}. Two updates are the same
 * if id and content are equal, whatever their conversations are. Every method may be repeated if its outcome is
 * unknown: it takes effect only once.
 *
 * <p>A call with a fencing token, from 1 to {@link Mutation#MAX_FENCE}, is refused if the bot's inbox has seen a higher
 * one. Otherwise the inbox remembers the token, even if the call changes nothing else. An instance that takes over
 * therefore calls {@link #remove} with an empty list before it reads the waiting updates: after that, no earlier
 * instance can add any. A call without a token is not fenced; it is for operators and tests. Bots are identified as in
 * {@link StorageKey#bot(Object)}; the conversations of an inbox belong to its bot.
 *
 * <p>Every method blocks, for at most a few times the storage's timeout, and must not be called on a thread of the
 * storage's client. Times are by the storage's clock. Thread-safe.
 *
 * <p>Every method throws {@link StorageUnavailableException} if the storage is unavailable or the thread is
 * interrupted, in which case its interrupt flag is set again; {@link StorageRefusedException} if the storage refuses
 * the call, such as for a missing permission, which the message names; and {@link StorageClosedException} if the
 * storage is closed.
 */
public interface UpdateInbox {
    /** The maximum number of updates that one call accepts or returns. */
    int MAX_UPDATES = 1_000;

    /** The maximum length of a reason that is kept, in characters. */
    int MAX_REASON_LENGTH = 1_000;

    /**
     * Stores updates after all waiting ones, in this order: either all of them or none. An update that is already
     * waiting keeps its position and counts once.
     *
     * @param limits the limits for all waiting updates, including those already waiting
     * @return whether all of them are waiting now; if not, the limits leave no room for them, and nothing was stored
     * @throws InboxFencedException if a newer instance has written this inbox
     * @throws IllegalArgumentException if there are more than {@link #MAX_UPDATES}, one alone exceeds the limits, or
     *     one is of another bot's conversation
     */
    boolean add(Object bot, List<InboxUpdate> updates, InboxLimits limits, OptionalLong fencingToken);

    /**
     * Returns waiting updates in order. If it returns fewer than the limit, there are no more.
     *
     * @param after the position after which to start; 0 for all
     * @param limit the maximum number to return, from 1 to {@link #MAX_UPDATES}
     * @throws IllegalArgumentException if the position is negative, or the limit is out of range
     */
    List<WaitingUpdate> waiting(Object bot, long after, int limit);

    /**
     * Removes updates that have been handled. Updates that are no longer waiting are ignored.
     *
     * @throws InboxFencedException if a newer instance has written this inbox
     * @throws IllegalArgumentException if there are more than {@link #MAX_UPDATES}
     */
    void remove(Object bot, List<InboxUpdate> updates, OptionalLong fencingToken);

    /**
     * Gives up an update, whether or not it is waiting here: it becomes a dead letter and is no longer waiting. An
     * update that is already a dead letter stays as it is. If there are then more dead letters than the limits allow,
     * the oldest are removed.
     *
     * @param reason the reason, for operators; it must not contain values of the conversation. Truncated to
     *     {@link #MAX_REASON_LENGTH}
     * @param limits how many dead letters are kept
     * @throws InboxFencedException if a newer instance has written this inbox
     * @throws IllegalArgumentException if the update is of another bot's conversation
     */
    void bury(Object bot, InboxUpdate update, String reason, InboxLimits limits, OptionalLong fencingToken);

    /**
     * Gives up an update like {@link #bury} if it is waiting here; otherwise changes nothing. Use it for an update that
     * was stored: if it was erased meanwhile, it stays erased.
     */
    void buryWaiting(Object bot, InboxUpdate update, String reason, InboxLimits limits, OptionalLong fencingToken);

    /**
     * Returns dead letters, the oldest first. If it returns fewer than the limit, there are no more.
     *
     * @param after the position after which to start; 0 for all
     * @param limit the maximum number to return, from 1 to {@link #MAX_UPDATES}
     * @throws IllegalArgumentException if the position is negative, or the limit is out of range
     */
    List<DeadUpdate> dead(Object bot, long after, int limit);

    /**
     * Makes a dead letter wait again, after all waiting updates and regardless of the limits. If the same update is
     * already waiting, that one keeps its position. A running bot picks it up within seconds.
     *
     * @return whether there was one at this position
     */
    boolean replay(Object bot, long position);

    /**
     * Deletes a dead letter.
     *
     * @return whether there was one at this position
     */
    boolean drop(Object bot, long position);

    /** Counts what a bot's inbox holds. */
    InboxCounts counts(Object bot);

    /**
     * Erases the updates and dead letters whose conversation matches, in the inboxes of all bots. Updates without a
     * conversation match if the filter sets neither chat nor user and their bot matches.
     *
     * @param filter selects the conversations; by keys alone
     * @return how many were erased
     * @throws IllegalArgumentException if the filter depends on more than keys
     */
    long erase(ConversationFilter filter);

    /**
     * Returns a copy of the updates if they are valid; for storages.
     *
     * @param bot its id as a text
     * @throws IllegalArgumentException if there are more than {@link #MAX_UPDATES}, or one is of another bot's
     *     conversation
     */
    static List<InboxUpdate> requireUpdates(String bot, List<InboxUpdate> updates) {
        requireNonNull(bot, "bot");
        if (requireNonNull(updates, "updates").size() > MAX_UPDATES) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "one call accepts at most %d updates: %d", MAX_UPDATES, updates.size()));
        }
        List<InboxUpdate> copy = List.copyOf(updates);
        copy.forEach(update -> requireOf(bot, update));
        return copy;
    }

    /**
     * Returns {@code update} if it is valid for the bot; for storages.
     *
     * @param bot its id as a text
     * @throws IllegalArgumentException if it is of another bot's conversation
     */
    static InboxUpdate requireOf(String bot, InboxUpdate update) {
        requireNonNull(bot, "bot");
        requireNonNull(update, "update")
                .key()
                .filter(key -> !key.bot().equals(bot))
                .ifPresent(key -> {
                    throw new IllegalArgumentException("the conversation of an update must be of the inbox's bot, "
                            + Text.field(bot) + ": " + update);
                });
        return update;
    }

    /**
     * Returns {@code updates} if each of them fits within the limits; for storages.
     *
     * @throws IllegalArgumentException if one alone exceeds them
     */
    static List<InboxUpdate> requireRoom(List<InboxUpdate> updates, InboxLimits limits) {
        long most = requireNonNull(limits, "limits").bytes();
        for (InboxUpdate update : requireNonNull(updates, "updates")) {
            if (update.size() > most) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT, "an update exceeds the size limit of the inbox, %d bytes: %s", most, update));
            }
        }
        return updates;
    }

    /**
     * Returns a reason as it is kept; for storages. It has at most {@link #MAX_REASON_LENGTH} characters, with a
     * question mark in place of each unpaired surrogate.
     */
    static String reasonToKeep(String reason) {
        int length = Math.min(requireNonNull(reason, "reason").length(), MAX_REASON_LENGTH);
        boolean splitsPair = length < reason.length()
                && Character.isHighSurrogate(reason.charAt(length - 1))
                && Character.isLowSurrogate(reason.charAt(length));
        return new String(reason.substring(0, splitsPair ? length - 1 : length).getBytes(UTF_8), UTF_8);
    }

    /**
     * Returns {@code limit} if it is valid; for storages.
     *
     * @throws IllegalArgumentException if it is not from 1 to {@link #MAX_UPDATES}
     */
    static int requireLimit(int limit) {
        if (limit < 1 || limit > MAX_UPDATES) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "a limit must be from 1 to %d: %d", MAX_UPDATES, limit));
        }
        return limit;
    }

    /**
     * Returns {@code after} if it is a valid position to list from; for storages.
     *
     * @throws IllegalArgumentException if it is negative
     */
    static long requirePosition(long after) {
        if (after < 0) {
            throw new IllegalArgumentException(
                    "the position to list after must be 0 or a position that was returned: " + after);
        }
        return after;
    }

    /**
     * Returns {@code fencingToken} if it is valid; for storages.
     *
     * @throws IllegalArgumentException if it is not from 1 to {@link Mutation#MAX_FENCE}
     */
    static OptionalLong requireFence(OptionalLong fencingToken) {
        requireNonNull(fencingToken, "fencingToken").ifPresent(Mutation::requireFence);
        return fencingToken;
    }

    /**
     * Returns {@code filter} if it depends on keys alone; for storages.
     *
     * @throws IllegalArgumentException if it depends on more
     */
    static ConversationFilter requireByKey(ConversationFilter filter) {
        if (!requireNonNull(filter, "filter").isByKey()) {
            throw new IllegalArgumentException("an inbox can be erased only by bot, chat and user: " + filter);
        }
        return filter;
    }

    /** Returns whether an update of a bot's inbox matches a filter by keys; for storages. */
    static boolean matches(ConversationFilter filter, String bot, InboxUpdate update) {
        requireNonNull(filter, "filter");
        requireNonNull(bot, "bot");
        return requireNonNull(update, "update")
                .key()
                .map(filter::matches)
                .orElseGet(() -> filter.chat().isEmpty()
                        && filter.user().isEmpty()
                        && filter.bot().orElse(bot).equals(bot));
    }
}
