package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/** What a backend knows of a write beside the mutation. Immutable and thread-safe. */
public final class WriteContext {
    /** How long a tombstone stays unless set otherwise: Telegram keeps updates for 24 hours, and so much again. */
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
     * Begins the context of a write to a conversation.
     *
     * @param key the conversation
     * @param now the time by a clock that all who write the conversation share, about; it may be set back
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

    /** The version of the conversation if it begins with this write. */
    public long firstVersion() {
        return firstVersion.orElseGet(() -> ChronoUnit.MICROS.between(Instant.EPOCH, now));
    }

    /** The storage's own time to live; empty for without limit. */
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
         * Sets the version of a conversation that begins with this write, which is above every version that the key has
         * had (spec rule 6); the time in microseconds since 1970 unless set.
         */
        public Builder firstVersion(long version) {
            firstVersion = OptionalLong.of(version);
            return this;
        }

        /** Sets the storage's own time to live; without limit unless set. */
        public Builder ttl(Optional<Duration> standard) {
            ttl = requireNonNull(standard, "ttl");
            return this;
        }

        /** Sets how long fencing token and events outlive state and data; {@link #DEFAULT_TOMBSTONE_TTL} unless set. */
        public Builder tombstoneTtl(Duration limit) {
            tombstoneTtl = requireNonNull(limit, "tombstoneTtl");
            return this;
        }

        /** The context. */
        public WriteContext build() {
            return new WriteContext(this);
        }
    }
}
