package io.botfsm;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.StateStorage.Capability;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The data types with declared versions. Immutable. */
final class DataRegistry {
    private final Map<Class<?>, VersionedType> types;
    private final Set<String> names;

    /** @throws IllegalArgumentException if the versions of two types would be stored under the same name */
    DataRegistry(Map<Class<?>, VersionedType> declared) {
        Map<String, Class<?>> byName = new HashMap<>();
        declared.forEach((type, versioned) -> {
            Class<?> taken = byName.put(versioned.name(), type);
            if (taken != null) {
                throw new IllegalArgumentException("the versions of " + taken.getName() + " and " + type.getName()
                        + " would both be stored as \"" + Text.printable(versioned.name())
                        + "\": give one of them another name with storedAs(...)");
            }
        });
        types = Map.copyOf(declared);
        names = Set.copyOf(byName.keySet());
    }

    /**
     * Returns the versions of a type. A version that is stored under the name of a declared type is never taken for
     * that of another type.
     */
    VersionedType of(Class<?> type) {
        VersionedType declared = types.get(type);
        if (declared != null) {
            return declared;
        }
        String name = type.getSimpleName();
        return VersionedType.undeclared(names.contains(name) ? type.getName() : name);
    }

    /** @throws IllegalArgumentException if a type is in a version above 1 and the storage cannot keep versions */
    void requireRemembered(Set<Capability> capabilities) {
        if (capabilities.contains(Capability.ATTRIBUTES)) {
            return;
        }
        types.forEach((type, versioned) -> {
            if (versioned.version() > VersionedType.FIRST) {
                throw new IllegalArgumentException("version(" + versioned.version() + ") of " + type.getName()
                        + " cannot be stored: the storage lacks ATTRIBUTES");
            }
        });
    }

    Set<Class<?>> types() {
        return types.keySet();
    }
}
