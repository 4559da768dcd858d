package io.botfsm.catalog;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import java.util.Map;

/** What is carried over of a conversation: state and since when it is there, data, attributes and deadline. */
final class CarriedConversation {
    private CarriedConversation() {}

    /** Whether there is anything but what outlives a conversation. */
    static boolean isThere(Snapshot snapshot) {
        return snapshot.state().isPresent() || !snapshot.data().isEmpty();
    }

    /**
     * The write that makes one conversation like another, whatever it is, unless it has changed.
     *
     * @param content what it is to be like
     * @param present what it is
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
     * The write that ends a conversation, unless it has changed.
     *
     * @param isDue whether it may have a deadline, whose entry in an index goes too
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
