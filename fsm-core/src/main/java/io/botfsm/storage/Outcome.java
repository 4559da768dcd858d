package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * The outcome of a write. This set of outcomes is final: a storage or decorator that has to report anything else fails
 * the stage. Immutable; two outcomes are equal if all their parts are.
 *
 * <p>Conditions are checked in the order fence, event id, version, state; the first that fails determines the outcome.
 */
public sealed interface Outcome {
    /** The write was applied and stored. */
    final class Applied implements Outcome {
        private final Optional<String> previousState;
        private final Optional<String> state;
        private final long previousVersion;
        private final long version;
        private final Optional<Instant> previousSince;
        private final Optional<Instant> at;

        private Applied(
                Optional<String> previousState,
                Optional<String> state,
                long previousVersion,
                long version,
                Optional<Instant> previousSince,
                Optional<Instant> at) {
            this.previousState = previousState;
            this.state = state;
            this.previousVersion = previousVersion;
            this.version = version;
            this.previousSince = previousSince;
            this.at = at;
        }

        /** Returns the outcome of an applied write, with the states and versions before and after it. */
        public static Applied of(
                Optional<String> previousState, Optional<String> state, long previousVersion, long version) {
            return new Applied(
                    requireNonNull(previousState, "previousState"),
                    requireNonNull(state, "state"),
                    previousVersion,
                    version,
                    Optional.empty(),
                    Optional.empty());
        }

        /**
         * Returns the same outcome, with the times of the write.
         *
         * @param before when the previous state, or the absence of a state, began; empty if nothing was stored
         * @param now the time of the write
         */
        public Applied timed(Optional<Instant> before, Instant now) {
            return new Applied(
                    previousState,
                    state,
                    previousVersion,
                    version,
                    requireNonNull(before, "before"),
                    Optional.of(requireNonNull(now, "now")));
        }

        /** The state before the write; empty for none. */
        public Optional<String> previousState() {
            return previousState;
        }

        /** The state after the write; empty for none. */
        public Optional<String> state() {
            return state;
        }

        /** The version before the write; 0 if nothing was stored. */
        public long previousVersion() {
            return previousVersion;
        }

        /** The version after the write, as the next read returns it; 0 if nothing is left. */
        public long version() {
            return version;
        }

        /**
         * When the previous state, or the absence of a state, began, by the storage's clock; empty if nothing was
         * stored, or if the storage lacks {@link StateStorage.Capability#TIMES}.
         */
        public Optional<Instant> previousSince() {
            return previousSince;
        }

        /**
         * When the state after the write, or the absence of a state, began; empty if nothing is left, or if the storage
         * lacks {@link StateStorage.Capability#TIMES}. It differs from what the next read returns only if the clock was
         * set back, or if the mutation {@linkplain Mutation#since() sets this time} itself.
         */
        public Optional<Instant> since() {
            if (version == 0) {
                return Optional.empty();
            }
            return previousVersion != 0 && state.equals(previousState) ? previousSince : at;
        }

        /** The time of the write; empty if the storage lacks {@link StateStorage.Capability#TIMES}. */
        public Optional<Instant> at() {
            return at;
        }

        @Override
        public boolean equals(Object that) {
            return that instanceof Applied a
                    && previousVersion == a.previousVersion
                    && version == a.version
                    && previousState.equals(a.previousState)
                    && state.equals(a.state)
                    && previousSince.equals(a.previousSince)
                    && at.equals(a.at);
        }

        @Override
        public int hashCode() {
            return Objects.hash(previousState, state, previousVersion, version, previousSince, at);
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "Applied[previousState=%s, state=%s, previousVersion=%d, version=%d]",
                    Text.field(previousState, "(none)"),
                    Text.field(state, "(none)"),
                    previousVersion,
                    version);
        }
    }

    /** The conversation did not have the expected version or state; nothing was changed. */
    final class Conflict implements Outcome {
        private final Snapshot current;

        private Conflict(Snapshot current) {
            this.current = current;
        }

        /** Returns a conflict with the current content of the conversation. */
        public static Conflict of(Snapshot current) {
            return new Conflict(requireNonNull(current, "current"));
        }

        /** The current content of the conversation. */
        public Snapshot current() {
            return current;
        }

        @Override
        public boolean equals(Object that) {
            return that instanceof Conflict c && current.equals(c.current);
        }

        @Override
        public int hashCode() {
            return current.hashCode();
        }

        @Override
        public String toString() {
            return "Conflict[current=" + current + "]";
        }
    }

    /** The event was applied before; nothing was changed. */
    final class Duplicate implements Outcome {
        private final Snapshot current;

        private Duplicate(Snapshot current) {
            this.current = current;
        }

        /** Returns a duplicate with the current content of the conversation. */
        public static Duplicate of(Snapshot current) {
            return new Duplicate(requireNonNull(current, "current"));
        }

        /** The current content of the conversation. */
        public Snapshot current() {
            return current;
        }

        @Override
        public boolean equals(Object that) {
            return that instanceof Duplicate d && current.equals(d.current);
        }

        @Override
        public int hashCode() {
            return current.hashCode();
        }

        @Override
        public String toString() {
            return "Duplicate[current=" + current + "]";
        }
    }

    /** A newer instance has written the conversation; nothing was changed. */
    final class Fenced implements Outcome {
        private final long highestToken;

        private Fenced(long highestToken) {
            this.highestToken = highestToken;
        }

        /** Returns a refusal because of the highest fencing token that the conversation has seen. */
        public static Fenced of(long highestToken) {
            return new Fenced(highestToken);
        }

        /** The highest fencing token that the conversation has seen. */
        public long highestToken() {
            return highestToken;
        }

        @Override
        public boolean equals(Object that) {
            return that instanceof Fenced f && highestToken == f.highestToken;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(highestToken);
        }

        @Override
        public String toString() {
            return "Fenced[highestToken=" + highestToken + "]";
        }
    }
}
