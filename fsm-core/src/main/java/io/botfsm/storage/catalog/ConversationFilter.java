package io.botfsm.storage.catalog;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Which conversations a catalog finds: those with all of the parts that are set. Immutable and thread-safe; each method
 * returns another filter.
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

    /** Every conversation of the storage, of whichever bot. */
    public static ConversationFilter all() {
        return ALL;
    }

    /**
     * The conversations of a bot.
     *
     * @param id as in {@link StorageKey#bot(Object)}
     * @throws IllegalArgumentException if the id is neither a whole number nor a text, or empty
     */
    public static ConversationFilter bot(Object id) {
        return new ConversationFilter(
                Optional.of(anyOf(id).bot()), ALL.chat, ALL.user, ALL.state, ALL.untouchedSince, ALL.dueBefore);
    }

    /**
     * Those in this chat.
     *
     * @param id as in {@link StorageKey.Builder#chat(Object)}
     * @throws IllegalArgumentException if the id is neither a whole number nor a text, or empty
     */
    public ConversationFilter chat(Object id) {
        String chosen = StorageKey.bot(0).chat(id).user(0).build().chat();
        return new ConversationFilter(bot, Optional.of(chosen), user, state, untouchedSince, dueBefore);
    }

    /**
     * Those of this user.
     *
     * @param id as in {@link StorageKey.Builder#user(Object)}
     * @throws IllegalArgumentException if the id is neither a whole number nor a text, or empty
     */
    public ConversationFilter user(Object id) {
        String chosen = StorageKey.bot(0).chat(0).user(id).build().user();
        return new ConversationFilter(bot, chat, Optional.of(chosen), state, untouchedSince, dueBefore);
    }

    /**
     * Those in this state.
     *
     * @param stored the whole name as it is stored, such as {@code Order:ADDRESS}
     * @throws IllegalArgumentException if it holds an unpaired surrogate, as no stored state does
     */
    public ConversationFilter state(String stored) {
        return new ConversationFilter(
                bot, chat, user, Optional.of(Text.wellFormed("state", stored)), untouchedSince, dueBefore);
    }

    /**
     * Those that were last written before a time, by the storage's clock; none in a storage that lacks
     * {@link io.botfsm.storage.StateStorage.Capability#TIMES}.
     */
    public ConversationFilter untouchedSince(Instant time) {
        return new ConversationFilter(bot, chat, user, state, Optional.of(requireNonNull(time, "time")), dueBefore);
    }

    /** Those whose deadline is before a time. */
    public ConversationFilter dueBefore(Instant time) {
        return new ConversationFilter(
                bot, chat, user, state, untouchedSince, Optional.of(requireNonNull(time, "time")));
    }

    private static StorageKey anyOf(Object bot) {
        return StorageKey.bot(bot).chat(0).user(0).build();
    }

    /** The bot's id, if it matters. */
    public Optional<String> bot() {
        return bot;
    }

    /** The chat's id, if it matters. */
    public Optional<String> chat() {
        return chat;
    }

    /** The user's id, if it matters. */
    public Optional<String> user() {
        return user;
    }

    /** The state's stored name, if it matters. */
    public Optional<String> state() {
        return state;
    }

    /** The time before which the last write was, if it matters. */
    public Optional<Instant> untouchedSince() {
        return untouchedSince;
    }

    /** The time before which the deadline is, if it matters. */
    public Optional<Instant> dueBefore() {
        return dueBefore;
    }

    /** Whether it looks at keys alone: what matched then still does after any write that leaves something. */
    public boolean isByKey() {
        return state.isEmpty() && untouchedSince.isEmpty() && dueBefore.isEmpty();
    }

    /** Whether a conversation with this key may match: what there is to know before it is read. */
    public boolean matches(StorageKey key) {
        requireNonNull(key, "key");
        return isOrAny(bot, key.bot()) && isOrAny(chat, key.chat()) && isOrAny(user, key.user());
    }

    /** Whether a conversation matches. One with neither state nor data, such as a tombstone, never does. */
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

    /** The parts that are set, on one line: {@code bot=1 state=Order:ADDRESS}. */
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
