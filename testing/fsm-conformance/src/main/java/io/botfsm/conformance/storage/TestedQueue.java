package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** A queue as the tests use it: checks what it returns against what every answer promises. */
final class TestedQueue {
    private final TestedStorage storage;
    private final DeadlineQueue queue;

    TestedQueue(StateStorage storage) {
        this.storage = new TestedStorage(storage);
        this.queue = storage.extension(DeadlineQueue.class)
                .orElseThrow(() -> new AssertionError("the storage offers no queue of deadlines"));
    }

    TestedStorage storage() {
        return storage;
    }

    DeadlineQueue untested() {
        return queue;
    }

    /** The time by the storage's clock. */
    Instant now() {
        return storage.now();
    }

    List<DueConversation> due(String bot, int limit) {
        List<DueConversation> due = queue.due(bot, limit);
        assertThat(due).as("what is due").hasSizeLessThanOrEqualTo(limit).doesNotHaveDuplicates();
        assertThat(due)
                .extracting(DueConversation::queuedAt)
                .as("places in the queue")
                .isSortedAccordingTo(Comparator.naturalOrder());
        assertThat(due).allSatisfy(each -> assertThat(each.key().bot()).isEqualTo(bot));
        return due;
    }

    /** The only conversation of a bot that is due. */
    DueConversation only(String bot) {
        List<DueConversation> due = due(bot, 10);
        assertThat(due).hasSize(1);
        return due.get(0);
    }

    List<StorageKey> keys(String bot) {
        return due(bot, DeadlineQueue.MAX_LIMIT).stream()
                .map(DueConversation::key)
                .toList();
    }
}
