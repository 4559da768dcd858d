package io.botfsm.redis;

import static java.util.Objects.requireNonNull;

import io.botfsm.redis.internal.KeyScheme;
import java.util.Locale;

/**
 * The options of a {@link RedisLeaseStore}. Immutable and thread-safe.
 *
 * <pre>{@code RedisLeaseOptions.builder().keyPrefix("shop-lock").build()}</pre>
 */
public final class RedisLeaseOptions {
    /** The default key prefix. */
    public static final String DEFAULT_KEY_PREFIX = "lock";

    private static final RedisLeaseOptions DEFAULTS = builder().build();

    private final String keyPrefix;
    private final boolean newStore;

    private RedisLeaseOptions(Builder builder) {
        keyPrefix = builder.keyPrefix;
        newStore = builder.newStore;
    }

    /**
     * Returns the default options: the key prefix is {@value #DEFAULT_KEY_PREFIX}, and if a lock has no fence, the
     * store is assumed to have possibly lost it.
     */
    public static RedisLeaseOptions defaults() {
        return DEFAULTS;
    }

    /** Returns a builder that starts with {@link #defaults()}. */
    public static Builder builder() {
        return new Builder();
    }

    /** The prefix of all keys. */
    public String keyPrefix() {
        return keyPrefix;
    }

    /** Whether a lock without a fence is considered never to have been held. */
    public boolean isNewStore() {
        return newStore;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "RedisLeaseOptions[keyPrefix=%s, newStore=%s]", keyPrefix, newStore);
    }

    /** Collects options. Not thread-safe. Invalid values are refused at once. */
    public static final class Builder {
        private String keyPrefix = DEFAULT_KEY_PREFIX;
        private boolean newStore;

        private Builder() {}

        /**
         * Sets the prefix of all keys and channels. Instances with different prefixes never see each other.
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
         * Declares that a lock without a fence was never held, rather than that the store was emptied. The first holder
         * of a lock then need not wait for an earlier holder that may have been forgotten, if the server has been
         * running long enough. This is unsafe if someone empties the store while the lock is held: two instances may
         * then be active until the next renewal of the first one.
         */
        public Builder newStore(boolean declared) {
            newStore = declared;
            return this;
        }

        /** Builds the options. */
        public RedisLeaseOptions build() {
            return new RedisLeaseOptions(this);
        }
    }
}
