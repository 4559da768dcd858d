package io.botfsm.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The base of the suites of storages and lease stores: what a test class can do with its backend, and the gaps where it
 * cannot.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
public abstract class Conformance {
    /**
     * The backend's time can be advanced, and <b>stands still otherwise</b>: what lasts a millisecond lasts until a
     * test lets that pass, however long the test takes, and is over when it has. A real clock with an offset runs by
     * itself, and does not qualify. Without this, tests of time to live use short real ones.
     */
    public interface AdvancesTime {
        /** Lets exactly this time pass, for expiry, versions and tokens alike; it has passed when this returns. */
        void advance(Duration time);
    }

    /** What the suite has opened can be cut off from its backend. */
    public interface CutsOff {
        /** Cuts everything that is open off: refused, reset or without an answer, as the backend may fail. */
        void cutOff();

        /**
         * Lets requests through and loses the answers. Where that is not possible, cuts off.
         *
         * <p>This finds a storage that denies a write which happened, and a lease store that repeats a call.
         */
        default void loseAnswers() {
            cutOff();
        }

        /**
         * Ends what the other two began. Idempotent. The backend is reachable when it returns, by everything that the
         * tested object does not own: wait here for a server that starts again, or for a shared pool to replace its
         * dead connections.
         */
        void restore();
    }

    /**
     * What is opened next is on the same backend as what was opened before; otherwise each has a backend of its own.
     */
    public interface Shares {}

    /** What is stored can be counted. */
    public interface Counts {
        /**
         * How many records there are, with everything else kept per conversation or per name of a lease, such as locks.
         * Expired ones may still count for a moment, but must disappear without being accessed.
         */
        long records();
    }

    /** A record can be spoilt. */
    public interface Spoils {
        /** Replaces the record of a conversation by one that no storage of this kind can read. */
        void spoil(StorageKey key);
    }

    /**
     * A conversation is several records, each of which comes and goes, so that a scan may miss one that is there all
     * the time.
     */
    public interface SplitsConversations {}

    /** A queue of deadlines can be made to forget. */
    public interface Forgets {
        /**
         * Removes the entry of a conversation from the index of deadlines, and nothing else, as a write by a version
         * that knows no index would have left it.
         */
        void forgetDeadline(StorageKey key);
    }

    /** For the suites. */
    protected Conformance() {}

    /** Exactly what the suite cannot check here. None, unless overridden. */
    protected Set<Gap> expectedGaps() {
        return Set.of();
    }

    /** Whether the backend has what a test needs, where that is not a matter of the test class. */
    protected boolean meets(Need need) {
        return false;
    }

    /** How long the suite waits for what must happen by itself: 20 seconds, unless overridden. */
    public Duration timeout() {
        return Duration.ofSeconds(20);
    }

    /**
     * How much later than its deadline a call may end, as threads wait for a processor: 2 seconds, unless overridden.
     */
    public Duration margin() {
        return Duration.ofSeconds(2);
    }

    @Test
    void theGapsAreTheExpectedOnes() {
        assertThat(Requirements.gaps(this))
                .as(
                        "the gaps of %s; expectedGaps() must return exactly these",
                        getClass().getSimpleName())
                .containsExactlyInAnyOrderElementsOf(expectedGaps());
    }
}
