package io.botfsm;

import io.botfsm.json.UnreadableDataException;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Stores the version of the entries of each type in an attribute of the conversation, under the type's name. A missing
 * attribute stands for version 1.
 */
final class VersionMarks {
    private static final String PREFIX = "data.";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,59}"); // with the prefix, an attribute's name

    private VersionMarks() {}

    static boolean canBeUnder(String name) {
        return NAME.matcher(name).matches();
    }

    static int of(Class<?> type, String name, Map<String, String> attributes) {
        String mark = attributes.get(PREFIX + name);
        if (mark == null) {
            return VersionedType.FIRST;
        }
        try {
            return Integer.parseInt(mark);
        } catch (NumberFormatException e) {
            throw new UnreadableDataException(
                    "", type, "its version (attribute " + PREFIX + name + ") is not a number");
        }
    }

    static void set(Map<String, String> attributes, String name, int version) {
        if (version == VersionedType.FIRST) {
            attributes.remove(PREFIX + name);
        } else {
            attributes.put(PREFIX + name, Integer.toString(version));
        }
    }
}
