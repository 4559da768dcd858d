package io.botfsm.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A conversation as commands print it; with values only on request. */
final class ShownConversation {
    static final String NO_STATE = "(none)";

    private ShownConversation() {}

    static boolean isThere(Snapshot snapshot) {
        return snapshot.state().isPresent() || !snapshot.data().isEmpty();
    }

    static String state(Optional<String> state) {
        return state.orElse(NO_STATE);
    }

    static ObjectNode object(StorageKey key, Snapshot snapshot, boolean withValues) {
        ObjectNode object = Report.object()
                .put("key", key.toText())
                .put("state", snapshot.state().orElse(null))
                .put("version", snapshot.version())
                .put("since", text(snapshot.since()))
                .put("touched", text(snapshot.touched()))
                .put("deadline", text(snapshot.deadline()));
        put(object, "data", snapshot.data(), withValues);
        put(object, "attributes", snapshot.attributes(), withValues);
        return object;
    }

    private static @Nullable String text(Optional<?> time) {
        return time.map(Object::toString).orElse(null);
    }

    /** Each name with its value as it is stored, or with null. */
    private static void put(ObjectNode object, String name, Map<String, String> entries, boolean withValues) {
        ObjectNode shown = object.putObject(name);
        entries.forEach((entry, value) -> shown.put(entry, withValues ? value : null));
    }
}
