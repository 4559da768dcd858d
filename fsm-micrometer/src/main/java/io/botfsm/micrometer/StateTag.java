package io.botfsm.micrometer;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The name of a state as a tag's value: the first names that are seen, and one value for all others. Thread-safe. */
final class StateTag {
    static final String NAME = "state";
    static final String NONE = "none";
    static final String UNKNOWN = "unknown";
    static final String OTHER = "other";

    private final int most;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    StateTag(int most) {
        this.most = most;
    }

    String of(Optional<String> state) {
        return state.map(this::of).orElse(NONE);
    }

    private String of(String state) {
        if (known.contains(state)) {
            return state;
        }
        synchronized (known) { // so that no two threads add the last one
            if (known.size() < most) {
                var unused = known.add(state);
            }
            return known.contains(state) ? state : OTHER;
        }
    }
}
