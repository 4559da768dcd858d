package io.botfsm.redis.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationFilter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names the Redis key of a conversation: <code>prefix:{text}</code> with the {@linkplain StorageKey#toText() text of
 * its key}. The braces make that text the hash tag.
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
     * Checks and returns a key prefix.
     *
     * @throws IllegalArgumentException if it is invalid
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
        return (begin + of.toText() + '}').getBytes(UTF_8);
    }

    /** A Redis pattern for the keys of all conversations of a bot, or of all bots. */
    public String pattern(Optional<String> bot) {
        return KeyPattern.of(begin + bot.map(id -> encoded(id) + ':').orElse(""), "}");
    }

    /** A Redis pattern for the keys of all conversations that a filter matches; it may match other keys too. */
    public String pattern(ConversationFilter filter) {
        String user = filter.user().map(id -> KeyPattern.literal(encoded(id))).orElse("");
        return KeyPattern.literal(begin) + literalOrAny(filter.bot()) + ':' + literalOrAny(filter.chat()) + ':' + user
                + "*}";
    }

    private static String literalOrAny(Optional<String> id) {
        return id.map(text -> KeyPattern.literal(encoded(text))).orElse("*");
    }

    /** The conversation with this Redis key; empty if the key is not that of a conversation in this scheme. */
    public Optional<StorageKey> conversation(String redisKey) {
        if (!redisKey.startsWith(begin) || !redisKey.endsWith("}")) {
            return Optional.empty();
        }
        try {
            return Optional.of(StorageKey.parse(redisKey.substring(begin.length(), redisKey.length() - 1)));
        } catch (IllegalArgumentException notAKey) {
            return Optional.empty();
        }
    }

    /** Returns a part of a conversation's key as it is encoded in the text of the key. */
    public static String encoded(String id) {
        String text = StorageKey.bot(id).chat(0).user(0).build().toText();
        return text.substring(0, text.indexOf(':'));
    }
}
