package io.botfsm.monitoring;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a {@link HealthCheck} has found: whether a part works, and details for operators. Immutable and thread-safe. */
public final class Health {
    private final boolean up;
    private final Map<String, String> details;

    private Health(boolean up, Map<String, String> details) {
        this.up = up;
        this.details = Collections.unmodifiableMap(details);
    }

    /** The part works. */
    public static Health up() {
        return new Health(true, Map.of());
    }

    /**
     * The part does not work.
     *
     * @param reason for operators; not a value of a conversation
     */
    public static Health down(String reason) {
        return new Health(false, Map.of("reason", requireNonNull(reason, "reason")));
    }

    /** The same with one more detail. */
    public Health with(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(details);
        all.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
        return new Health(up, all);
    }

    /** Whether the part works. */
    public boolean isUp() {
        return up;
    }

    /** Details for operators, in order: names and texts. They hold no chat, user or data of a conversation. */
    public Map<String, String> details() {
        return details;
    }

    @Override
    public String toString() {
        return (up ? "up" : "down") + details;
    }
}
