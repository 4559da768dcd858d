package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.StorageKey;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Names the Redis key of a conversation: {@code prefix:{bot:chat:user[:thread[:business[:destiny]]]}}. The braces make it one
 * hash tag. Within a segment {@code % : { }} stand percent-encoded; a segment is never empty, so an absent one in the middle
 * is told from every present one, and two different conversations never share a key.
 */
final class KeyScheme {
    private static final Pattern PREFIX = Pattern.compile("[\\p{Alnum}._:/-]{1,100}");

    private final String begin;

    KeyScheme(String prefix) {
        this.begin = prefix + ":{";
    }

    /**
     * Returns a prefix that keys may begin with.
     *
     * @throws IllegalArgumentException if it is none
     */
    static String requirePrefix(String prefix) {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "key prefix must be 1 to 100 ASCII letters, digits and . _ : / - : \"%s\"".formatted(prefix));
        }
        return prefix;
    }

    byte[] key(StorageKey of) {
        StringBuilder key = new StringBuilder(begin.length() + 48).append(begin);
        segment(key, of.bot());
        segment(key.append(':'), of.chat());
        segment(key.append(':'), of.user());
        boolean destiny = !of.destiny().equals(StorageKey.DEFAULT_DESTINY);
        boolean business = of.business().isPresent();
        if (destiny || business || of.thread().isPresent()) {
            segment(key.append(':'), of.thread().orElse(""));
        }
        if (destiny || business) {
            segment(key.append(':'), of.business().orElse(""));
        }
        if (destiny) {
            segment(key.append(':'), of.destiny());
        }
        return key.append('}').toString().getBytes(UTF_8);
    }

    private static void segment(StringBuilder key, String id) {
        for (int i = 0; i < id.length(); i++) {
            if (isSpecial(id.charAt(i))) {
                encode(key, id);
                return;
            }
        }
        key.append(id);
    }

    private static void encode(StringBuilder key, String id) {
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (isSpecial(c)) {
                key.append('%').append(Integer.toHexString(c).toUpperCase(Locale.ROOT));
            } else {
                key.append(c);
            }
        }
    }

    static boolean isSpecial(int c) {
        return c == '%' || c == ':' || c == '{' || c == '}';
    }
}
