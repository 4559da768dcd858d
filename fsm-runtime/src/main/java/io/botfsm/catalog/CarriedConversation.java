package io.botfsm.catalog;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import java.util.Map;

/**
 * The parts of a conversation that are transferred: state and the time when it was entered, data, attributes and
 * deadline.
 */
final class CarriedConversation {
    private CarriedConversation() {}

    /** Returns whether there is a conversation, rather than only what outlives one. */
    static boolean isThere(Snapshot snapshot) {
        return snapshot.state().isPresent() || !snapshot.data().isEmpty();
    }

    /**
     * Returns the write that gives one conversation the content of another, on the condition that the former has not
     * changed.
     *
     * @param content the content to write
     * @param present the current content
     */
    static Mutation onto(Snapshot content, Snapshot present) {
        Mutation.Builder write =
                Mutation.builder().carryOver().expectVersion(present.version()).replaceData(content.data());
        content.state().ifPresentOrElse(write::state, write::clearState);
        content.since().ifPresent(write::since);
        content.attributes().forEach(write::attribute);
        present.attributes().keySet().stream()
                .filter(name -> !content.attributes().containsKey(name))
                .forEach(write::removeAttribute);
        if (content.deadline().isPresent()) {
            write.deadline(content.deadline().get());
        } else if (present.deadline().isPresent()) {
            write.clearDeadline();
        }
        return write.build();
    }

    /**
     * Returns the write that ends a conversation, on the condition that it has not changed.
     *
     * @param isDue whether it may have a deadline, whose index entry is then removed too
     */
    static Mutation end(long version, boolean isDue) {
        Mutation.Builder end = Mutation.builder()
                .carryOver()
                .expectVersion(version)
                .clearState()
                .replaceData(Map.of());
        return isDue ? end.clearDeadline().build() : end.build();
    }
}
