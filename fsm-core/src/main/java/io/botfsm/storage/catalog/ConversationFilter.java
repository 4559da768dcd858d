package io.botfsm.storage.catalog;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Selects the conversations that a catalog finds: those that match all of the criteria that are set. Immutable and
 * thread-safe; each method returns a new filter.
 *
 * <pre>{@code ConversationFilter.bot(botId).state("Order:ADDRESS")}</pre>
 */
public final class ConversationFilter {
    private static final ConversationFilter ALL = new ConversationFilter(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private final Optional<String> bot;
    private final Optional<String> chat;
    private final Optional<String> user;
    private final Optional<String> state;
    private final Optional<Instant> untouchedSince;
    private final Optional<Instant> dueBefore;

    private ConversationFilter(
            Optional<String> bot,
            Optional<String> chat,
            Optional<String> user,
            Optional<String> state,
            Optional<Instant> untouchedSince,
            Optional<Instant> dueBefore) {
        this.bot = bot;
        this.chat = chat;
        this.user = user;
        this.state = state;
        this.untouchedSince = untouchedSince;
        this.dueBefore = dueBefore;
    }

    /** Matches every conversation of the storage, of all bots. */
    public static ConversationFilter all() {
        return ALL;
    }

    /**
     * Matches the conversations of a bot.
     *
     * @param id as in {@link StorageKey#bot(Object)}
     * @throws IllegalArgumentException if the id is neither a whole number nor a text, or empty
     */
    public static ConversationFilter bot(Object id) {
        return new ConversationFilter(
                Optional.of(anyOf(id).bot()), ALL.chat, ALL.user, ALL.state, ALL.untouchedSince, ALL.dueBefore);
    }

    /**
     * Restricts the filter to a chat.
     *
     * @param id as in {@link StorageKey.Builder#chat(Object)}
     * @throws IllegalArgumentException if the id is neither a whole number nor a text, or empty
     */
    public ConversationFilter chat(Object id) {
        String chosen = StorageKey.bot(0).chat(id).user(0).build().chat();
        return new ConversationFilter(bot, Optional.of(chosen), user, state, untouchedSince, dueBefore);
    }

    /**
     * Restricts the filter to a user.
     *
     * @param id as in {@link StorageKey.Builder#user(Object)}
     * @throws IllegalArgumentException if the id is neither a whole number nor a text, or empty
     */
    public ConversationFilter user(Object id) {
        String chosen = StorageKey.bot(0).chat(0).user(id).build().user();
        return new ConversationFilter(bot, chat, Optional.of(chosen), state, untouchedSince, dueBefore);
    }

    /**
     * Restricts the filter to a state.
     *
     * @param stored the whole name as it is stored, such as {@code Order:ADDRESS}
     * @throws IllegalArgumentException if it holds an unpaired surrogate, as no stored state does
     */
    public ConversationFilter state(String stored) {
        return new ConversationFilter(
                bot, chat, user, Optional.of(Text.wellFormed("state", stored)), untouchedSince, dueBefore);
    }

    /**
     * Restricts the filter to conversations whose last write was before a time, by the storage's clock. Matches none in
     * a storage that lacks {@link io.botfsm.storage.StateStorage.Capability#TIMES}.
     */
    public ConversationFilter untouchedSince(Instant time) {
        return new ConversationFilter(bot, chat, user, state, Optional.of(requireNonNull(time, "time")), dueBefore);
    }

    /** Restricts the filter to conversations whose deadline is before a time. */
    public ConversationFilter dueBefore(Instant time) {
        return new ConversationFilter(
                bot, chat, user, state, untouchedSince, Optional.of(requireNonNull(time, "time")));
    }

    private static StorageKey anyOf(Object bot) {
        return StorageKey.bot(bot).chat(0).user(0).build();
    }

    /** The bot's id, if set. */
    public Optional<String> bot() {
        return bot;
    }

    /** The chat's id, if set. */
    public Optional<String> chat() {
        return chat;
    }

    /** The user's id, if set. */
    public Optional<String> user() {
        return user;
    }

    /** The state's stored name, if set. */
    public Optional<String> state() {
        return state;
    }

    /** The time before which the last write was made, if set. */
    public Optional<Instant> untouchedSince() {
        return untouchedSince;
    }

    /** The time before which the deadline is, if set. */
    public Optional<Instant> dueBefore() {
        return dueBefore;
    }

    /**
     * Whether this filter depends on keys alone. A conversation that matches such a filter still matches after any
     * write, unless the write leaves nothing of it.
     */
    public boolean isByKey() {
        return state.isEmpty() && untouchedSince.isEmpty() && dueBefore.isEmpty();
    }

    /** Whether a conversation with this key may match, as far as that is known before it is read. */
    public boolean matches(StorageKey key) {
        requireNonNull(key, "key");
        return isOrAny(bot, key.bot()) && isOrAny(chat, key.chat()) && isOrAny(user, key.user());
    }

    /**
     * Whether a conversation matches. A conversation with neither state nor data, such as a tombstone, never matches.
     */
    public boolean matches(StorageKey key, Snapshot snapshot) {
        requireNonNull(snapshot, "snapshot");
        boolean isThere = snapshot.state().isPresent() || !snapshot.data().isEmpty();
        return matches(key)
                && isThere
                && (state.isEmpty() || state.equals(snapshot.state()))
                && isBefore(untouchedSince, snapshot.touched())
                && isBefore(dueBefore, snapshot.deadline());
    }

    private static boolean isBefore(Optional<Instant> limit, Optional<Instant> time) {
        return limit.isEmpty() || time.filter(limit.get()::isAfter).isPresent();
    }

    private static boolean isOrAny(Optional<String> wanted, String actual) {
        return wanted.isEmpty() || wanted.get().equals(actual);
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof ConversationFilter f
                && bot.equals(f.bot)
                && chat.equals(f.chat)
                && user.equals(f.user)
                && state.equals(f.state)
                && untouchedSince.equals(f.untouchedSince)
                && dueBefore.equals(f.dueBefore);
    }

    @Override
    public int hashCode() {
        return Objects.hash(bot, chat, user, state, untouchedSince, dueBefore);
    }

    /** Returns the criteria that are set, on one line: {@code bot=1 state=Order:ADDRESS}. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder();
        part(line, "bot", bot);
        part(line, "chat", chat);
        part(line, "user", user);
        part(line, "state", state);
        part(line, "untouchedSince", untouchedSince.map(Instant::toString));
        part(line, "dueBefore", dueBefore.map(Instant::toString));
        return line.isEmpty() ? "all" : line.substring(1);
    }

    private static void part(StringBuilder line, String name, Optional<String> value) {
        value.ifPresent(text -> line.append(' ').append(name).append('=').append(Text.field(text)));
    }
}
