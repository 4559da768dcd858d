package io.botfsm.lock.store;

import java.util.Locale;

/** Text that UTF-8 can carry: without it, two names could become one on the way to a store. */
final class UnicodeText {
    private UnicodeText() {}

    /** @throws IllegalArgumentException if the text holds an unpaired surrogate */
    static void require(String what, String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (Character.getType(text.codePointAt(i)) == Character.SURROGATE) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s holds an unpaired surrogate (U+%04X at index %d)",
                        what,
                        (int) text.charAt(i),
                        i));
            }
        }
    }
}
