package io.botfsm.redis.aiogram;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.redis.internal.KeyPattern;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.catalog.ConversationFilter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The layout in which aiogram 3 keeps conversations in Redis: the options of its {@code RedisStorage} and
 * {@code DefaultKeyBuilder}, with the same names and defaults. Immutable and thread-safe.
 *
 * <pre>{@code
 * AiogramLayout layout = AiogramLayout.builder().bot(botId).withDestiny().build();
 * StateStorage storage = AiogramStateStorage.of(redis, layout);
 * }</pre>
 *
 * <p>A key that this layout could not distinguish from another one is refused with a {@link StorageRefusedException}
 * before anything is sent: a key of another bot, with a business connection or a destiny that the layout does not
 * include, with the separator inside an id, or with a thread {@code 0}, which aiogram treats as none.
 */
public final class AiogramLayout {
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]+");
    private static final String STATE = "state";
    private static final String DATA = "data";
    private static final String ANY_BOT = "0";

    private final Optional<String> bot;
    private final String prefix;
    private final String separator;
    private final boolean withBotId;
    private final boolean withBusinessConnectionId;
    private final boolean withDestiny;
    private final Optional<Duration> stateTtl;
    private final Optional<Duration> dataTtl;

    private AiogramLayout(Builder builder) {
        bot = builder.bot;
        prefix = builder.prefix;
        separator = builder.separator;
        withBotId = builder.withBotId;
        withBusinessConnectionId = builder.withBusinessConnectionId;
        withDestiny = builder.withDestiny;
        stateTtl = builder.stateTtl;
        dataTtl = builder.dataTtl;
    }

    /**
     * Returns a builder with aiogram's defaults: the prefix {@code fsm}, the separator {@code :}, and no time to live.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** The bot whose conversations these are; empty for those of all bots. */
    Optional<String> bot() {
        return bot;
    }

    Optional<Duration> stateTtl() {
        return stateTtl;
    }

    Optional<Duration> dataTtl() {
        return dataTtl;
    }

    /**
     * The Redis keys of a conversation's state and data.
     *
     * @throws StorageRefusedException if another conversation would have the same keys
     */
    List<byte[]> keys(StorageKey key) {
        String state = name(key, STATE);
        if (!conversation(state).equals(Optional.of(key))) {
            throw refusal(key);
        }
        return List.of(state.getBytes(UTF_8), name(key, DATA).getBytes(UTF_8));
    }

    /** Keys of the same kind that no conversation has. */
    List<byte[]> spareKeys(String unique) {
        String begin = prefix + separator + "probe" + separator + unique + separator;
        return List.of((begin + STATE).getBytes(UTF_8), (begin + DATA).getBytes(UTF_8));
    }

    /** A Redis pattern for all keys that this layout can have. */
    String pattern() {
        return KeyPattern.ofAllFrom(begin());
    }

    String patternOfStates() {
        return KeyPattern.of(begin(), separator + STATE);
    }

    String patternOfData() {
        return KeyPattern.of(begin(), separator + DATA);
    }

    /**
     * A Redis pattern for the state keys, or the data keys, of all conversations that a filter matches. It may match
     * other keys too.
     *
     * @param part {@code state} or {@code data}
     */
    String pattern(ConversationFilter filter, String part) {
        String between = KeyPattern.literal(separator);
        StringBuilder pattern = new StringBuilder(KeyPattern.literal(prefix)).append(between);
        if (withBotId) {
            pattern.append(literalOrAny(bot.or(filter::bot))).append(between);
        }
        if (withBusinessConnectionId) {
            pattern.append('*'); // most have none
        }
        pattern.append(literalOrAny(filter.chat())).append(between).append('*'); // most have no thread
        filter.user().map(KeyPattern::literal).ifPresent(pattern::append);
        if (withDestiny) {
            pattern.append(between).append('*');
        }
        return pattern.append(between).append(part).toString();
    }

    private static String literalOrAny(Optional<String> id) {
        return id.map(KeyPattern::literal).orElse("*");
    }

    private String begin() {
        return prefix + separator + (withBotId && bot.isPresent() ? bot.get() + separator : "");
    }

    String separator() {
        return separator;
    }

    boolean hasBotId() {
        return withBotId;
    }

    boolean hasBusinessConnectionId() {
        return withBusinessConnectionId;
    }

    boolean hasDestiny() {
        return withDestiny;
    }

    /** The same prefix and separator with other options, for conversations of any bot. */
    AiogramLayout withOptions(boolean botId, boolean businessConnectionId, boolean destiny) {
        Builder other = builder().prefix(prefix).separator(separator);
        other.withBotId = botId;
        other.withBusinessConnectionId = businessConnectionId;
        other.withDestiny = destiny;
        return botId ? other.build() : other.bot(bot.orElse(ANY_BOT)).build();
    }

    /** The key of a state that has these ids. */
    String example(List<String> ids) {
        return String.join(separator, prefix, String.join(separator, ids), STATE);
    }

    private String name(StorageKey key, String part) {
        List<String> parts = new ArrayList<>();
        parts.add(prefix);
        if (withBotId) {
            parts.add(key.bot());
        }
        if (withBusinessConnectionId) {
            key.business().ifPresent(parts::add);
        }
        parts.add(key.chat());
        key.thread().filter(thread -> !thread.equals("0")).ifPresent(parts::add);
        parts.add(key.user());
        if (withDestiny) {
            parts.add(key.destiny());
        }
        parts.add(part);
        return String.join(separator, parts);
    }

    /** The conversation that a Redis key belongs to; empty if the key is not one of this layout. */
    Optional<StorageKey> conversation(String redisKey) {
        return conversation(ids(redisKey));
    }

    /**
     * The ids between the prefix and {@code state} or {@code data}; empty if the key does not begin and end with these.
     */
    List<String> ids(String redisKey) {
        String begin = prefix + separator;
        boolean isOfConversation = redisKey.endsWith(separator + STATE) || redisKey.endsWith(separator + DATA);
        if (!redisKey.startsWith(begin) || !isOfConversation) {
            return List.of();
        }
        List<String> parts = split(redisKey.substring(begin.length()));
        return parts.subList(0, parts.size() - 1);
    }

    /** The conversation that has these ids in its key, in this order. */
    Optional<StorageKey> conversation(List<String> ids) {
        Deque<String> parts = new ArrayDeque<>(ids);
        @Nullable String of = withBotId ? parts.pollFirst() : bot.orElseThrow();
        @Nullable String destiny = withDestiny ? parts.pollLast() : StorageKey.DEFAULT_DESTINY;
        boolean business = withBusinessConnectionId && beginsWithBusiness(parts);
        if (of == null || destiny == null || parts.size() < (business ? 3 : 2) || parts.size() > (business ? 4 : 3)) {
            return Optional.empty();
        }
        try {
            StorageKey.Builder key = StorageKey.bot(of).destiny(destiny);
            if (business) {
                key.business(parts.removeFirst());
            }
            key.chat(parts.removeFirst()).user(parts.removeLast());
            if (!parts.isEmpty()) {
                key.thread(parts.removeFirst());
            }
            StorageKey conversation = key.build();
            return bot.isEmpty() || bot.get().equals(of) ? Optional.of(conversation) : Optional.empty();
        } catch (IllegalArgumentException e) { // an empty part
            return Optional.empty();
        }
    }

    /**
     * Whether the parts begin with a business connection: of four parts, the first always is one; of three, unless it
     * is a whole number, as chat ids are.
     */
    private static boolean beginsWithBusiness(Deque<String> parts) {
        return parts.size() == 4
                || (parts.size() == 3 && !WHOLE_NUMBER.matcher(parts.getFirst()).matches());
    }

    private List<String> split(String joined) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int to = joined.indexOf(separator); to >= 0; to = joined.indexOf(separator, from)) {
            parts.add(joined.substring(from, to));
            from = to + separator.length();
        }
        parts.add(joined.substring(from));
        return parts;
    }

    private StorageRefusedException refusal(StorageKey key) {
        return bot.orElse(key.bot()).equals(key.bot())
                ? new ConversationRefusedException(key, reason(key), false, null)
                : new StorageRefusedException(
                        key, "the aiogram layout is only for bot " + Text.field(bot.get()), false, null);
    }

    private String reason(StorageKey key) {
        if (key.business().isPresent() && !withBusinessConnectionId) {
            return String.format(
                    Locale.ROOT,
                    "the aiogram layout cannot store business connection %s without withBusinessConnectionId()",
                    Text.field(key.business().get()));
        }
        if (!key.destiny().equals(StorageKey.DEFAULT_DESTINY) && !withDestiny) {
            return String.format(
                    Locale.ROOT,
                    "the aiogram layout cannot store destiny %s without withDestiny()",
                    Text.field(key.destiny()));
        }
        if (key.thread().equals(Optional.of("0"))) {
            return "the aiogram layout treats thread 0 as no thread";
        }
        return String.format(
                        Locale.ROOT,
                        "in the aiogram layout this key would also be that of another conversation: an id contains the separator \"%s\", or looks",
                        Text.printable(separator))
                + " like another part";
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "AiogramLayout[prefix=%s, separator=%s, bot=%s, withBotId=%s, withBusinessConnectionId=%s, withDestiny=%s, stateTtl=%s, dataTtl=%s]",
                Text.field(prefix),
                Text.field(separator),
                Text.field(bot, "(any)"),
                withBotId,
                withBusinessConnectionId,
                withDestiny,
                stateTtl.map(Duration::toString).orElse("(none)"),
                dataTtl.map(Duration::toString).orElse("(none)"));
    }

    /** Collects the options. Not thread-safe. Invalid values are refused at once. */
    public static final class Builder {
        private Optional<String> bot = Optional.empty();
        private String prefix = "fsm";
        private String separator = ":";
        private boolean withBotId;
        private boolean withBusinessConnectionId;
        private boolean withDestiny;
        private Optional<Duration> stateTtl = Optional.empty();
        private Optional<Duration> dataTtl = Optional.empty();

        private Builder() {}

        /**
         * Sets the bot whose conversations these are. It is required without {@link #withBotId()}, since the keys then
         * do not contain it. Conversations of another bot are refused.
         *
         * @param id a whole number or a text, as for {@link StorageKey#bot}
         * @throws IllegalArgumentException if the id is neither, or empty
         */
        public Builder bot(Object id) {
            bot = Optional.of(StorageKey.bot(id).chat(0).user(0).build().bot());
            return this;
        }

        /** Sets aiogram's {@code prefix} of all keys. The default is {@code fsm}. */
        public Builder prefix(String chosen) {
            requireNonNull(chosen, "chosen");
            prefix = wellFormed("prefix", chosen);
            return this;
        }

        /**
         * Sets aiogram's {@code separator} between the parts of a key. The default is {@code :}.
         *
         * @throws IllegalArgumentException if it is empty: different conversations would share a key
         */
        public Builder separator(String chosen) {
            requireNonNull(chosen, "chosen");
            if (chosen.isEmpty()) {
                throw new IllegalArgumentException(
                        "separator must not be empty: different conversations would share a key");
            }
            separator = wellFormed("separator", chosen);
            return this;
        }

        /** Sets aiogram's {@code with_bot_id=True}: the bot's id is a part of the keys. */
        public Builder withBotId() {
            withBotId = true;
            return this;
        }

        /**
         * Sets aiogram's {@code with_business_connection_id=True}: the id of a business connection is a part of the
         * keys.
         */
        public Builder withBusinessConnectionId() {
            withBusinessConnectionId = true;
            return this;
        }

        /** Sets aiogram's {@code with_destiny=True}: the destiny is a part of the keys. */
        public Builder withDestiny() {
            withDestiny = true;
            return this;
        }

        /**
         * Sets aiogram's {@code state_ttl}: how long a state lives after each write of the conversation. The default is
         * unlimited.
         *
         * @param limit rounded up to whole milliseconds
         * @throws IllegalArgumentException if it is not positive or longer than {@link Mutation#MAX_TTL}
         */
        public Builder stateTtl(Duration limit) {
            stateTtl = Optional.of(Mutation.requireTtl(limit));
            return this;
        }

        /**
         * Sets aiogram's {@code data_ttl}: how long the data lives after each write of the conversation. The default is
         * unlimited. If it differs from {@link #stateTtl}, one of state and data ends before the other.
         *
         * @param limit rounded up to whole milliseconds
         * @throws IllegalArgumentException if it is not positive or longer than {@link Mutation#MAX_TTL}
         */
        public Builder dataTtl(Duration limit) {
            dataTtl = Optional.of(Mutation.requireTtl(limit));
            return this;
        }

        /**
         * Builds the layout.
         *
         * @throws IllegalStateException if neither {@link #withBotId()} nor {@link #bot} is set
         */
        public AiogramLayout build() {
            if (!withBotId && bot.isEmpty()) {
                throw new IllegalStateException(
                        "without withBotId() the keys do not contain their bot: set it with bot(id)");
            }
            return new AiogramLayout(this);
        }

        private static String wellFormed(String what, String text) {
            if (!UTF_8.newEncoder().canEncode(text)) {
                throw new IllegalArgumentException(what + " holds an unpaired surrogate");
            }
            return text;
        }
    }
}
