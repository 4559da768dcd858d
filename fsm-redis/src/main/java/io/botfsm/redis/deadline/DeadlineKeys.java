package io.botfsm.redis.deadline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.cluster.HashSlot;
import io.botfsm.redis.internal.KeyPattern;
import io.botfsm.redis.internal.KeyScheme;
import io.botfsm.storage.StorageKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Names the indexes of deadlines: <code>prefix:due:{n}:bot</code>, one for each bot and slot, with a number {@code n}
 * that puts it into the slot of its conversations.
 */
public final class DeadlineKeys {
    private final KeyScheme conversations;
    private final String begin;
    private final Pattern form;

    /**
     * The indexes of conversations.
     *
     * @param prefix the key prefix of the conversations
     */
    public DeadlineKeys(String prefix) {
        this.conversations = new KeyScheme(prefix);
        this.begin = prefix + ":due:{";
        this.form = Pattern.compile(Pattern.quote(begin) + "\\d+}:([^:{}]+)");
    }

    /** Returns the keys of a conversation and of its index. */
    public List<byte[]> conversationAndIndex(StorageKey key) {
        byte[] conversation = conversations.key(key);
        return List.of(conversation, index(HashSlot.of(conversation), KeyScheme.encoded(key.bot())));
    }

    /** Returns the keys of all indexes of a bot, ordered by slot. */
    List<byte[]> indexes(String bot) {
        String encoded = KeyScheme.encoded(bot);
        return IntStream.range(0, HashSlot.COUNT)
                .mapToObj(slot -> index(slot, encoded))
                .toList();
    }

    private byte[] index(int slot, String encodedBot) {
        return (begin + SlotTags.of(slot) + "}:" + encodedBot).getBytes(UTF_8);
    }

    /** A Redis pattern for the keys of all indexes. */
    String pattern() {
        return KeyPattern.of(begin, "");
    }

    /** The bot of the index with this key; empty if the key is not that of an index. */
    Optional<String> bot(String redisKey) {
        Matcher parts = form.matcher(redisKey);
        try {
            return parts.matches()
                    ? Optional.of(StorageKey.parse(parts.group(1) + ":1:1").bot())
                    : Optional.empty();
        } catch (IllegalArgumentException notABot) {
            return Optional.empty();
        }
    }

    /** Returns the conversation of an entry, if the entry belongs in this index. */
    Optional<StorageKey> conversation(byte[] index, QueuedEntry entry) {
        return entry.key().filter(key -> Arrays.equals(conversationAndIndex(key).get(1), index));
    }

    /** An unused key in the slot of an index. */
    byte[] unusedKeyBeside(byte[] index) {
        return (new String(index, UTF_8) + ":-").getBytes(UTF_8);
    }

    /** An unused key, to probe permissions. */
    byte[] unused(String name) {
        return (begin + "probe:" + name + '}').getBytes(UTF_8);
    }
}
