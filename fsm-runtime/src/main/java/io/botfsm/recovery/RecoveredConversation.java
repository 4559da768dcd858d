package io.botfsm.recovery;

import java.util.Map;
import java.util.Optional;

/**
 * What a second source knows of a conversation.
 *
 * @param state the stored name of its state
 * @param data names and JSON texts
 */
public record RecoveredConversation(Optional<String> state, Map<String, String> data) {
    /** Detaches the data. */
    public RecoveredConversation {
        data = Map.copyOf(data);
    }
}
