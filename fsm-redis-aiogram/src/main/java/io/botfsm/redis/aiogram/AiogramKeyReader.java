package io.botfsm.redis.aiogram;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Parses Redis keys of aiogram's conversations, if they are unambiguous. Aiogram joins the parts of a key without
 * escaping them, so that a destiny that contains the separator, or another option of the key builder, may give two
 * conversations the same key. Which interpretations are likely is decided by the form of Telegram's ids: chats and
 * users are non-zero and below 2^52, users and topics are positive, and a private chat has its user's id. Immutable and
 * thread-safe.
 */
final class AiogramKeyReader {
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]+");
    private static final Pattern POSITIVE = Pattern.compile("[1-9][0-9]{0,15}");
    private static final int MOST_IDS = 6;
    private static final long HIGHEST_ID = (1L << 52) - 1;

    private final AiogramLayout layout;
    private final List<AiogramLayout> alternatives;

    AiogramKeyReader(AiogramLayout layout) {
        this.layout = layout;
        this.alternatives = Stream.of(true, false)
                .flatMap(bot -> Stream.of(true, false)
                        .flatMap(business ->
                                Stream.of(true, false).map(destiny -> layout.withOptions(bot, business, destiny))))
                .filter(other -> differences(other) > 0)
                .sorted(Comparator.comparingInt(this::differences))
                .toList();
    }

    private int differences(AiogramLayout other) {
        return (other.hasBotId() == layout.hasBotId() ? 0 : 1)
                + (other.hasBusinessConnectionId() == layout.hasBusinessConnectionId() ? 0 : 1)
                + (other.hasDestiny() == layout.hasDestiny() ? 0 : 1);
    }

    /** Returns the same layout with every other combination of options, those with the fewest differences first. */
    List<AiogramLayout> alternatives() {
        return alternatives;
    }

    /**
     * Returns the conversation of a Redis key.
     *
     * @throws IllegalArgumentException if the key does not belong to this layout, or may belong to another
     *     conversation; the message says why
     */
    StorageKey conversation(String redisKey) {
        List<String> ids = layout.ids(redisKey);
        Optional<StorageKey> read = read(layout, ids);
        if (read.isEmpty() || !isLikely(layout, read.get())) {
            requireNoOther(ids);
        }
        return read.orElseThrow(() -> new IllegalArgumentException(
                "no conversation has such a key with these options: there are too few or too many ids, or they are not"
                        + " numbers"));
    }

    private void requireNoOther(List<String> ids) {
        for (AiogramLayout other : alternatives) {
            likely(other, ids).ifPresent(conversation -> {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "ambiguous: with other options (%s) it is a key of %s",
                        remedy(other),
                        conversation));
            });
        }
        likelyWithSeparator(ids).ifPresent(conversation -> {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "ambiguous: if an id holds the separator \"%s\", it is a key of %s",
                    Text.printable(layout.separator()),
                    conversation));
        });
    }

    /**
     * Ensures that the key of a conversation is not also that of another one.
     *
     * @throws IllegalArgumentException if it may be that of another one
     * @throws StorageRefusedException if the layout has no key for the conversation
     */
    void requireUnambiguous(StorageKey conversation) {
        conversation(new String(layout.keys(conversation).get(0), UTF_8));
    }

    /**
     * Returns the conversation whose key has these ids with these options; empty unless each id has the form that
     * Telegram's ids have in its place.
     */
    Optional<StorageKey> likely(AiogramLayout options, List<String> ids) {
        return read(options, ids).filter(key -> isLikely(options, key));
    }

    /** Joins some adjacent parts, in case an id contains the separator. */
    private Optional<StorageKey> likelyWithSeparator(List<String> parts) {
        for (int length = Math.max(2, parts.size() - MOST_IDS + 1); length <= parts.size(); length++) {
            for (int from = 0; from + length <= parts.size(); from++) {
                List<String> ids = new ArrayList<>(parts.subList(0, from));
                ids.add(String.join(layout.separator(), parts.subList(from, from + length)));
                ids.addAll(parts.subList(from + length, parts.size()));
                Optional<StorageKey> read = likely(layout, ids);
                if (read.isPresent()) {
                    return read;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<StorageKey> read(AiogramLayout options, List<String> ids) {
        return options.conversation(ids).filter(AiogramKeyReader::hasTelegramIds);
    }

    private static boolean hasTelegramIds(StorageKey key) {
        return isWholeNumber(key.chat())
                && isWholeNumber(key.user())
                && key.thread().map(AiogramKeyReader::isPositive).orElse(true)
                && !key.business().map(AiogramKeyReader::isWholeNumber).orElse(false);
    }

    private boolean isLikely(AiogramLayout options, StorageKey key) {
        boolean hasTheBot = options.hasBotId() && isTheBot(key.bot());
        if (options.hasBotId() && !hasTheBot && !isPositive(key.bot())) {
            return false;
        }
        if (options.hasDestiny() && isWholeNumber(key.destiny())) {
            return false;
        }
        boolean isSame = key.chat().equals(key.user());
        boolean isGroup = key.chat().startsWith("-");
        if (!isPositive(isGroup ? key.chat().substring(1) : key.chat()) || !(isSame || isPositive(key.user()))) {
            return false;
        }
        boolean isTopic = key.thread().isPresent();
        if (isTopic && !options.hasBotId() && isTheBot(key.chat())) {
            return false;
        }
        boolean isBotAdded = hasTheBot && !layout.hasBotId(); // the bot's own id in front is evidence enough
        return isBotAdded || isGroup || isSame || (key.business().isPresent() && !isTopic);
    }

    private boolean isTheBot(String id) {
        return layout.bot().equals(Optional.of(id));
    }

    private static boolean isWholeNumber(String id) {
        return WHOLE_NUMBER.matcher(id).matches();
    }

    private static boolean isPositive(String id) {
        return POSITIVE.matcher(id).matches() && Long.parseLong(id) <= HIGHEST_ID;
    }

    /** Describes how aiogram was configured if its options are those of another layout, and how to change this one. */
    String remedy(AiogramLayout other) {
        List<String> changes = new ArrayList<>();
        change(changes, "with_bot_id", "withBotId()", layout.hasBotId(), other.hasBotId());
        change(
                changes,
                "with_business_connection_id",
                "withBusinessConnectionId()",
                layout.hasBusinessConnectionId(),
                other.hasBusinessConnectionId());
        change(changes, "with_destiny", "withDestiny()", layout.hasDestiny(), other.hasDestiny());
        return String.join(", ", changes);
    }

    private static void change(List<String> changes, String there, String here, boolean now, boolean other) {
        if (now != other) {
            changes.add(other ? there + "=True: add " + here : there + "=False: remove " + here);
        }
    }
}
