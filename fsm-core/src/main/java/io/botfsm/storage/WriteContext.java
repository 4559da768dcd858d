package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/** What a backend knows about a write in addition to the mutation. Immutable and thread-safe. */
public final class WriteContext {
    /** The default time to live of a tombstone: twice the 24 hours for which Telegram keeps updates. */
    public static final Duration DEFAULT_TOMBSTONE_TTL = Duration.ofDays(2);

    private final StorageKey key;
    private final Instant now;
    private final OptionalLong firstVersion;
    private final Optional<Duration> ttl;
    private final Duration tombstoneTtl;

    private WriteContext(Builder b) {
        key = b.key;
        now = b.now;
        firstVersion = b.firstVersion;
        ttl = b.ttl;
        tombstoneTtl = b.tombstoneTtl;
    }

    /**
     * Returns a builder for the context of a write to a conversation.
     *
     * @param key the conversation
     * @param now the time by a clock that all writers of the conversation share, at least approximately; it may be set
     *     back
     */
    public static Builder at(StorageKey key, Instant now) {
        return new Builder(requireNonNull(key, "key"), requireNonNull(now, "now"));
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** The time of the write, in whole milliseconds. */
    public Instant now() {
        return now.truncatedTo(ChronoUnit.MILLIS);
    }

    /** The version that the conversation gets if it begins with this write. */
    public long firstVersion() {
        return firstVersion.orElseGet(() -> ChronoUnit.MICROS.between(Instant.EPOCH, now));
    }

    /** The storage's own time to live; empty for unlimited. */
    public Optional<Duration> ttl() {
        return ttl;
    }

    /** How long fencing token and events outlive state and data. */
    public Duration tombstoneTtl() {
        return tombstoneTtl;
    }

    /** Collects a context. Not thread-safe. */
    public static final class Builder {
        private final StorageKey key;
        private final Instant now;
        private OptionalLong firstVersion = OptionalLong.empty();
        private Optional<Duration> ttl = Optional.empty();
        private Duration tombstoneTtl = DEFAULT_TOMBSTONE_TTL;

        private Builder(StorageKey key, Instant now) {
            this.key = key;
            this.now = now;
        }

        /**
         * Sets the version that a conversation gets if it begins with this write. It must be above every version that
         * the key has had (spec rule 6). The default is the time in microseconds since 1970.
         */
        public Builder firstVersion(long version) {
            firstVersion = OptionalLong.of(version);
            return this;
        }

        /** Sets the storage's own time to live. The default is unlimited. */
        public Builder ttl(Optional<Duration> standard) {
            ttl = requireNonNull(standard, "ttl");
            return this;
        }

        /**
         * Sets how long fencing token and events outlive state and data. The default is {@link #DEFAULT_TOMBSTONE_TTL}.
         */
        public Builder tombstoneTtl(Duration limit) {
            tombstoneTtl = requireNonNull(limit, "tombstoneTtl");
            return this;
        }

        /** Builds the context. */
        public WriteContext build() {
            return new WriteContext(this);
        }
    }
}
