package io.botfsm.conformance.storage;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Need;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.deadline.DeadlineQueue;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;

/**
 * Checks the {@link DeadlineQueue} that a storage offers against the rules D01 to D12 of the specification. Use it like
 * {@link StateStorageConformance}, with a storage that passes that suite. Where the backend's time is advanced, its
 * clock must be more than a day after 1970.
 */
public abstract class DeadlineQueueConformance extends Conformance {
    private Optional<Set<Capability>> capabilities = Optional.empty();

    /** For the extending class. */
    protected DeadlineQueueConformance() {}

    /**
     * Opens a storage that offers a queue of deadlines. The suite closes it.
     *
     * @param ttl the storage's own time to live, empty for none
     * @param deadline how long one call may take at most
     */
    protected abstract StateStorage open(Optional<Duration> ttl, Duration deadline) throws Exception;

    @Override
    protected final boolean meets(Need need) {
        if (capabilities.isEmpty()) {
            try (StateStorage storage = open(Optional.empty(), QueueRules.DEADLINE)) {
                capabilities = Optional.of(storage.capabilities());
            } catch (Exception e) {
                throw new AssertionError("the storage could not be opened", e);
            }
        }
        return capabilities.get().contains(Capability.valueOf(need.name()));
    }

    @Nested
    final class Finding extends QueueFindingRules {
        Finding() {
            super(DeadlineQueueConformance.this);
        }
    }

    @Nested
    final class Following extends QueueFollowingRules {
        Following() {
            super(DeadlineQueueConformance.this);
        }
    }

    @Nested
    final class Deferring extends QueueDeferringRules {
        Deferring() {
            super(DeadlineQueueConformance.this);
        }
    }

    @Nested
    final class Mending extends QueueMendingRules {
        Mending() {
            super(DeadlineQueueConformance.this);
        }
    }
}
