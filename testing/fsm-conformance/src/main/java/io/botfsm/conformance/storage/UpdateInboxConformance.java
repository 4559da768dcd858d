package io.botfsm.conformance.storage;

import io.botfsm.conformance.Conformance;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.inbox.UpdateInbox;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

/**
 * Checks the {@link UpdateInbox} that a storage offers against the rules U01 to U13 of the specification. Use it like
 * {@link StateStorageConformance}, with a storage that passes that suite.
 */
public abstract class UpdateInboxConformance extends Conformance {
    /** For the extending class. */
    protected UpdateInboxConformance() {}

    /**
     * Opens a storage that offers an inbox. The suite closes it.
     *
     * @param deadline how long one call may take at most
     */
    protected abstract StateStorage open(Duration deadline) throws Exception;

    @Nested
    final class Adding extends InboxAddingRules {
        Adding() {
            super(UpdateInboxConformance.this);
        }
    }

    @Nested
    final class Ending extends InboxEndingRules {
        Ending() {
            super(UpdateInboxConformance.this);
        }
    }

    @Nested
    final class Fencing extends InboxFencingRules {
        Fencing() {
            super(UpdateInboxConformance.this);
        }
    }

    @Nested
    final class Listing extends InboxListingRules {
        Listing() {
            super(UpdateInboxConformance.this);
        }
    }

    @Nested
    final class Erasing extends InboxErasingRules {
        Erasing() {
            super(UpdateInboxConformance.this);
        }
    }

    @Nested
    final class Failing extends InboxFailingRules {
        Failing() {
            super(UpdateInboxConformance.this);
        }
    }
}
