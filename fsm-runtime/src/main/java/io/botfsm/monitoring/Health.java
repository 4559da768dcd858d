package io.botfsm.monitoring;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The result of a {@link HealthCheck}: whether a part works, and details for operators. Immutable and thread-safe. */
public final class Health {
    private final boolean up;
    private final Map<String, String> details;

    private Health(boolean up, Map<String, String> details) {
        this.up = up;
        this.details = Collections.unmodifiableMap(details);
    }

    /** Returns the result for a part that works. */
    public static Health up() {
        return new Health(true, Map.of());
    }

    /**
     * Returns the result for a part that does not work.
     *
     * @param reason the reason, for operators; it must not contain values of a conversation
     */
    public static Health down(String reason) {
        return new Health(false, Map.of("reason", requireNonNull(reason, "reason")));
    }

    /** Returns this result with an additional detail. */
    public Health with(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(details);
        all.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
        return new Health(up, all);
    }

    /** Returns whether the part works. */
    public boolean isUp() {
        return up;
    }

    /**
     * Returns the details for operators in order, name to text. They contain no chat, user or data of a conversation.
     */
    public Map<String, String> details() {
        return details;
    }

    @Override
    public String toString() {
        return (up ? "up" : "down") + details;
    }
}
