package io.botfsm.internal.data;

import static java.util.Collections.unmodifiableMap;

import java.io.Serializable;
import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map in the order of its entries, which {@link Map#copyOf} does not keep; like there, its copy is itself.
 * Serializable, as the maps of the JDK are.
 */
public final class OrderedMap extends AbstractMap<String, String> implements Serializable {
    private static final long serialVersionUID = 1;

    private final transient Map<String, String> entries;

    private OrderedMap(Map<String, String> entries) {
        this.entries = unmodifiableMap(entries);
    }

    /** Returns a copy that nobody can change; the map itself if it is such a copy. */
    public static Map<String, String> copyOf(Map<String, String> map) {
        return map instanceof OrderedMap || map.isEmpty() ? owning(map) : owning(new LinkedHashMap<>(map));
    }

    /** Returns an immutable view of a map that the caller gives up: it must not be changed any more. */
    public static Map<String, String> owning(Map<String, String> map) {
        return map.isEmpty() ? Map.of() : map instanceof OrderedMap ? map : new OrderedMap(map);
    }

    @Override
    public @Nullable String get(@Nullable Object key) {
        return entries.get(key);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return entries.containsKey(key);
    }

    @Override
    public Set<String> keySet() {
        return entries.keySet();
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
        return entries.entrySet();
    }

    /** Serializes a map of the JDK in place of this one, so that no name of this class is stored. */
    private Object writeReplace() {
        return entries;
    }
}
