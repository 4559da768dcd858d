package io.botfsm.recovery;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What a second source knows of a conversation. Immutable, thread-safe; two are equal if all their parts are. */
public final class RecoveredConversation {
    private final Optional<String> state;
    private final Map<String, String> data;
    private final Map<String, String> attributes;
    private final Optional<EventId> lastEvent;

    private RecoveredConversation(
            Optional<String> state,
            Map<String, String> data,
            Map<String, String> attributes,
            Optional<EventId> lastEvent) {
        this.state = state;
        this.data = data;
        this.attributes = attributes;
        this.lastEvent = lastEvent;
    }

    /**
     * A conversation from a source that keeps neither attributes nor events: its data is in the first version of each
     * type.
     *
     * @param state the stored name of its state
     * @param data names and JSON texts; copied
     */
    public static RecoveredConversation of(Optional<String> state, Map<String, String> data) {
        return new RecoveredConversation(
                requireNonNull(state, "state"), Map.copyOf(requireNonNull(data, "data")), Map.of(), Optional.empty());
    }

    /**
     * The same with the attributes that were saved with state and data, {@link Snapshot#attributes()}: among them is
     * the version of each type of data. Keep them as they are; a storage that has none refuses to restore a
     * conversation that does.
     *
     * @param attributes names and texts; copied
     */
    public RecoveredConversation withAttributes(Map<String, String> attributes) {
        return new RecoveredConversation(state, data, Map.copyOf(requireNonNull(attributes, "attributes")), lastEvent);
    }

    /**
     * The same with the event that was applied last: that one is recognised when it is delivered again. Earlier ones
     * are forgotten.
     */
    public RecoveredConversation withLastEvent(EventId event) {
        return new RecoveredConversation(state, data, attributes, Optional.of(requireNonNull(event, "event")));
    }

    /** The stored name of its state. */
    public Optional<String> state() {
        return state;
    }

    /** Names and JSON texts. */
    public Map<String, String> data() {
        return data;
    }

    /** What this library's own parts kept with the conversation, apart from the user's data. */
    public Map<String, String> attributes() {
        return attributes;
    }

    /** The event applied last, if the source keeps it. */
    public Optional<EventId> lastEvent() {
        return lastEvent;
    }

    boolean isEmpty() {
        return state.isEmpty() && data.isEmpty();
    }

    /** The write that restores it where it is missing; without the event where it is remembered anyway. */
    Mutation restoring(Snapshot missing, boolean withEvent) {
        Mutation.Builder write =
                Mutation.builder().expectVersion(missing.version()).replaceData(new LinkedHashMap<>(data));
        state.ifPresent(write::state);
        attributes.forEach(write::attribute);
        lastEvent
                .filter(event -> withEvent
                        && missing.events().takes(event)
                        && !missing.events().contains(event))
                .ifPresent(write::eventId);
        return write.build();
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof RecoveredConversation c
                && state.equals(c.state)
                && data.equals(c.data)
                && attributes.equals(c.attributes)
                && lastEvent.equals(c.lastEvent);
    }

    @Override
    public int hashCode() {
        return Objects.hash(state, data, attributes, lastEvent);
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
