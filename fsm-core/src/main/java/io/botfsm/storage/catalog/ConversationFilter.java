package io.botfsm.storage.catalog;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.Optional;

/**
 * Which conversations a catalog finds: those with all of the parts that are set. Immutable and thread-safe; each method
 * returns another filter.
 *
 * <pre>{@code ConversationFilter.bot(botId).state("Order:ADDRESS")}</pre>
 */
public final class ConversationFilter {
    private static final ConversationFilter ALL =
            new ConversationFilter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private final Optional<String> bot;
    private final Optional<String> chat;
    private final Optional<String> user;
    private final Optional<String> state;

    private ConversationFilter(
            Optional<String> bot, Optional<String> chat, Optional<String> user, Optional<String> state) {
        this.bot = bot;
        this.chat = chat;
        this.user = user;
        this.state = state;
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
        return new ConversationFilter(Optional.of(anyOf(id).bot()), ALL.chat, ALL.user, ALL.state);
    }

    /**
     * Those in this chat.
     *
     * @param id as in {@link StorageKey.Builder#chat(Object)}
     * @throws IllegalArgumentException if the id is neither a whole number nor a text, or empty
     */
    public ConversationFilter chat(Object id) {
        String chosen = StorageKey.bot(0).chat(id).user(0).build().chat();
        return new ConversationFilter(bot, Optional.of(chosen), user, state);
    }

    /**
     * Those of this user.
     *
     * @param id as in {@link StorageKey.Builder#user(Object)}
     * @throws IllegalArgumentException if the id is neither a whole number nor a text, or empty
     */
    public ConversationFilter user(Object id) {
        String chosen = StorageKey.bot(0).chat(0).user(id).build().user();
        return new ConversationFilter(bot, chat, Optional.of(chosen), state);
    }

    /**
     * Those in this state.
     *
     * @param stored the whole name as it is stored, such as {@code Order:ADDRESS}
     * @throws IllegalArgumentException if it holds an unpaired surrogate, as no stored state does
     */
    public ConversationFilter state(String stored) {
        return new ConversationFilter(bot, chat, user, Optional.of(Text.wellFormed("state", stored)));
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

    /** Whether a conversation with this key may match: what there is to know before it is read. */
    public boolean matches(StorageKey key) {
        requireNonNull(key, "key");
        return isOrAny(bot, key.bot()) && isOrAny(chat, key.chat()) && isOrAny(user, key.user());
    }

    /** Whether a conversation matches. One with neither state nor data, such as a tombstone, never does. */
    public boolean matches(StorageKey key, Snapshot snapshot) {
        requireNonNull(snapshot, "snapshot");
        boolean isThere = snapshot.state().isPresent() || !snapshot.data().isEmpty();
        return matches(key) && isThere && (state.isEmpty() || state.equals(snapshot.state()));
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
                && state.equals(f.state);
    }

    @Override
    public int hashCode() {
        return bot.hashCode() + 31 * (chat.hashCode() + 31 * (user.hashCode() + 31 * state.hashCode()));
    }

    /** The parts that are set, on one line: {@code bot=1 state=Order:ADDRESS}. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder();
        part(line, "bot", bot);
        part(line, "chat", chat);
        part(line, "user", user);
        part(line, "state", state);
        return line.isEmpty() ? "all" : line.substring(1);
    }

    private static void part(StringBuilder line, String name, Optional<String> value) {
        value.ifPresent(text -> line.append(' ').append(name).append('=').append(Text.field(text)));
    }
}
