package io.botfsm.telegrambots;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Distinguishes an outage of what all conversations need from what only one of them meets, where the failure itself
 * does not say it. What counts is the order of events: a handler that began after a conversation had failed, and
 * succeeded, shows that others work. Failures of several conversations without such a success are an outage. Not
 * thread-safe; guarded by {@link PendingUpdates}.
 */
final class OutageEvidence {
    private final long timeout;
    private final Map<Object, Failing> failing = new HashMap<>();
    private long events;

    /**
     * Evidence of one window.
     *
     * @param timeout how long a conversation may fail, for each that fails, before what was handled earlier counts
     *     against it
     */
    OutageEvidence(Duration timeout) {
        this.timeout = timeout.toNanos();
    }

    /** A conversation that fails and has not succeeded since. */
    private static final class Failing {
        private final long first;
        /** When that was. */
        private final long since;

        private long latest;
        /** Handlers of others that began after its first failure and succeeded. */
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

    /** Whether a handler that began at that moment may have met what a conversation has failed with, and did not. */
    boolean refutes(long begun, Object conversation) {
        Failing one = failing.get(conversation);
        return one != null && one.suspect && one.latest < begun;
    }

    /** A handler that began at that moment has succeeded. */
    void succeeded(Object conversation, long begun) {
        failing.remove(conversation);
        failing.values().stream().filter(one -> one.first < begun).forEach(one -> one.successes++);
    }

    /**
     * A conversation has failed once more.
     *
     * @param holdsUp whether its update keeps a full window from moving on, so that nothing else can give evidence any
     *     more
     * @param handledBehind how many later updates of the window were handled, maybe before it failed for the first time
     * @return whether it counts as its own failure
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
        // If the window was full before the first failure, only time can show it: the more fail, the likelier is an
        // outage.
        boolean lasts = handledBehind > others && now - one.since >= timeout * (others + 1);
        boolean blocksOthers = holdsUp && (one.successes >= needed || lasts);
        one.suspect = !(othersWork || blocksOthers);
        return !one.suspect;
    }

    /** Nothing of the conversation waits any more. */
    void forget(Object conversation) {
        failing.remove(conversation);
    }

    void clear() {
        failing.clear();
    }

    /** How many conversations fail with what may be an outage. */
    long suspects() {
        return failing.values().stream().filter(one -> one.suspect).count();
    }
}
