package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The address of one conversation. It consists of bot, chat and user, and optionally of the topic (thread), the
 * business connection, and a named slot for an additional conversation ("destiny", aiogram's term).
 *
 * <p>Ids are kept as text, whatever type they are given in, since messengers differ. Two keys address the same
 * conversation if and only if all six parts are equal. No part may be empty or contain an unpaired surrogate. Immutable
 * and thread-safe.
 *
 * <pre>{@code StorageKey.bot(botId).chat(chatId).user(userId).build()}</pre>
 */
public final class StorageKey {
    /** The destiny of a key for which none is set. */
    public static final String DEFAULT_DESTINY = "default";

    private final String bot;
    private final String chat;
    private final String user;
    private final Optional<String> thread;
    private final Optional<String> business;
    private final String destiny;
    private final String text;

    private StorageKey(Builder from, String chat, String user, Optional<String> thread) {
        this.bot = from.bot;
        this.chat = chat;
        this.user = user;
        this.thread = thread;
        this.business = from.business;
        this.destiny = from.destiny;
        this.text = KeyText.of(this);
    }

    /**
     * Returns a builder for a key with the bot's id.
     *
     * @param id a whole number or a text
     * @throws IllegalArgumentException if the id is neither, or empty
     */
    public static Builder bot(Object id) {
        return new Builder(id("bot", id));
    }

    /**
     * Parses a text that {@link #toText()} returned.
     *
     * @throws IllegalArgumentException if the text is not exactly what {@code toText()} returns for a key
     */
    public static StorageKey parse(String text) {
        return KeyText.parse(requireNonNull(text, "text"));
    }

    /** The bot's id. */
    public String bot() {
        return bot;
    }

    /** The chat's id. */
    public String chat() {
        return chat;
    }

    /** The user's id. */
    public String user() {
        return user;
    }

    /** The topic's id, if the conversation belongs to a topic. */
    public Optional<String> thread() {
        return thread;
    }

    /** The id of the business connection that the messages came through, if any. */
    public Optional<String> business() {
        return business;
    }

    /** The named slot; {@value #DEFAULT_DESTINY} unless set. */
    public String destiny() {
        return destiny;
    }

    /**
     * Returns the canonical text of this key, for storages and tools: {@code bot:chat:user}, followed, as far as
     * needed, by {@code :thread:business:destiny}, where an absent part before a present one is empty. Within a part,
     * percent signs, colons and braces are percent-encoded. Two keys have the same text if and only if they are equal;
     * {@link #parse} reads it back. The format does not change between versions of this library.
     */
    public String toText() {
        return text;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StorageKey key && text.equals(key.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /**
     * Returns the parts by name, on one line, as they appear in error messages and logs: {@code bot=1 chat=2 user=3}. A
     * part with characters other than letters, digits and {@code _ - . : @ / + # %} is quoted and escaped as in JSON.
     */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(48);
        line.append("bot=").append(Text.field(bot));
        line.append(" chat=").append(Text.field(chat));
        line.append(" user=").append(Text.field(user));
        thread.ifPresent(id -> line.append(" thread=").append(Text.field(id)));
        business.ifPresent(id -> line.append(" business=").append(Text.field(id)));
        if (!destiny.equals(DEFAULT_DESTINY)) {
            line.append(" destiny=").append(Text.field(destiny));
        }
        return line.toString();
    }

    private static String id(String part, Object id) {
        if (id instanceof CharSequence
                || id instanceof Long
                || id instanceof Integer
                || id instanceof Short
                || id instanceof Byte
                || id instanceof BigInteger) {
            return checked(part, id.toString());
        }
        requireNonNull(id, part);
        throw new IllegalArgumentException(String.format(
                Locale.ROOT,
                "%s id must be a whole number or a text, not a %s: %s",
                part,
                id.getClass().getName(),
                Text.field(id.toString())));
    }

    private static String checked(String part, String id) {
        if (requireNonNull(id, part).isEmpty()) {
            throw new IllegalArgumentException(part + " must not be empty");
        }
        return Text.wellFormed(part, id);
    }

    /** Collects the parts of a key by name. Not thread-safe; reusable after {@link #build()}. */
    public static final class Builder {
        private final String bot;
        private Optional<String> chat = Optional.empty();
        private Optional<String> user = Optional.empty();
        private Optional<String> thread = Optional.empty();
        private Optional<String> business = Optional.empty();
        private String destiny = DEFAULT_DESTINY;

        private Builder(String bot) {
            this.bot = bot;
        }

        /**
         * Sets the chat.
         *
         * @param id a whole number or a text
         * @throws IllegalArgumentException if the id is neither, or empty
         */
        public Builder chat(Object id) {
            chat = Optional.of(id("chat", id));
            return this;
        }

        /**
         * Sets the user.
         *
         * @param id a whole number or a text
         * @throws IllegalArgumentException if the id is neither, or empty
         */
        public Builder user(Object id) {
            user = Optional.of(id("user", id));
            return this;
        }

        /**
         * Sets the topic within the chat.
         *
         * @param id a whole number or a text
         * @throws IllegalArgumentException if the id is neither, or empty
         */
        public Builder thread(Object id) {
            thread = Optional.of(id("thread", id));
            return this;
        }

        /**
         * Sets the business connection that the message came through.
         *
         * @throws IllegalArgumentException if the id is empty
         */
        public Builder business(String id) {
            business = Optional.of(id("business", id));
            return this;
        }

        /**
         * Sets the named slot, for a conversation in addition to the usual one.
         *
         * @throws IllegalArgumentException if the name is empty
         */
        public Builder destiny(String name) {
            destiny = id("destiny", name);
            return this;
        }

        /**
         * Builds the key from exactly the given parts.
         *
         * @throws IllegalStateException if chat or user is missing; {@link FsmStrategy#key} has rules for such updates
         */
        public StorageKey build() {
            return key(required("chat", chat), required("user", user), thread);
        }

        Optional<String> chat() {
            return chat;
        }

        Optional<String> user() {
            return user;
        }

        Optional<String> thread() {
            return thread;
        }

        StorageKey key(String chat, String user, Optional<String> thread) {
            return new StorageKey(this, chat, user, thread);
        }

        private static String required(String part, Optional<String> id) {
            return id.orElseThrow(
                    () -> new IllegalStateException("a key needs a " + part + " to address a conversation"));
        }
    }
}
