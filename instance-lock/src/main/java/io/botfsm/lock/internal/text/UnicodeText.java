package io.botfsm.lock.internal.text;

import java.util.Locale;
import java.util.function.IntPredicate;

/** Text that others have chosen: names of leases, and what their holders say of themselves. */
public final class UnicodeText {
    private UnicodeText() {}

    /**
     * Refuses what UTF-8 cannot carry: two names could become one on the way to a store.
     *
     * @throws IllegalArgumentException if the text holds an unpaired surrogate
     */
    public static void require(String what, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i)) && !isHalfOfAPair(text, i)) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s holds an unpaired surrogate (U+%04X at index %d)",
                        what,
                        (int) text.charAt(i),
                        i));
            }
        }
    }

    private static boolean isHalfOfAPair(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }

    /**
     * The text for a place between quotation marks: these, backslashes, and whatever does not show or ends a line stand
     * escaped.
     */
    public static String printable(String text) {
        return escaped(text, c -> c == '"' || c == '\\' || isHidden(c));
    }

    /** A message on one line: whatever does not show or ends a line stands escaped. */
    public static String oneLine(String message) {
        return escaped(message, UnicodeText::isHidden);
    }

    /** The text among others on a line: in quotation marks unless it consists of letters, digits and a few marks. */
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
