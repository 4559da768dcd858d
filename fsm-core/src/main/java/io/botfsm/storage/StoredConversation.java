package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.data.OrderedMap;
import io.botfsm.internal.text.Text;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * All that a backend keeps of one conversation, and the decision what a write makes of it. A backend loads, applies and
 * stores; nothing else decides. Immutable and thread-safe.
 *
 * <p>Three shapes: {@linkplain #isGone() gone} (nothing is stored, nothing is to be stored); a
 * {@linkplain #isTombstone() tombstone} (no state and no data, but a fence or events that must outlive them, for a time
 * that the backend chooses); a live conversation (which lives as long as {@link Mutation#ttl(Optional)} says).
 *
 * @param state the state
 * @param data the data entries, name to JSON text
 * @param version 0 if nothing is stored
 * @param fencingToken the highest fencing token seen, 0 if none was
 * @param events the events applied recently
 */
public record StoredConversation(
        Optional<String> state, Map<String, String> data, long version, long fencingToken, EventWindow events) {
    private static final StoredConversation NONE =
            new StoredConversation(Optional.empty(), Map.of(), 0, 0, EventWindow.empty());

    /**
     * What a write made of a conversation.
     *
     * @param next what the backend has to keep from now on; the conversation itself unless the write was applied
     * @param outcome what the writer gets
     */
    public record Step(StoredConversation next, Outcome outcome) {
        /** None of the parts is null. */
        public Step {
            requireNonNull(next, "next");
            requireNonNull(outcome, "outcome");
        }
    }

    /** Copies the data, so that no later change of the given map shows. */
    public StoredConversation {
        requireNonNull(state, "state");
        data = OrderedMap.copyOf(requireNonNull(data, "data"));
        requireNonNull(events, "events");
    }

    /** What a backend has of a key that it does not hold. */
    public static StoredConversation none() {
        return NONE;
    }

    /** Whether nothing is, or is to be, stored. */
    public boolean isGone() {
        return version == 0;
    }

    /** Whether no state and no data are left, but something that must outlive them. */
    public boolean isTombstone() {
        return version != 0 && state.isEmpty() && data.isEmpty();
    }

    /** What a reader sees. */
    public Snapshot snapshot() {
        return new Snapshot(state, data, version, events);
    }

    /**
     * Decides a write.
     *
     * @param mutation the write
     * @param nowMicros the backend's time in microseconds since 1970, the version of a conversation that begins with
     *     this write; above every version that the key has had (spec rule 6)
     */
    public Step apply(Mutation mutation, long nowMicros) {
        requireNonNull(mutation, "mutation");
        if (mutation.fencingToken().orElse(fencingToken) < fencingToken) {
            return new Step(this, new Fenced(fencingToken));
        }
        if (mutation.eventId().isPresent() && events.contains(mutation.eventId().getAsLong())) {
            return new Step(this, new Duplicate(snapshot()));
        }
        if (mutation.expectedVersion().orElse(version) != version) {
            return new Step(this, new Conflict(snapshot()));
        }
        if (mutation.expectsState() && !mutation.expectedState().equals(state)) {
            return new Step(this, new Conflict(snapshot()));
        }
        StoredConversation next = changed(mutation, nowMicros);
        return new Step(next, new Applied(state, next.state, version, next.version));
    }

    private StoredConversation changed(Mutation mutation, long nowMicros) {
        Optional<String> nextState = mutation.changesState() ? mutation.state() : state;
        Map<String, String> nextData = changedData(mutation);
        long nextFence = mutation.fencingToken().orElse(fencingToken);
        EventWindow nextEvents =
                mutation.eventId().isPresent() ? events.with(mutation.eventId().getAsLong()) : events;
        boolean gone = nextState.isEmpty() && nextData.isEmpty() && nextFence == 0 && nextEvents.isEmpty();
        long nextVersion = isGone() ? nowMicros : version + 1;
        return gone ? NONE : new StoredConversation(nextState, nextData, nextVersion, nextFence, nextEvents);
    }

    private Map<String, String> changedData(Mutation mutation) {
        if (mutation.replacesData()) {
            return mutation.puts();
        }
        if (mutation.puts().isEmpty() && mutation.removals().isEmpty()) {
            return data;
        }
        Map<String, String> patched = new LinkedHashMap<>(data);
        patched.keySet().removeAll(mutation.removals());
        patched.putAll(mutation.puts());
        return OrderedMap.owning(patched);
    }

    /** State, names, version and fence; never the values. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "StoredConversation[state=%s, data=%s, version=%d, fencingToken=%d]",
                Text.field(state, "(none)"),
                Text.fields(data.keySet()),
                version,
                fencingToken);
    }
}
