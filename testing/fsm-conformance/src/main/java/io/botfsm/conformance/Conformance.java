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
 * The base class of the suites for storages and lease stores: what a test class can do with its backend, and the
 * resulting gaps.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
public abstract class Conformance {
    /**
     * Implemented if the backend's time can be advanced, and <b>otherwise stands still</b>: what lasts a millisecond
     * lasts until a test advances the time by that, however long the test takes, and has then ended. A real clock with
     * an offset runs by itself and does not qualify. Without this interface, tests of the time to live use short real
     * times.
     */
    public interface AdvancesTime {
        /**
         * Advances the time by exactly this duration, for expiry, versions and tokens alike. It has passed when this
         * method returns.
         */
        void advance(Duration time);
    }

    /** Implemented if objects that the suite has opened can be cut off from their backend. */
    public interface CutsOff {
        /**
         * Cuts off everything that is open: connections are refused, reset or without a response, however the backend
         * may fail.
         */
        void cutOff();

        /**
         * Lets requests through and loses the responses. If that is not possible, cuts off.
         *
         * <p>This detects a storage that denies a write that happened, and a lease store that repeats a call.
         */
        default void loseAnswers() {
            cutOff();
        }

        /**
         * Ends the effect of the other two methods. Idempotent. When it returns, the backend must be reachable by
         * everything that the tested object does not own: wait here for a server that restarts, or for a shared pool to
         * replace its dead connections.
         */
        void restore();
    }

    /** Implemented if all opened objects use the same backend; otherwise each has its own. */
    public interface Shares {}

    /** Implemented if the stored records can be counted. */
    public interface Counts {
        /**
         * Returns the number of records, including everything else that is kept per conversation or per lease name,
         * such as locks. Expired records may still be counted for a short time, but must disappear without being
         * accessed.
         */
        long records();
    }

    /** Implemented if a record can be corrupted. */
    public interface Spoils {
        /** Replaces the record of a conversation by one that no storage of this kind can read. */
        void spoil(StorageKey key);
    }

    /**
     * Implemented if a conversation consists of several records that come and go independently, so that a scan may miss
     * a conversation that exists all the time.
     */
    public interface SplitsConversations {}

    /** Implemented if a queue of deadlines can be made to lose an entry. */
    public interface Forgets {
        /**
         * Removes the entry of a conversation from the index of deadlines, and nothing else, as after a write by a
         * version without an index.
         */
        void forgetDeadline(StorageKey key);
    }

    /** For the suites. */
    protected Conformance() {}

    /** Returns exactly the gaps that the suite cannot check here. The default is none. */
    protected Set<Gap> expectedGaps() {
        return Set.of();
    }

    /** Returns whether the backend meets a need that does not depend on the test class. */
    protected boolean meets(Need need) {
        return false;
    }

    /** Returns how long the suite waits for what must happen by itself. The default is 20 seconds. */
    public Duration timeout() {
        return Duration.ofSeconds(20);
    }

    /**
     * Returns how much later than its deadline a call may end, since threads may wait for a processor. The default is 2
     * seconds.
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
