package io.botfsm.storage.inbox;

import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationFilter;
import java.util.List;
import java.util.OptionalLong;

/**
 * Keeps updates of a messenger that were confirmed to it before they have been handled, so that one slow conversation
 * does not hold up a whole bot, and a crash loses none of them. An extension that a
 * {@link io.botfsm.storage.StateStorage} may offer; implementations keep the rules U01 to U13 of the project's
 * specification, which the published conformance suite checks.
 *
 * <p>An update waits from {@link #add} until {@link #remove}, or until it is given up by {@link #bury}; a dead letter
 * stays until it is {@linkplain #replay replayed} or {@linkplain #drop dropped}. Every method may be repeated when its
 * outcome is not known: it has its effect once.
 *
 * <p>A call with a fencing token is refused if the bot's inbox has seen a higher one; one without a token is not
 * fenced, and is for operators and tests. Bots are identified as in {@link StorageKey#bot(Object)}.
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

    /**
     * Stores updates behind all that wait, in this order: all of them, or none. One that waits already, with the same
     * id and content, stays where it is and counts once.
     *
     * @param limits how much may wait
     * @return whether they wait now; if not, the limits leave no room for them, and nothing was stored
     * @throws InboxFencedException if a newer instance has written this inbox
     * @throws IllegalArgumentException if there are more than {@link #MAX_UPDATES}, or one alone exceeds the limits
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
     * Gives up an update, whether it waits here or not: it becomes a dead letter. If more dead letters than the limits
     * allow were kept then, the oldest goes.
     *
     * @param reason for operators; not a value of the conversation. Cut to 1,000 characters
     * @throws InboxFencedException if a newer instance has written this inbox
     */
    void bury(Object bot, InboxUpdate update, String reason, InboxLimits limits, OptionalLong fencingToken);

    /**
     * Returns dead letters, the oldest first. Fewer than the limit means that there are no more.
     *
     * @param after the last position that is known, 0 for all
     * @param limit how many at most, from 1 to {@link #MAX_UPDATES}
     * @throws IllegalArgumentException if the position is negative, or the limit is not within its bounds
     */
    List<DeadUpdate> dead(Object bot, long after, int limit);

    /**
     * Lets a dead letter wait again, behind all others and beyond all limits. A running bot takes it up within seconds.
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
     * Erases updates and dead letters, of whichever bot, whose conversation matches.
     *
     * @param filter by keys alone
     * @return how many were erased
     * @throws IllegalArgumentException if the filter looks at more than keys
     */
    long erase(ConversationFilter filter);
}
