package io.botfsm;

import io.botfsm.json.UnreadableDataException;
import java.util.Map;

/**
 * Where it is remembered in which version the entries of each type are stored: beside them, under the type's name. No
 * mark stands for the first version.
 */
final class VersionMarks {
    private static final String PREFIX = "@version:";

    private VersionMarks() {}

    static int of(Class<?> type, String name, Map<String, String> entries) {
        String mark = entries.get(PREFIX + name);
        if (mark == null) {
            return VersionedType.FIRST;
        }
        try {
            return Integer.parseInt(mark);
        } catch (NumberFormatException e) {
            throw new UnreadableDataException(PREFIX + name, type, "it is no version number");
        }
    }

    static void set(Map<String, String> entries, String name, int version) {
        if (version == VersionedType.FIRST) {
            entries.remove(PREFIX + name);
        } else {
            entries.put(PREFIX + name, Integer.toString(version));
        }
    }
}
