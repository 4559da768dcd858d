package io.botfsm.redis.aiogram;

import io.botfsm.internal.text.Text;
import java.util.List;
import java.util.Locale;

/**
 * The progress or result of a migration, or of a dry run.
 *
 * @param keys how many Redis keys were processed; a conversation of aiogram has up to two
 * @param keysInAll approximately how many keys there are
 * @param migrated how many conversations were copied
 * @param alreadyThere how many were already equal in the target
 * @param newerThere how many differ in the target, or were cleared there; target and source were left unchanged. A
 *     conversation that was copied, and changed in the target during the same run, may be counted here too
 * @param skippedInAll how many keys or conversations were skipped
 * @param skipped the first {@value #MOST_SKIPPED} of those
 * @param newer the first {@value #MOST_SKIPPED} conversations that {@code newerThere} counts, by their Redis keys in
 *     the source
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
    /** The maximum number of skipped keys that are listed. */
    public static final int MOST_SKIPPED = 1_000;

    /**
     * A skipped key.
     *
     * @param key the Redis key
     * @param reason the reason, without any part of a value
     */
    public record Skipped(String key, String reason) {
        /** Returns both parts as a log line. */
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

    /** Returns the numbers on one line. */
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
