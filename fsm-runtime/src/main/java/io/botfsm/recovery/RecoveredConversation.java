package io.botfsm.recovery;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.Mutation;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a second source knows of a conversation. Immutable, thread-safe.
 *
 * @param state the stored name of its state
 * @param data names and JSON texts
 * @param lastEvent the id of the event applied last, if the source keeps it: that one is recognised when it is
 *     delivered again. Earlier ones are forgotten.
 */
public record RecoveredConversation(Optional<String> state, Map<String, String> data, OptionalLong lastEvent) {
    /** Detaches the data. */
    public RecoveredConversation {
        requireNonNull(state, "state");
        requireNonNull(data, "data");
        requireNonNull(lastEvent, "lastEvent");
        data = Map.copyOf(data);
    }

    /** A conversation from a source that does not keep events. */
    public RecoveredConversation(Optional<String> state, Map<String, String> data) {
        this(state, data, OptionalLong.empty());
    }

    boolean isEmpty() {
        return state.isEmpty() && data.isEmpty();
    }

    /** The write that restores it where nothing is stored. */
    Mutation restoring(boolean withEvent) {
        Mutation.Builder write = Mutation.builder().expectVersion(0).replaceData(new LinkedHashMap<>(data));
        state.ifPresent(write::state);
        if (withEvent) {
            lastEvent.ifPresent(write::eventId);
        }
        return write.build();
    }

    /** State and names; never the values. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "RecoveredConversation[state=%s, data=%s]",
                Text.field(state, "(none)"),
                Text.fields(data.keySet()));
    }
}
