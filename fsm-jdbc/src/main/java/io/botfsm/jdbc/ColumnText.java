package io.botfsm.jdbc;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Converts texts to and from columns. A text that cannot be read causes an {@link IllegalArgumentException} that does
 * not quote it.
 */
final class ColumnText {
    private ColumnText() {}

    /**
     * Joins named texts, each preceded by its length in {@code char}s: {@code 4:name5:"Ann"}. No text has to be parsed,
     * so each is read back unchanged.
     */
    static Optional<String> joined(Map<String, String> entries) {
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        entries.forEach((name, value) -> part(part(text, name), value));
        return Optional.of(text.toString());
    }

    private static StringBuilder part(StringBuilder text, String part) {
        return text.append(part.length()).append(':').append(part);
    }

    /** Splits a text that was {@linkplain #joined joined}. */
    static Map<String, String> split(@Nullable String text) {
        if (text == null) {
            return Map.of();
        }
        Map<String, String> entries = new LinkedHashMap<>();
        int at = 0;
        while (at < text.length()) {
            int name = end(text, at);
            int value = end(text, name);
            entries.put(partBefore(text, at, name), partBefore(text, name, value));
            at = value;
        }
        return Collections.unmodifiableMap(entries);
    }

    private static int end(String text, int at) {
        int colon = text.indexOf(':', at);
        try {
            int end = Math.addExact(colon + 1, Integer.parseInt(text, at, colon, 10));
            if (end > colon && end <= text.length()) {
                return end;
            }
        } catch (RuntimeException e) {
            throw malformed(e);
        }
        throw malformed(null);
    }

    private static String partBefore(String text, int at, int end) {
        return text.substring(text.indexOf(':', at) + 1, end);
    }

    @SuppressWarnings("UnusedVariable") // not used as a cause: its message may quote the record
    private static IllegalArgumentException malformed(@Nullable RuntimeException hidden) {
        return new IllegalArgumentException("a column does not hold named texts");
    }

    /** Returns whether a text has a character that PostgreSQL does not accept. */
    static boolean hasNul(@Nullable String text) {
        return text != null && text.indexOf('\0') >= 0;
    }

    /** Returns the text with NUL characters escaped. */
    static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\0", "\\0");
    }

    /** Restores a text that was {@linkplain #escaped escaped}. */
    static String unescaped(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
                plain.append(i < text.length() && text.charAt(i) == '0' ? '\0' : '\\');
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    /** Returns the message for a row with a format that only a later version of this library can read. */
    static String newerFormat(int format, int newest) {
        return String.format(
                Locale.ROOT,
                "its format is %d, and this version of the library reads up to %d: update this instance too",
                format,
                newest);
    }
}
