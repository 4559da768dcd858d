package io.botfsm;

import static java.util.Collections.unmodifiableMap;
import static java.util.Objects.requireNonNull;

import io.botfsm.internal.scope.ScopedConversation;
import io.botfsm.json.GenericType;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** A conversation read from its stored strings in the types of the bot. */
abstract class ConversationView implements Conversation, ScopedConversation {
    final StorageKey key;
    final TypeMapping types;

    ConversationView(StorageKey key, TypeMapping types) {
        this.key = key;
        this.types = types;
    }

    /** Returns the current data entries. */
    abstract Map<String, String> entries();

    @Override
    public <E extends Enum<E>> Optional<E> state(Class<E> group) {
        types.states().requireRegistered(requireNonNull(group, "group"));
        return state().flatMap(name -> types.states().state(key, name, group));
    }

    @Override
    public Optional<Instant> since() {
        return snapshot().since();
    }

    @Override
    public <T> Optional<T> value(String name, Class<T> type) {
        return value(name, GenericType.of(type));
    }

    @Override
    public <T> Optional<T> value(String name, GenericType<T> type) {
        requireNonNull(type, "type");
        String json = entries().get(requireNonNull(name, "data name"));
        try {
            return json == null ? Optional.empty() : types.codec().read(json, type);
        } catch (UnreadableDataException e) {
            throw e.in(key, name);
        }
    }

    @Override
    public <T> Optional<T> data(Class<T> type) {
        requireNonNull(type, "type");
        return join(types.upcast(key, type, entries(), attributes()), type);
    }

    @Override
    public <T> Optional<T> data(String scope, Class<T> type) {
        DataScope own = DataScope.of(scope);
        Map<String, String> scoped = own.within(entries());
        if (scoped.isEmpty()) { // the version that removed entries left behind does not matter
            return Optional.empty();
        }
        String versionName = own.mark(types.versionName(type));
        return join(types.upcast(key, type, versionName, scoped, attributes()), type);
    }

    private <T> Optional<T> join(Map<String, String> entries, Class<T> type) {
        try {
            return types.codec().join(unmodifiableMap(entries), type);
        } catch (UnreadableDataException e) {
            throw e.in(key, "");
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T copy(T original) {
        String json = types.codec().write(original);
        return (T) types.codec().read(json, original.getClass()).orElseThrow();
    }

    /** Returns key, state, entry names and version; never the values. */
    @Override
    public String toString() {
        return key + ": " + snapshot();
    }

    /** A view of a snapshot. */
    static final class Read extends ConversationView {
        private final Snapshot snapshot;

        Read(StorageKey key, TypeMapping types, Snapshot snapshot) {
            super(key, types);
            this.snapshot = snapshot;
        }

        @Override
        public Optional<String> state() {
            return snapshot.state();
        }

        @Override
        Map<String, String> entries() {
            return snapshot.data();
        }

        @Override
        public Map<String, String> attributes() {
            return snapshot.attributes();
        }

        @Override
        public Snapshot snapshot() {
            return snapshot;
        }
    }
}
