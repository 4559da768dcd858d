package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

/** What a backend knows of a write beside the mutation. Immutable and thread-safe. */
public final class WriteContext {
    private final StorageKey key;
    private final long firstVersion;

    private WriteContext(Builder b) {
        key = b.key;
        firstVersion = b.firstVersion;
    }

    /** Begins the context of a write to a conversation. */
    public static Builder builder(StorageKey key) {
        return new Builder(requireNonNull(key, "key"));
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** The version of the conversation if it begins with this write. */
    public long firstVersion() {
        return firstVersion;
    }

    /** Collects a context. Not thread-safe. */
    public static final class Builder {
        private final StorageKey key;
        private long firstVersion;

        private Builder(StorageKey key) {
            this.key = key;
        }

        /**
         * Sets the version of a conversation that begins with this write: the backend's time in microseconds since 1970,
         * above every version that the key has had (spec rule 6).
         */
        public Builder firstVersion(long version) {
            firstVersion = version;
            return this;
        }

        /** The context. */
        public WriteContext build() {
            return new WriteContext(this);
        }
    }
}
