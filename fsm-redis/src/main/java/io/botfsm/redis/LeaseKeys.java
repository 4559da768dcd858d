package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Locale;

/**
 * Names the Redis keys of a lease: {@code prefix:{name}} and, for its fence, {@code prefix:{name}:fence}. The braces
 * make the name the hash tag of both. In the name, {@code % : { }}, control characters, line and paragraph separators,
 * and unpaired surrogates, which UTF-8 cannot encode, are percent-encoded: different names never share a key, and a key
 * can be printed.
 */
final class LeaseKeys {
    private final String begin;

    LeaseKeys(String prefix) {
        this.begin = prefix + ":{";
    }

    /** The key of the lease, also the channel on which its release is announced. */
    String lease(String name) {
        StringBuilder key = new StringBuilder(begin.length() + name.length() + 8).append(begin);
        for (int i = 0; i < name.length(); i += Character.charCount(name.codePointAt(i))) {
            append(key, name.codePointAt(i));
        }
        return key.append('}').toString();
    }

    private static void append(StringBuilder key, int c) {
        if (isReserved(c) || isUnprintable(c)) {
            key.append(String.format(Locale.ROOT, "%%%02X", c));
        } else {
            key.appendCodePoint(c);
        }
    }

    private static boolean isReserved(int c) {
        return c == '%' || c == ':' || c == '{' || c == '}';
    }

    private static boolean isUnprintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            default -> false;
        };
    }

    /** The key of the lease and that of its fence. */
    List<byte[]> leaseAndFence(String name) {
        String lease = lease(name);
        return List.of(lease.getBytes(UTF_8), (lease + ":fence").getBytes(UTF_8));
    }
}
