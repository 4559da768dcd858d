package io.botfsm.redis;

/** Patterns of keys, as {@code SCAN} and rights of users have them. */
final class KeyPattern {
    private KeyPattern() {}

    /** Of all keys that begin so. */
    static String ofAllFrom(String begin) {
        return of(begin, "");
    }

    /** Of all keys that begin and end so. */
    static String of(String begin, String end) {
        return literal(begin) + '*' + literal(end);
    }

    private static String literal(String text) {
        return text.replaceAll("[*?\\[\\]\\\\]", "\\\\$0");
    }
}
