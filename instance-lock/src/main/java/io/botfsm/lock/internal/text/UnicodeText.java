package io.botfsm.lock.internal.text;

import java.util.Locale;
import java.util.function.IntPredicate;

/** Checks and prints text that others have chosen: names of leases, and descriptions of their holders. */
public final class UnicodeText {
    private UnicodeText() {}

    /**
     * Refuses a text that UTF-8 cannot encode, since two different names could otherwise become equal on the way to a
     * store.
     *
     * @throws IllegalArgumentException if the text holds an unpaired surrogate
     */
    public static void require(String what, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i)) && !isPairedSurrogate(text, i)) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s holds an unpaired surrogate (U+%04X at index %d)",
                        what,
                        (int) text.charAt(i),
                        i));
            }
        }
    }

    private static boolean isPairedSurrogate(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }

    /**
     * Escapes a text for use between quotation marks: quotation marks, backslashes, invisible characters and line ends
     * are escaped.
     */
    public static String printable(String text) {
        return escaped(text, c -> c == '"' || c == '\\' || isHidden(c));
    }

    /** Returns a message on one line: invisible characters and line ends are escaped. */
    public static String oneLine(String message) {
        return escaped(message, UnicodeText::isHidden);
    }

    /**
     * Returns the text as a part of a line: in quotation marks unless it consists of letters, digits and a few
     * punctuation marks.
     */
    public static String field(String text) {
        boolean plain = !text.isEmpty()
                && text.codePoints().allMatch(c -> Character.isLetterOrDigit(c) || "_-.:@/+#%".indexOf(c) >= 0);
        return plain ? text : '"' + printable(text) + '"';
    }

    private static String escaped(String text, IntPredicate escapes) {
        if (text.codePoints().noneMatch(escapes)) {
            return text;
        }
        StringBuilder line = new StringBuilder(text.length() + 8);
        text.codePoints().forEach(c -> {
            if (!escapes.test(c)) {
                line.appendCodePoint(c);
            } else if (isHidden(c)) {
                for (char unit : Character.toChars(c)) {
                    line.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
            } else {
                line.append('\\').append((char) c);
            }
        });
        return line.toString();
    }

    private static boolean isHidden(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }
}
