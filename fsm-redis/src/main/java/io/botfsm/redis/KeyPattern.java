package io.botfsm.redis;

/** Patterns of keys, as {@code SCAN} and rights of users have them. */
final class KeyPattern {
    private KeyPattern() {}

    /** Of all keys that begin so. */
    static String ofAllFrom(String begin) {
        return begin.replaceAll("[*?\\[\\]\\\\]", "\\\\$0") + '*';
    }
}
