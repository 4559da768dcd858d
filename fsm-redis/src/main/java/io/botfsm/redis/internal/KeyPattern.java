package io.botfsm.redis.internal;

/** Patterns of keys, as used by {@code SCAN} and in the permissions of users. */
public final class KeyPattern {
    private KeyPattern() {}

    /** Returns the pattern of all keys that begin with this text. */
    public static String ofAllFrom(String begin) {
        return of(begin, "");
    }

    /** Returns the pattern of all keys that begin and end with these texts. */
    public static String of(String begin, String end) {
        return literal(begin) + '*' + literal(end);
    }

    /** Returns the pattern that matches only this text. */
    public static String literal(String text) {
        return text.replaceAll("[*?\\[\\]\\\\]", "\\\\$0");
    }
}
