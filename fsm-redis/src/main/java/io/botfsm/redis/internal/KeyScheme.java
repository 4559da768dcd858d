package io.botfsm.redis.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.StorageKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names the Redis key of a conversation: {@code prefix:{bot:chat:user[:thread[:business[:destiny]]]}}. The braces make it one
 * hash tag. Within a segment {@code % : { }} stand percent-encoded; a segment is never empty, so an absent one in the middle
 * is told from every present one, and two different conversations never share a key.
 */
public final class KeyScheme {
    private static final Pattern PREFIX = Pattern.compile("[\\p{Alnum}._:/-]{1,100}");

    private final String begin;

    /**
     * The keys that begin with a prefix.
     *
     * @param prefix checked by {@link #requirePrefix}
     */
    public KeyScheme(String prefix) {
        this.begin = prefix + ":{";
    }

    /**
     * Returns a prefix that keys may begin with.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static String requirePrefix(String prefix) {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "key prefix must be 1 to 100 ASCII letters, digits and . _ : / - : \"%s\"", prefix));
        }
        return prefix;
    }

    /** The key of a conversation. */
    public byte[] key(StorageKey of) {
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

    /** A pattern, as Redis reads it, of all keys of a bot, or of all. */
    public String pattern(Optional<String> bot) {
        StringBuilder all = new StringBuilder(begin);
        bot.ifPresent(id -> {
            segment(all, id);
            all.append(':');
        });
        return KeyPattern.of(all.toString(), "}");
    }

    /** The conversation that a Redis key is of; empty if this scheme gives no conversation that key. */
    public Optional<StorageKey> conversation(String redisKey) {
        if (!redisKey.startsWith(begin) || !redisKey.endsWith("}")) {
            return Optional.empty();
        }
        String[] parts =
                redisKey.substring(begin.length(), redisKey.length() - 1).split(":", -1);
        if (parts.length < 3 || parts.length > 6) {
            return Optional.empty();
        }
        try {
            StorageKey conversation = new StorageKey(
                    decoded(parts[0]),
                    decoded(parts[1]),
                    decoded(parts[2]),
                    part(parts, 3),
                    part(parts, 4),
                    part(parts, 5).orElse(StorageKey.DEFAULT_DESTINY));
            return Arrays.equals(key(conversation), redisKey.getBytes(UTF_8))
                    ? Optional.of(conversation)
                    : Optional.empty();
        } catch (IllegalArgumentException e) { // an empty part, or one that nobody encodes so
            return Optional.empty();
        }
    }

    private static Optional<String> part(String[] parts, int index) {
        return index < parts.length && !parts[index].isEmpty() ? Optional.of(decoded(parts[index])) : Optional.empty();
    }

    private static String decoded(String segment) {
        StringBuilder id = new StringBuilder(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c != '%') {
                id.append(c);
            } else if (i + 2 < segment.length()) {
                id.append((char) HexFormat.fromHexDigits(segment, i + 1, i + 3));
                i += 2;
            }
        }
        return id.toString();
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

    /** Whether a character stands percent-encoded in keys. */
    public static boolean isSpecial(int c) {
        return c == '%' || c == ':' || c == '{' || c == '}';
    }
}
