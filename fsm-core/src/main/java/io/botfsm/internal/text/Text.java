package io.botfsm.internal.text;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

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
        for (int i = from; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i)) && !isPairedSurrogate(text, i)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isPairedSurrogate(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }

    /**
     * Escapes a text so that it can be put between quotation marks on one line and cannot break out of them: quotation
     * marks, backslashes, control and format characters (including those that change the writing direction), line
     * separators and unpaired surrogates are escaped.
     */
    public static String printable(String text) {
        return escaped(text, c -> c == '"' || c == '\\' || isHidden(c));
    }

    /** Returns a message on one line: invisible characters and line ends are escaped. */
    public static String oneLine(String message) {
        return escaped(message, Text::isHidden);
    }

    /**
     * Returns the text as the value of a field in a log line, such as {@code user=3}: unchanged if it consists of
     * letters, digits and {@code _ - . : @ / + # %}, otherwise {@linkplain #printable escaped} and in quotation marks.
     */
    public static String field(String text) {
        return !text.isEmpty() && text.codePoints().allMatch(Text::isPlain) ? text : "\"" + printable(text) + "\"";
    }

    /**
     * Returns the {@linkplain #field(String) field} of a text, or {@code absent}, such as {@code (none)}, which no text
     * can look like.
     */
    public static String field(Optional<String> text, String absent) {
        return text.map(Text::field).orElse(absent);
    }

    /** Returns the {@linkplain #field(String) fields} of texts in brackets, separated by commas. */
    public static String fields(Collection<String> texts) {
        return texts.stream().map(Text::field).collect(Collectors.joining(", ", "[", "]"));
    }

    private static boolean isPlain(int c) {
        return Character.isLetterOrDigit(c) || "_-.:@/+#%".indexOf(c) >= 0;
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
