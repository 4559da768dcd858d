package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.StateStorage;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** An inbox as the tests use it: checks what it returns against what every answer promises. */
final class TestedInbox {
    private final StateStorage storage;
    private final UpdateInbox inbox;

    TestedInbox(StateStorage storage) {
        this.storage = storage;
        this.inbox = storage.extension(UpdateInbox.class)
                .orElseThrow(() -> new AssertionError("the storage offers no inbox"));
    }

    StateStorage storage() {
        return storage;
    }

    UpdateInbox untested() {
        return inbox;
    }

    /** The time by the storage's clock. */
    Instant now() {
        return new TestedStorage(storage).now();
    }

    void add(String bot, List<InboxUpdate> updates) {
        assertThat(inbox.add(bot, updates, InboxRules.LIMITS, InboxRules.NO_TOKEN))
                .as("whether there was room")
                .isTrue();
    }

    void add(String bot, InboxUpdate... updates) {
        add(bot, List.of(updates));
    }

    void remove(String bot, InboxUpdate... updates) {
        inbox.remove(bot, List.of(updates), InboxRules.NO_TOKEN);
    }

    void bury(String bot, InboxUpdate update) {
        inbox.bury(bot, update, "failed", InboxRules.LIMITS, InboxRules.NO_TOKEN);
    }

    List<WaitingUpdate> waiting(String bot) {
        return waiting(bot, 0, UpdateInbox.MAX_UPDATES);
    }

    List<WaitingUpdate> waiting(String bot, long after, int limit) {
        List<WaitingUpdate> waiting = inbox.waiting(bot, after, limit);
        requirePositions(waiting.stream().map(WaitingUpdate::position).toList(), after, limit);
        return waiting;
    }

    List<InboxUpdate> updates(String bot) {
        return waiting(bot).stream().map(WaitingUpdate::update).toList();
    }

    List<DeadUpdate> dead(String bot) {
        return dead(bot, 0, UpdateInbox.MAX_UPDATES);
    }

    List<DeadUpdate> dead(String bot, long after, int limit) {
        List<DeadUpdate> dead = inbox.dead(bot, after, limit);
        requirePositions(dead.stream().map(DeadUpdate::position).toList(), after, limit);
        return dead;
    }

    List<InboxUpdate> letters(String bot) {
        return dead(bot).stream().map(DeadUpdate::update).toList();
    }

    private static void requirePositions(List<Long> positions, long after, int limit) {
        assertThat(positions)
                .as("positions")
                .hasSizeLessThanOrEqualTo(limit)
                .doesNotHaveDuplicates()
                .isSortedAccordingTo(Comparator.naturalOrder())
                .allSatisfy(position -> assertThat(position).isGreaterThan(after));
    }

    /** Compares the counts with what is listed. */
    void requireCounts(String bot) {
        InboxCounts counts = inbox.counts(bot);
        List<WaitingUpdate> waiting = waiting(bot);
        assertThat(counts.waiting()).as("how many wait").isEqualTo(waiting.size());
        assertThat(counts.bytes())
                .as("bytes")
                .isEqualTo(
                        waiting.stream().mapToLong(each -> each.update().size()).sum());
        assertThat(counts.oldest())
                .as("when the first was stored")
                .isEqualTo(waiting.stream().findFirst().map(WaitingUpdate::storedAt));
        assertThat(counts.dead()).as("dead letters").isEqualTo(dead(bot).size());
    }
}
