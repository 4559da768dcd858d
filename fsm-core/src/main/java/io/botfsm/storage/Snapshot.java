package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.data.OrderedMap;
import io.botfsm.internal.text.Text;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a storage held for one key at one moment. Immutable, detached from the storage (spec rule 15), thread-safe.
 *
 * @param state the state as it is stored
 * @param data the data entries, name to JSON text, in the storage's order
 * @param version 0 if nothing is stored; otherwise the number that every write raises (spec rule 6)
 * @param events the events applied recently
 */
public record Snapshot(Optional<String> state, Map<String, String> data, long version, EventWindow events) {
    private static final Snapshot NONE = new Snapshot(Optional.empty(), Map.of(), 0, EventWindow.empty());

    /** Copies the data, so that no later change of the given map shows. */
    public Snapshot {
        requireNonNull(state, "state");
        data = OrderedMap.copyOf(requireNonNull(data, "data"));
        requireNonNull(events, "events");
    }

    /** What is read where nothing is stored. */
    public static Snapshot none() {
        return NONE;
    }

    /** State, names and version; never the values. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Snapshot[state=%s, data=%s, version=%d]",
                Text.field(state, "(none)"),
                Text.fields(data.keySet()),
                version);
    }
}
