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

/**
 * The content of a conversation as a second source knows it. Immutable and thread-safe; two are equal if all their
 * parts are.
 */
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
     * Creates a conversation from a source that keeps neither attributes nor events. Its data is in version 1 of each
     * type.
     *
     * @param state the stored name of its state
     * @param data the data entries, name to JSON text; copied
     */
    public static RecoveredConversation of(Optional<String> state, Map<String, String> data) {
        return new RecoveredConversation(
                requireNonNull(state, "state"), Map.copyOf(requireNonNull(data, "data")), Map.of(), Optional.empty());
    }

    /**
     * Returns this conversation with the attributes that were saved with state and data, {@link Snapshot#attributes()},
     * which include the version of each data type. Keep them unchanged. A storage without attributes refuses to restore
     * a conversation that has some.
     *
     * @param attributes the attributes, name to text; copied
     */
    public RecoveredConversation withAttributes(Map<String, String> attributes) {
        return new RecoveredConversation(state, data, Map.copyOf(requireNonNull(attributes, "attributes")), lastEvent);
    }

    /**
     * Returns this conversation with the event that was applied last, which is recognized when it is redelivered.
     * Earlier events are forgotten.
     */
    public RecoveredConversation withLastEvent(EventId event) {
        return new RecoveredConversation(state, data, attributes, Optional.of(requireNonNull(event, "event")));
    }

    /** The stored name of the state; empty for none. */
    public Optional<String> state() {
        return state;
    }

    /** The data entries, name to JSON text. */
    public Map<String, String> data() {
        return data;
    }

    /** The attributes, which components of this library stored with the conversation, separate from the user's data. */
    public Map<String, String> attributes() {
        return attributes;
    }

    /** The event that was applied last, if the source keeps it. */
    public Optional<EventId> lastEvent() {
        return lastEvent;
    }

    boolean isEmpty() {
        return state.isEmpty() && data.isEmpty();
    }

    /**
     * Returns the write that restores the missing conversation. It has the last event if {@code withEvent} is true,
     * unless the stored event window already contains the event or has no room for it.
     */
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

    /** Returns state and entry names; never the values. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "RecoveredConversation[state=%s, data=%s]",
                Text.field(state, "(none)"),
                Text.fields(data.keySet()));
    }
}
