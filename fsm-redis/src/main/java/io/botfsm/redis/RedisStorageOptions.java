package io.botfsm.redis;

import static java.util.Objects.requireNonNull;

import io.botfsm.redis.internal.KeyScheme;
import io.botfsm.storage.Mutation;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The options of a {@link RedisStateStorage}. Immutable and thread-safe.
 *
 * <pre>{@code RedisStorageOptions.builder().ttl(Duration.ofDays(30)).build()}</pre>
 */
public final class RedisStorageOptions {
    /** The default key prefix. */
    public static final String DEFAULT_KEY_PREFIX = "fsm";

    /** The default time to live of a tombstone: twice the 24 hours for which Telegram keeps updates. */
    public static final Duration DEFAULT_TOMBSTONE_TTL = Duration.ofDays(2);

    private static final RedisStorageOptions DEFAULTS = builder().build();

    private final Optional<Duration> ttl;
    private final Duration tombstoneTtl;
    private final String keyPrefix;
    private final Optional<Durability> durability;

    private RedisStorageOptions(Builder builder) {
        ttl = builder.ttl;
        tombstoneTtl = builder.tombstoneTtl;
        keyPrefix = builder.keyPrefix;
        durability = builder.durability;
    }

    /**
     * Returns the default options: conversations have no time to live, tombstones live for
     * {@link #DEFAULT_TOMBSTONE_TTL}, and the key prefix is {@value #DEFAULT_KEY_PREFIX}.
     */
    public static RedisStorageOptions defaults() {
        return DEFAULTS;
    }

    /** Returns a builder that starts with {@link #defaults()}. */
    public static Builder builder() {
        return new Builder();
    }

    /** How long a conversation lives after each write; empty for unlimited. */
    public Optional<Duration> ttl() {
        return ttl;
    }

    /** How long fencing token and events of a cleared conversation are remembered. */
    public Duration tombstoneTtl() {
        return tombstoneTtl;
    }

    /** The prefix of all keys. */
    public String keyPrefix() {
        return keyPrefix;
    }

    /** The durability that a write must have; empty if the response of the server is sufficient. */
    public Optional<Durability> durability() {
        return durability;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "RedisStorageOptions[ttl=%s, tombstoneTtl=%s, keyPrefix=%s, durability=%s]",
                ttl.map(Duration::toString).orElse("(none)"),
                tombstoneTtl,
                keyPrefix,
                durability.map(Durability::toString).orElse("(none)"));
    }

    /** Collects options. Not thread-safe. Invalid values are refused at once. */
    public static final class Builder {
        private Optional<Duration> ttl = Optional.empty();
        private Duration tombstoneTtl = DEFAULT_TOMBSTONE_TTL;
        private String keyPrefix = DEFAULT_KEY_PREFIX;
        private Optional<Durability> durability = Optional.empty();

        private Builder() {}

        /**
         * Sets how long a conversation lives after each write. By default, conversations live until they are cleared.
         *
         * @param limit rounded up to whole milliseconds
         * @throws IllegalArgumentException if it is not positive or longer than {@link Mutation#MAX_TTL}
         */
        public Builder ttl(Duration limit) {
            ttl = Optional.of(Mutation.requireTtl(limit));
            return this;
        }

        /**
         * Sets how long fencing token and events of a cleared conversation are remembered. This must be longer than the
         * time for which the messenger redelivers updates, and longer than a superseded instance can keep writing.
         *
         * @param limit rounded up to whole milliseconds
         * @throws IllegalArgumentException if it is not positive or longer than {@link Mutation#MAX_TTL}
         */
        public Builder tombstoneTtl(Duration limit) {
            tombstoneTtl = Mutation.requireTombstoneTtl(limit);
            return this;
        }

        /**
         * Sets the prefix of all keys. Bots with different prefixes in the same database never see each other's data.
         *
         * @param prefix 1 to 100 ASCII letters, digits and {@code . _ : / -}
         * @throws IllegalArgumentException if it has other characters (braces would break the key's hash tag)
         */
        public Builder keyPrefix(String prefix) {
            requireNonNull(prefix, "prefix");
            keyPrefix = KeyScheme.requirePrefix(prefix);
            return this;
        }

        /**
         * Makes each write wait until the given durability is confirmed. Writes then use a separate connection, on
         * which writes that arrive during a wait are confirmed together.
         */
        public Builder durability(Durability wanted) {
            durability = Optional.of(requireNonNull(wanted, "durability"));
            return this;
        }

        /** Builds the options. */
        public RedisStorageOptions build() {
            return new RedisStorageOptions(this);
        }
    }
}
