package io.botfsm.conformance.storage;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Need;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.catalog.ConversationCatalog;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;

/**
 * Checks the {@link ConversationCatalog} that a storage offers against the rules C01 to C10 of the specification. Use
 * it like {@link StateStorageConformance}, with a storage that passes that suite.
 */
public abstract class ConversationCatalogConformance extends Conformance {
    private Optional<Set<Capability>> capabilities = Optional.empty();

    /** For the extending class. */
    protected ConversationCatalogConformance() {}

    /**
     * Opens a storage that offers a catalog. The suite closes it.
     *
     * @param ttl the storage's own time to live, empty for none
     * @param deadline how long one call may take at most
     */
    protected abstract StateStorage open(Optional<Duration> ttl, Duration deadline) throws Exception;

    @Override
    protected final boolean meets(Need need) {
        if (capabilities.isEmpty()) {
            try (StateStorage storage = open(Optional.empty(), CatalogRules.DEADLINE)) {
                capabilities = Optional.of(storage.capabilities());
            } catch (Exception e) {
                throw new AssertionError("the storage could not be opened", e);
            }
        }
        return capabilities.get().contains(Capability.valueOf(need.name()));
    }

    @Nested
    final class Finding extends CatalogFindingRules {
        Finding() {
            super(ConversationCatalogConformance.this);
        }
    }

    @Nested
    final class Paging extends CatalogPagingRules {
        Paging() {
            super(ConversationCatalogConformance.this);
        }
    }

    @Nested
    final class Failing extends CatalogFailingRules {
        Failing() {
            super(ConversationCatalogConformance.this);
        }
    }
}
