package io.botfsm;

import static java.util.Collections.unmodifiableSet;
import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.json.GenericType;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.StorageKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A copy of a conversation's entries that the upcasters of one type change. */
final class UpcastData implements StoredData {
    private final StorageKey key;
    private final TypeMapping types;
    private final Map<String, String> stored;
    private final Map<String, String> entries;
    private boolean foundAny;

    UpcastData(StorageKey key, TypeMapping types, Map<String, String> stored) {
        this.key = key;
        this.types = types;
        this.stored = stored;
        this.entries = new LinkedHashMap<>(stored);
    }

    /** Whether an upcaster found a stored entry; otherwise the conversation has no data of the type. */
    boolean foundAny() {
        return foundAny;
    }

    Map<String, String> entries() {
        return entries;
    }

    @Override
    public Set<String> names() {
        return unmodifiableSet(entries.keySet());
    }

    @Override
    public <T> Optional<T> value(String name, Class<T> type) {
        return value(name, GenericType.of(type));
    }

    @Override
    public <T> Optional<T> value(String name, GenericType<T> type) {
        find(name);
        requireNonNull(type, "type");
        String json = entries.get(name);
        try {
            return json == null ? Optional.empty() : types.codec().read(json, type);
        } catch (UnreadableDataException e) {
            throw e.in(key, name);
        }
    }

    @Override
    public StoredData put(String name, Object value) {
        entries.put(name, types.json(name, value));
        return this;
    }

    @Override
    public StoredData remove(String name) {
        find(name);
        entries.remove(name);
        return this;
    }

    @Override
    public StoredData rename(String from, String to) {
        find(from);
        Text.wellFormed("data name", to);
        String json = entries.remove(from);
        if (json != null) {
            entries.put(to, json);
        }
        return this;
    }

    private void find(String name) {
        foundAny |= stored.containsKey(requireNonNull(name, "data name"));
    }
}
