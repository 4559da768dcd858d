package io.botfsm.redis.internal;

/** Patterns of keys, as {@code SCAN} and rights of users have them. */
public final class KeyPattern {
    private KeyPattern() {}

    /** Of all keys that begin so. */
    public static String ofAllFrom(String begin) {
        return of(begin, "");
    }

    /** Of all keys that begin and end so. */
    public static String of(String begin, String end) {
        return literal(begin) + '*' + literal(end);
    }

    /** Of this text alone. */
    public static String literal(String text) {
        return text.replaceAll("[*?\\[\\]\\\\]", "\\\\$0");
    }
}
