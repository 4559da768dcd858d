package io.botfsm.internal.text;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/** Checks and prints text that comes from users: ids, state names, names of data entries. */
public final class Text {
    private Text() {}

    /**
     * Returns {@code text} if it can be encoded in UTF-8 without loss.
     *
     * @throws IllegalArgumentException if it holds an unpaired surrogate, which UTF-8 cannot carry: two different texts
     *     would become one
     */
    public static String wellFormed(String what, String text) {
        int at = unpairedSurrogate(requireNonNull(text, what), 0);
        if (at < 0) {
            return text;
        }
        throw new IllegalArgumentException(String.format(
                Locale.ROOT,
                "%s holds an unpaired surrogate (U+%04X at index %d): \"%s\"",
                what,
                (int) text.charAt(at),
                at,
                printable(text)));
    }

    /** Index of the first surrogate without its partner at or after {@code from}, or −1. */
    public static int unpairedSurrogate(String text, int from) {
        for (int i = from; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (Character.getType(text.codePointAt(i)) == Character.SURROGATE) {
                return i;
            }
        }
        return -1;
    }

    /** The text on one line: control characters, line separators and lone surrogates stand escaped. */
    public static String printable(String text) {
        StringBuilder line = null;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            if (breaksLine(c) && line == null) {
                line = new StringBuilder(text.length() + 8).append(text, 0, i);
            }
            if (line != null) {
                append(line, c);
            }
        }
        return line == null ? text : line.toString();
    }

    private static void append(StringBuilder line, int c) {
        if (breaksLine(c)) {
            line.append(String.format(Locale.ROOT, "\\u%04x", c));
        } else {
            line.appendCodePoint(c);
        }
    }

    private static boolean breaksLine(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            default -> false;
        };
    }
}
