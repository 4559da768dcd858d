package io.botfsm.redis;

import static java.util.Objects.requireNonNull;

import io.botfsm.redis.internal.KeyScheme;
import java.util.Locale;

/**
 * How a {@link RedisLeaseStore} keeps leases. Immutable and thread-safe.
 *
 * <pre>{@code RedisLeaseOptions.builder().keyPrefix("shop-lock").build()}</pre>
 */
public final class RedisLeaseOptions {
    /** What keys begin with unless chosen otherwise. */
    public static final String DEFAULT_KEY_PREFIX = "lock";

    private static final RedisLeaseOptions DEFAULTS = builder().build();

    private final String keyPrefix;
    private final boolean newStore;

    private RedisLeaseOptions(Builder builder) {
        keyPrefix = builder.keyPrefix;
        newStore = builder.newStore;
    }

    /** Keys begin with {@value #DEFAULT_KEY_PREFIX}; a store without a lock's fence may have forgotten it. */
    public static RedisLeaseOptions defaults() {
        return DEFAULTS;
    }

    /** Begins with {@link #defaults()}. */
    public static Builder builder() {
        return new Builder();
    }

    /** What every key begins with. */
    public String keyPrefix() {
        return keyPrefix;
    }

    /** Whether a lock without a fence was never held. */
    public boolean isNewStore() {
        return newStore;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "RedisLeaseOptions[keyPrefix=%s, newStore=%s]", keyPrefix, newStore);
    }

    /** Collects options. Not thread-safe. A value that cannot be is refused at once. */
    public static final class Builder {
        private String keyPrefix = DEFAULT_KEY_PREFIX;
        private boolean newStore;

        private Builder() {}

        /**
         * Lets every key, and every channel, begin with this; instances with different prefixes never see each other.
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
         * Declares that a lock without a fence was never held, rather than that the store was emptied. Its first holder
         * then need not wait for one who may have been forgotten, if the server has been up for long enough. Wrong if
         * someone empties the store while the lock is held: two may be active then until the first one's next renewal.
         */
        public Builder newStore(boolean declared) {
            newStore = declared;
            return this;
        }

        /** The options. */
        public RedisLeaseOptions build() {
            return new RedisLeaseOptions(this);
        }
    }
}
