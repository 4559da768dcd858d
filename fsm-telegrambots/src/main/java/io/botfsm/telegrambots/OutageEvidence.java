package io.botfsm.telegrambots;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Distinguishes an outage of something that all conversations need from a problem of a single conversation, if the
 * failure itself does not reveal which it is. The order of events decides: if a handler begins after another
 * conversation has failed, and succeeds, then other conversations work. Without such a success, failures may be due to
 * an outage. Not thread-safe; guarded by {@link PendingUpdates}.
 */
final class OutageEvidence {
    private final long timeout;
    private final Map<Object, Failing> failing = new HashMap<>();
    private long events;

    /**
     * Creates the evidence for one window.
     *
     * @param timeout how long a conversation may fail, times the number of suspect conversations, before updates that
     *     were handled earlier count as evidence
     */
    OutageEvidence(Duration timeout) {
        this.timeout = timeout.toNanos();
    }

    /** A conversation that fails and has not succeeded since. */
    private static final class Failing {
        private final long first;
        /** The time of the first failure. */
        private final long since;

        private long latest;
        /** The number of handlers of other conversations that began after its first failure and succeeded. */
        private long successes;
        /** Whether an outage may be the reason. */
        private boolean suspect = true;

        private Failing(long first, long since) {
            this.first = first;
            this.since = since;
        }
    }

    /** The next moment in the order of events. */
    long moment() {
        return ++events;
    }

    /**
     * Whether a handler that began at this moment did so after the latest failure of a suspect conversation: its
     * success then speaks against an outage.
     */
    boolean refutes(long start, Object conversation) {
        Failing one = failing.get(conversation);
        return one != null && one.suspect && one.latest < start;
    }

    /** Records the success of a handler that began at this moment. */
    void succeeded(Object conversation, long start) {
        failing.remove(conversation);
        failing.values().stream().filter(one -> one.first < start).forEach(one -> one.successes++);
    }

    /**
     * Records a failure of a conversation.
     *
     * @param holdsUp whether its update blocks a full window, so that no other conversation can give evidence any more
     * @param handledBehind how many later updates of the window were handled, possibly before the first failure
     * @return whether the failure counts as the conversation's own
     */
    boolean failed(Object conversation, boolean holdsUp, int handledBehind, long now) {
        long moment = moment();
        Failing one = failing.computeIfAbsent(conversation, unknown -> new Failing(moment, now));
        one.latest = moment;
        long others = suspects() - (one.suspect ? 1 : 0);
        long needed = Math.max(1, others);
        boolean othersWork = failing.values().stream()
                        .mapToLong(each -> each.successes)
                        .min()
                        .orElse(0)
                >= needed;
        // If the window was full before the first failure, only time can tell: the more conversations fail, the
        // likelier an outage is.
        boolean lasts = handledBehind > others && now - one.since >= timeout * (others + 1);
        boolean blocksOthers = holdsUp && (one.successes >= needed || lasts);
        one.suspect = !(othersWork || blocksOthers);
        return !one.suspect;
    }

    /** Forgets the failures of a conversation. */
    void forget(Object conversation) {
        failing.remove(conversation);
    }

    void clear() {
        failing.clear();
    }

    /** The number of conversations whose failures may be due to an outage. */
    long suspects() {
        return failing.values().stream().filter(one -> one.suspect).count();
    }
}
