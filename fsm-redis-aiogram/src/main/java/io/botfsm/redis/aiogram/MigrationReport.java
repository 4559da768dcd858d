package io.botfsm.redis.aiogram;

import io.botfsm.internal.text.Text;
import java.util.List;
import java.util.Locale;

/**
 * What a migration has done, or a dry run would do, up to now.
 *
 * @param keys how many Redis keys were dealt with; a conversation of aiogram's has up to two
 * @param keysInAll about how many there are
 * @param migrated how many conversations were copied
 * @param alreadyThere how many were in the target as they are in the source
 * @param newerThere how many are in the target otherwise, or were cleared there; target and source were left as they
 *     are. One that is copied, and changed in the target during the same run, may be counted here too
 * @param skippedInAll how many keys or conversations were left out, each for a reason
 * @param skipped the first {@value #MOST_SKIPPED} of those
 * @param newer the Redis keys in the source of the first {@value #MOST_SKIPPED} that {@code newerThere} counts
 */
public record MigrationReport(
        long keys,
        long keysInAll,
        long migrated,
        long alreadyThere,
        long newerThere,
        long skippedInAll,
        List<Skipped> skipped,
        List<String> newer) {
    /** How many of those left out are named one by one. */
    public static final int MOST_SKIPPED = 1_000;

    /**
     * What was left out.
     *
     * @param key the Redis key
     * @param reason why; without any part of a value
     */
    public record Skipped(String key, String reason) {
        /** Both, as a log line. */
        @Override
        public String toString() {
            return "Skipped[key=" + Text.field(key) + ", reason=" + reason + "]";
        }
    }

    /** Copies the lists. */
    public MigrationReport {
        skipped = List.copyOf(skipped);
        newer = List.copyOf(newer);
    }

    /** The numbers on one line. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d of %d keys: %d migrated, %d already there, %d newer there, %d skipped",
                keys,
                keysInAll,
                migrated,
                alreadyThere,
                newerThere,
                skippedInAll);
    }
}
