package io.botfsm.micrometer;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The name of a state as a tag's value: the declared names, or the first that occur if none are declared, and one value
 * for all others. Thread-safe.
 */
final class StateTag {
    static final String NAME = "state";
    static final String NONE = "none";
    static final String UNKNOWN = "unknown";
    static final String OTHER = "other";

    private final int most;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** Whether names are declared. Other stored states, which may be any text, are then not distinguished. */
    private boolean declared;

    StateTag(int most) {
        this.most = most;
    }

    /** @param names the names that an {@code Fsm} declares; empty if it declares none */
    void admit(Set<String> names) {
        synchronized (known) {
            names.stream().sorted().limit(Math.max(0, most - known.size())).forEach(known::add);
            declared |= !names.isEmpty();
        }
    }

    String of(Optional<String> state) {
        return state.map(this::of).orElse(NONE);
    }

    private String of(String state) {
        if (known.contains(state)) {
            return state;
        }
        synchronized (known) { // so that no two threads add the last one
            if (!declared && known.size() < most) {
                var unused = known.add(state);
            }
            return known.contains(state) ? state : OTHER;
        }
    }
}
