package io.botfsm.internal.data;

import static java.util.Collections.unmodifiableMap;

import java.io.Serializable;
import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map that keeps the order of its entries, unlike {@link Map#copyOf}. As with {@code Map.copyOf}, a copy
 * of such a map is the map itself. Serializable, like the maps of the JDK.
 */
public final class OrderedMap extends AbstractMap<String, String> implements Serializable {
    private static final long serialVersionUID = 1;

    private final transient Map<String, String> entries;

    private OrderedMap(Map<String, String> entries) {
        this.entries = unmodifiableMap(entries);
    }

    /** Returns an immutable copy; the map itself if it is such a copy. */
    public static Map<String, String> copyOf(Map<String, String> map) {
        return map instanceof OrderedMap || map.isEmpty() ? owning(map) : owning(new LinkedHashMap<>(map));
    }

    /** Returns an immutable view of a map that the caller hands over: the map must not be changed afterwards. */
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
