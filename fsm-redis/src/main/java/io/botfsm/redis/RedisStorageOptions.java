package io.botfsm.redis;

import static java.util.Objects.requireNonNull;

import io.botfsm.redis.internal.KeyScheme;
import io.botfsm.storage.Mutation;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How a {@link RedisStateStorage} keeps conversations. Immutable and thread-safe.
 *
 * <pre>{@code RedisStorageOptions.builder().ttl(Duration.ofDays(30)).build()}</pre>
 */
public final class RedisStorageOptions {
    /** What keys begin with unless chosen otherwise. */
    public static final String DEFAULT_KEY_PREFIX = "fsm";

    /** How long a tombstone stays unless chosen otherwise: Telegram keeps updates for 24 hours, and so much again. */
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
     * Conversations live on, tombstones for {@link #DEFAULT_TOMBSTONE_TTL}, keys begin with
     * {@value #DEFAULT_KEY_PREFIX}.
     */
    public static RedisStorageOptions defaults() {
        return DEFAULTS;
    }

    /** Begins with {@link #defaults()}. */
    public static Builder builder() {
        return new Builder();
    }

    /** How long a conversation lives after each write; empty for without limit. */
    public Optional<Duration> ttl() {
        return ttl;
    }

    /** How long fencing token and events of a cleared conversation are remembered. */
    public Duration tombstoneTtl() {
        return tombstoneTtl;
    }

    /** What every key begins with. */
    public String keyPrefix() {
        return keyPrefix;
    }

    /** What has to confirm a write; empty for nothing but the server that took it. */
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

    /** Collects options. Not thread-safe. A value that cannot be is refused at once. */
    public static final class Builder {
        private Optional<Duration> ttl = Optional.empty();
        private Duration tombstoneTtl = DEFAULT_TOMBSTONE_TTL;
        private String keyPrefix = DEFAULT_KEY_PREFIX;
        private Optional<Durability> durability = Optional.empty();

        private Builder() {}

        /**
         * Lets a conversation live this long after each write. Without it, conversations live until they are cleared.
         *
         * @param limit rounded up to whole milliseconds
         * @throws IllegalArgumentException if it is not positive or longer than {@link Mutation#MAX_TTL}
         */
        public Builder ttl(Duration limit) {
            ttl = Optional.of(Mutation.requireTtl(limit));
            return this;
        }

        /**
         * Remembers fencing token and events of a cleared conversation this long. It must be longer than the messenger
         * redelivers updates and longer than a superseded instance can go on writing.
         *
         * @param limit rounded up to whole milliseconds
         * @throws IllegalArgumentException if it is not positive or longer than {@link Mutation#MAX_TTL}
         */
        public Builder tombstoneTtl(Duration limit) {
            tombstoneTtl = Mutation.requireTombstoneTtl(limit);
            return this;
        }

        /**
         * Lets every key begin with this; bots that share a database and have different prefixes never meet.
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
         * Waits after each write until it is confirmed to be this durable. Writes then go over a connection of their
         * own, where those that come while others are waited for are waited for together.
         */
        public Builder durability(Durability wanted) {
            durability = Optional.of(requireNonNull(wanted, "durability"));
            return this;
        }

        /** The options. */
        public RedisStorageOptions build() {
            return new RedisStorageOptions(this);
        }
    }
}
