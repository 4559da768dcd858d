package io.botfsm.redis.inbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.internal.KeyPattern;
import io.botfsm.redis.internal.KeyScheme;
import io.botfsm.storage.StorageKey;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names the keys of inboxes. The main key of a bot is <code>prefix:inbox:{bot}</code>; the keys of its waiting updates
 * and of its dead letters are that key followed by a colon and a suffix. All keys of one bot are in one slot.
 */
public final class InboxKeys {
    private final String begin;
    private final Pattern form;

    /**
     * The keys of inboxes.
     *
     * @param prefix the key prefix of the conversations
     */
    public InboxKeys(String prefix) {
        this.begin = prefix + ":inbox:{";
        this.form = Pattern.compile(Pattern.quote(begin) + "([^:{}]+)}(?::[a-z]+)?");
    }

    /** The last position, the fence, and the total size of the waiting updates. */
    byte[] inbox(String bot) {
        return key(bot, "");
    }

    /** The names of the updates that wait, by position. */
    byte[] waiting(String bot) {
        return key(bot, ":waiting");
    }

    /** The records of the updates that wait, by name. */
    byte[] updates(String bot) {
        return key(bot, ":updates");
    }

    /** The names of the dead letters, by position. */
    byte[] dead(String bot) {
        return key(bot, ":dead");
    }

    /** The records of the dead letters, by name. */
    byte[] letters(String bot) {
        return key(bot, ":letters");
    }

    private byte[] key(String bot, String part) {
        return (begin + KeyScheme.encoded(bot) + '}' + part).getBytes(UTF_8);
    }

    /** A Redis pattern for the keys of a bot's inbox, or of all inboxes. */
    String pattern(Optional<String> bot) {
        return KeyPattern.ofAllFrom(
                begin + bot.map(id -> KeyScheme.encoded(id) + '}').orElse(""));
    }

    /** The bot of the inbox with this key; empty if the key is not that of an inbox. */
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

    /** Two unused keys of one slot, to probe permissions. */
    List<byte[]> unused(String name) {
        String probe = begin + "probe:" + name + '}';
        return List.of(probe.getBytes(UTF_8), (probe + ":waiting").getBytes(UTF_8));
    }
}
