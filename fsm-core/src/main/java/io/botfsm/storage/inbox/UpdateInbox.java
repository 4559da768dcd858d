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
 * Keeps updates of a messenger that were confirmed to it before they have been handled, so that one slow conversation
 * does not hold up a whole bot, and a crash loses none of them. An extension that a
 * {@link io.botfsm.storage.StateStorage} may offer; implementations keep the rules U01 to U13 of the project's
 * specification, which the published conformance suite checks.
 *
 * <p>An update waits from {@link #add} until {@link #remove}, or until it is given up by {@link #bury}; a dead letter
 * stays until it is {@linkplain #replay replayed} or {@linkplain #drop dropped}. An update is the same as another if id
 * and content are, whatever its conversation is. Every method may be repeated when its outcome is not known: it has its
 * effect once.
 *
 * <p>A call with a fencing token, from 1 to {@link Mutation#MAX_FENCE}, is refused if the bot's inbox has seen a higher
 * one; otherwise the inbox has seen it from then on, also if the call has nothing else to do. So an instance that takes
 * over {@linkplain #remove removes} an empty list before it looks at what waits: no instance before it adds anything
 * then. A call without a token is not fenced, and is for operators and tests. Bots are identified as in
 * {@link StorageKey#bot(Object)}; conversations of an inbox are its bot's.
 *
 * <p>Every method blocks, within a few times the storage's timeout, and must not be called on a thread of a client.
 * Times are by the storage's clock. Thread-safe.
 *
 * <p>Every method throws {@link StorageUnavailableException} if the storage is unavailable or the thread is
 * interrupted, whose flag is set again then; {@link StorageRefusedException} if the storage refuses, such as for a
 * missing permission, which the message names; {@link StorageClosedException} if the storage is closed.
 */
public interface UpdateInbox {
    /** The most updates that one call takes or returns. */
    int MAX_UPDATES = 1_000;

    /** The longest reason that is kept, in characters. */
    int MAX_REASON_LENGTH = 1_000;

    /**
     * Stores updates behind all that wait, in this order: all of them, or none. One that waits already stays where it
     * is and counts once.
     *
     * @param limits how much may wait, together with what waits already
     * @return whether they wait now; if not, the limits leave no room for all of them, and nothing was stored
     * @throws InboxFencedException if a newer instance has written this inbox
     * @throws IllegalArgumentException if there are more than {@link #MAX_UPDATES}, one alone exceeds the limits, or
     *     one is of another bot's conversation
     */
    boolean add(Object bot, List<InboxUpdate> updates, InboxLimits limits, OptionalLong fencingToken);

    /**
     * Returns those that wait, in their order. Fewer than the limit means that there are no more.
     *
     * @param after the last position that is known, 0 for all
     * @param limit how many at most, from 1 to {@link #MAX_UPDATES}
     * @throws IllegalArgumentException if the position is negative, or the limit is not within its bounds
     */
    List<WaitingUpdate> waiting(Object bot, long after, int limit);

    /**
     * Removes updates that have been handled. Those that do not wait any more are left out.
     *
     * @throws InboxFencedException if a newer instance has written this inbox
     * @throws IllegalArgumentException if there are more than {@link #MAX_UPDATES}
     */
    void remove(Object bot, List<InboxUpdate> updates, OptionalLong fencingToken);

    /**
     * Gives up an update, whether it waits here or not: it waits no more, and becomes a dead letter. One that is a dead
     * letter already stays as it is. If more dead letters than the limits allow are kept then, the oldest go.
     *
     * @param reason for operators; not a value of the conversation. Cut to {@link #MAX_REASON_LENGTH}
     * @param limits how many dead letters are kept
     * @throws InboxFencedException if a newer instance has written this inbox
     * @throws IllegalArgumentException if the update is of another bot's conversation
     */
    void bury(Object bot, InboxUpdate update, String reason, InboxLimits limits, OptionalLong fencingToken);

    /**
     * Gives up an update like {@link #bury}, if it waits here; otherwise changes nothing. For an update that was
     * stored: one that was erased meanwhile stays erased.
     */
    void buryWaiting(Object bot, InboxUpdate update, String reason, InboxLimits limits, OptionalLong fencingToken);

    /**
     * Returns dead letters, the oldest first. Fewer than the limit means that there are no more.
     *
     * @param after the last position that is known, 0 for all
     * @param limit how many at most, from 1 to {@link #MAX_UPDATES}
     * @throws IllegalArgumentException if the position is negative, or the limit is not within its bounds
     */
    List<DeadUpdate> dead(Object bot, long after, int limit);

    /**
     * Lets a dead letter wait again, behind all others and beyond all limits; one that waits already stays where it is.
     * A running bot takes it up within seconds.
     *
     * @return whether there was one at this position
     */
    boolean replay(Object bot, long position);

    /**
     * Drops a dead letter.
     *
     * @return whether there was one at this position
     */
    boolean drop(Object bot, long position);

    /** Counts what a bot's inbox holds. */
    InboxCounts counts(Object bot);

    /**
     * Erases updates and dead letters, of whichever bot, whose conversation matches. Those without a conversation match
     * if the filter names neither chat nor user, and their bot does.
     *
     * @param filter by keys alone
     * @return how many were erased
     * @throws IllegalArgumentException if the filter looks at more than keys
     */
    long erase(ConversationFilter filter);

    /**
     * Returns a copy of updates, for storages.
     *
     * @param bot its id as a text
     * @throws IllegalArgumentException if there are more than {@link #MAX_UPDATES}, or one is of another bot's
     *     conversation
     */
    static List<InboxUpdate> requireUpdates(String bot, List<InboxUpdate> updates) {
        requireNonNull(bot, "bot");
        if (requireNonNull(updates, "updates").size() > MAX_UPDATES) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "one call takes at most %d updates: %d", MAX_UPDATES, updates.size()));
        }
        List<InboxUpdate> copy = List.copyOf(updates);
        copy.forEach(update -> requireOf(bot, update));
        return copy;
    }

    /**
     * Returns an update, for storages.
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
     * Returns updates each of which has room within the limits, for storages.
     *
     * @throws IllegalArgumentException if one alone exceeds them
     */
    static List<InboxUpdate> requireRoom(List<InboxUpdate> updates, InboxLimits limits) {
        long most = requireNonNull(limits, "limits").bytes();
        for (InboxUpdate update : requireNonNull(updates, "updates")) {
            if (update.size() > most) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "an update must have room in an empty inbox, which holds %d bytes: %s",
                        most,
                        update));
            }
        }
        return updates;
    }

    /**
     * Returns a reason as it is kept, for storages: at most {@link #MAX_REASON_LENGTH} characters, with a question mark
     * in place of each unpaired surrogate.
     */
    static String reasonToKeep(String reason) {
        int length = Math.min(requireNonNull(reason, "reason").length(), MAX_REASON_LENGTH);
        boolean isWithinAPair = length < reason.length()
                && Character.isHighSurrogate(reason.charAt(length - 1))
                && Character.isLowSurrogate(reason.charAt(length));
        return new String(
                reason.substring(0, isWithinAPair ? length - 1 : length).getBytes(UTF_8), UTF_8);
    }

    /**
     * Returns a limit, for storages.
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
     * Returns a position after which to list, for storages.
     *
     * @throws IllegalArgumentException if it is negative
     */
    static long requirePosition(long after) {
        if (after < 0) {
            throw new IllegalArgumentException(
                    "a position after which to list must be one that was returned, or 0: " + after);
        }
        return after;
    }

    /**
     * Returns a fencing token, for storages.
     *
     * @throws IllegalArgumentException if it is not from 1 to {@link Mutation#MAX_FENCE}
     */
    static OptionalLong requireFence(OptionalLong fencingToken) {
        requireNonNull(fencingToken, "fencingToken").ifPresent(Mutation::requireFence);
        return fencingToken;
    }

    /**
     * Returns a filter that looks at keys alone, for storages.
     *
     * @throws IllegalArgumentException if it looks at more
     */
    static ConversationFilter requireByKey(ConversationFilter filter) {
        if (!requireNonNull(filter, "filter").isByKey()) {
            throw new IllegalArgumentException("an inbox is erased by bot, chat and user alone: " + filter);
        }
        return filter;
    }

    /** Whether an update of a bot's inbox matches a filter by keys, for storages. */
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
