package io.botfsm;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The version of a type that this build reads and writes, and the upcasters from former versions. Immutable. */
final class VersionedType {
    static final int FIRST = 1;

    private final String name;
    private final int version;
    private final Map<Integer, Consumer<? super StoredData>> upcasters;

    private VersionedType(String name, int version, Map<Integer, Consumer<? super StoredData>> upcasters) {
        this.name = name;
        this.version = version;
        this.upcasters = upcasters;
    }

    /** Returns a type without declared versions. */
    static VersionedType undeclared(String name) {
        return new VersionedType(name, FIRST, Map.of());
    }

    /**
     * Returns a type with its declared versions.
     *
     * @throws IllegalArgumentException if a version cannot be converted to the current one
     */
    static VersionedType declared(Class<?> type, Consumer<DataVersions> versions) {
        Declaration declaration = new Declaration(requireNonNull(type, "type"));
        requireNonNull(versions, "versions").accept(declaration);
        return declaration.end();
    }

    String name() {
        return name;
    }

    int version() {
        return version;
    }

    /** Returns the upcaster from a version to the next; empty if the version is no longer read. */
    Optional<Consumer<? super StoredData>> upcaster(int from) {
        return Optional.ofNullable(upcasters.get(from));
    }

    private static final class Declaration implements DataVersions {
        private final Class<?> type;
        private final NavigableMap<Integer, Consumer<? super StoredData>> upcasters = new TreeMap<>();
        private String name;
        private int version = FIRST;

        Declaration(Class<?> type) {
            this.type = type;
            this.name = type.getSimpleName();
        }

        @Override
        public DataVersions version(int present) {
            version = requireAtLeastOne("version", present);
            return this;
        }

        @Override
        public DataVersions from(int version, Consumer<? super StoredData> upcaster) {
            requireNonNull(upcaster, "upcaster");
            if (upcasters.putIfAbsent(requireAtLeastOne("from", version), upcaster) != null) {
                throw refused("from(%d) is declared twice", version);
            }
            return this;
        }

        @Override
        public DataVersions storedAs(String other) {
            name = requireNonNull(other, "name");
            return this;
        }

        VersionedType end() {
            if (!VersionMarks.canBeUnder(name)) {
                throw refused(
                        "the name under which its version is stored must be 1 to 59 ASCII letters, digits and . _ -, "
                                + "not %s: set another one with storedAs(...)",
                        Text.field(name));
            }
            if (!upcasters.isEmpty() && upcasters.lastKey() >= version) {
                throw refused("from(%d) converts to a version above version(%d)", upcasters.lastKey(), version);
            }
            int first = upcasters.isEmpty() ? version - 1 : upcasters.firstKey();
            for (int from = Math.max(first, FIRST); from < version; from++) {
                if (!upcasters.containsKey(from)) {
                    throw refused("version(%d) needs from(%d, ...)", version, from);
                }
            }
            return new VersionedType(name, version, Map.copyOf(upcasters));
        }

        private int requireAtLeastOne(String what, int number) {
            if (number < FIRST) {
                throw refused("%s must be at least 1: %d", what, number);
            }
            return number;
        }

        private IllegalArgumentException refused(String why, Object... arguments) {
            return new IllegalArgumentException(
                    "data of " + type.getName() + ": " + String.format(Locale.ROOT, why, arguments));
        }
    }
}
