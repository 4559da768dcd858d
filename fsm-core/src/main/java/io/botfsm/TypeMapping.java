package io.botfsm;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.state.StateRegistry;
import io.botfsm.internal.text.Text;
import io.botfsm.json.GenericType;
import io.botfsm.json.JsonCodec;
import io.botfsm.json.NewerDataException;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Maps the types of one bot to their stored form: states by name, data by the codec. */
record TypeMapping(StateRegistry states, DataRegistry data, JsonCodec codec) {
    private static final String JSON_NULL = "null";

    /**
     * Returns the stored form of a value. Null is refused, since a null entry would be read like an absent one.
     *
     * @throws NullPointerException if the value is null
     * @throws IllegalArgumentException if the codec cannot write it, or writes null
     */
    String json(String name, @Nullable Object value) {
        return json(name, value, codec::write);
    }

    /** Returns the stored form of a value of a declared type; throws as {@link #json(String, Object)} does. */
    <T> String json(String name, @Nullable T value, GenericType<T> type) {
        requireNonNull(type, "type");
        return json(name, value, declared -> codec.write(declared, type));
    }

    private static <T> String json(String name, @Nullable T value, Function<T, String> write) {
        Text.wellFormed("data name", name);
        if (value == null) {
            throw new NullPointerException(noNull(name, "value"));
        }
        String json = write.apply(value);
        if (json.equals(JSON_NULL)) {
            throw new IllegalArgumentException(noNull(name, value.getClass().getName() + ", written as JSON,"));
        }
        return json;
    }

    private static String noNull(String name, String what) {
        return String.format(
                Locale.ROOT,
                "the %s of data entry \"%s\" is null, which cannot be stored; use turn.remove(\"%s\")",
                what,
                Text.printable(name),
                Text.printable(name));
    }

    /**
     * Returns the entries of a conversation, with those of a type converted to the version of this build. Returns the
     * given map if nothing has to be changed.
     *
     * @throws UnreadableDataException if the type's data is stored in a newer version, in one that is no longer read,
     *     or an upcaster fails
     */
    Map<String, String> upcast(
            StorageKey key, Class<?> type, Map<String, String> entries, Map<String, String> attributes) {
        return upcast(key, type, versionName(type), entries, attributes);
    }

    /** Converts entries like the other method, for a version that is stored under the given name. */
    Map<String, String> upcast(
            StorageKey key,
            Class<?> type,
            String versionName,
            Map<String, String> entries,
            Map<String, String> attributes) {
        VersionedType versioned = data.of(type);
        int stored = storedVersion(key, type, versionName, attributes);
        if (stored == versioned.version()) {
            return entries;
        }
        Optional<String> entry =
                codec.names(type).stream().filter(entries::containsKey).findFirst();
        if (stored > versioned.version()) {
            throw new NewerDataException(key, entry.orElse(""), type, stored, versioned.version());
        }
        UpcastData upcast = new UpcastData(key, this, entries);
        for (int from = stored; from < versioned.version(); from++) {
            Optional<Consumer<? super StoredData>> upcaster = versioned.upcaster(from);
            if (upcaster.isPresent()) {
                run(upcaster.get(), upcast, key, type, from);
            } else if (entry.isPresent()) {
                throw new UnreadableDataException(entry.get(), type, tooOld(from)).in(key, entry.get());
            }
        }
        return upcast.foundAny() || entry.isPresent() ? upcast.entries() : entries;
    }

    private static int storedVersion(StorageKey key, Class<?> type, String name, Map<String, String> attributes) {
        try {
            return VersionMarks.of(type, name, attributes);
        } catch (UnreadableDataException e) {
            throw e.in(key, "");
        }
    }

    private static void run(
            Consumer<? super StoredData> upcaster, UpcastData upcast, StorageKey key, Class<?> type, int from) {
        try {
            upcaster.accept(upcast);
        } catch (UnreadableDataException e) {
            throw e;
        } catch (RuntimeException e) { // its message may show a value
            UnreadableDataException failure = new UnreadableDataException(
                            "",
                            type,
                            "its upcaster from version " + from + " failed with "
                                    + e.getClass().getName())
                    .in(key, "");
            failure.setStackTrace(e.getStackTrace());
            throw failure;
        }
    }

    private static String tooOld(int version) {
        return "it is stored in version " + version + ", which this build no longer reads. Declare from(" + version
                + ", ...), or clear the conversation";
    }

    /** Returns the name under which the version of a type is stored. */
    String versionName(Class<?> type) {
        return data.of(type).name();
    }

    /** Replaces the entries of a type by the properties of an object, and stores their version under the given name. */
    void put(
            StorageKey key,
            Object record,
            String versionName,
            Map<String, String> entries,
            Map<String, String> attributes) {
        Map<String, String> properties = codec.split(requireNonNull(record, "record"));
        Class<?> type = record.getClass();
        Map<String, String> present = upcast(key, type, versionName, entries, attributes);
        if (present != entries) {
            entries.keySet().retainAll(present.keySet());
            entries.putAll(present);
        }
        codec.names(type).stream().filter(name -> !properties.containsKey(name)).forEach(entries::remove);
        properties.forEach((name, json) -> {
            if (json.equals(JSON_NULL)) {
                entries.remove(name);
            } else {
                entries.put(Text.wellFormed("data name", name), json);
            }
        });
        mark(type, versionName, entries, attributes);
    }

    /** Stores that the entries of a type are in the version of this build, if there are any. */
    private void mark(Class<?> type, String versionName, Map<String, String> entries, Map<String, String> attributes) {
        VersionedType versioned = data.of(type);
        boolean isLater = versioned.version() > VersionedType.FIRST
                && codec.names(type).stream().anyMatch(entries::containsKey);
        VersionMarks.set(attributes, versionName, isLater ? versioned.version() : VersionedType.FIRST);
    }

    /** Returns a view of a snapshot in these types. */
    Conversation conversation(StorageKey key, Snapshot snapshot) {
        return new ConversationView.Read(key, this, snapshot);
    }
}
