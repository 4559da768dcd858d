package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What became of a write. Closed for ever: a storage or decorator that wants to say more throws. Immutable; two are
 * equal if all their parts are.
 *
 * <p>Conditions are checked in the order fence, event id, version, state; the first that fails decides.
 */
public sealed interface Outcome {
    /** The write is stored. */
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

        /** An applied write, with states and versions before and after it. */
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
         * The same write, with its time.
         *
         * @param before since when the state before, or none, was there; empty if nothing was stored
         * @param now when it was written
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

        /** The state before. */
        public Optional<String> previousState() {
            return previousState;
        }

        /** The state now. */
        public Optional<String> state() {
            return state;
        }

        /** The version before, 0 if nothing was stored. */
        public long previousVersion() {
            return previousVersion;
        }

        /** The version now, as the next read shows it: 0 if nothing is left. */
        public long version() {
            return version;
        }

        /**
         * Since when the state before, or none, was there, by the storage's clock; empty if nothing was stored, or if
         * the storage lacks {@link StateStorage.Capability#TIMES}.
         */
        public Optional<Instant> previousSince() {
            return previousSince;
        }

        /**
         * Since when the state now, or none, is there, under the same conditions. It differs from what the next read
         * shows only where the clock was set back.
         */
        public Optional<Instant> since() {
            if (version == 0) {
                return Optional.empty();
            }
            return previousVersion != 0 && state.equals(previousState) ? previousSince : at;
        }

        /** When it was written; empty if the storage lacks {@link StateStorage.Capability#TIMES}. */
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

    /** The expected version or state was not there; nothing changed. */
    final class Conflict implements Outcome {
        private final Snapshot current;

        private Conflict(Snapshot current) {
            this.current = current;
        }

        /** A conflict with what is there instead. */
        public static Conflict of(Snapshot current) {
            return new Conflict(requireNonNull(current, "current"));
        }

        /** What is there instead. */
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

    /** The event was applied before; nothing changed. */
    final class Duplicate implements Outcome {
        private final Snapshot current;

        private Duplicate(Snapshot current) {
            this.current = current;
        }

        /** A duplicate, with what is there. */
        public static Duplicate of(Snapshot current) {
            return new Duplicate(requireNonNull(current, "current"));
        }

        /** What is there. */
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

    /** A newer instance has written; nothing changed. */
    final class Fenced implements Outcome {
        private final long highestToken;

        private Fenced(long highestToken) {
            this.highestToken = highestToken;
        }

        /** A refusal by the highest fencing token that the conversation has seen. */
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
