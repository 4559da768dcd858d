package io.botfsm.recovery;

/**
 * Counts of what a {@link RecoveringStateStorage} has done since it was built. They are not an atomic snapshot: calls
 * in progress may be counted in part.
 *
 * @param hits lookups in which the source knew the conversation
 * @param misses lookups in which it did not
 * @param restores recovered conversations that were stored
 * @param lostToConcurrentWrites recovered conversations that were dropped because another writer had begun a new
 *     conversation meanwhile
 * @param knownMisses missing conversations for which the source was not asked because it had recently reported that it
 *     does not know them
 * @param clearsConfirmed clears that the source has confirmed
 * @param failures lookups and reports of clears in which the source failed or timed out
 */
public record RecoveryCounts(
        long hits,
        long misses,
        long restores,
        long lostToConcurrentWrites,
        long knownMisses,
        long clearsConfirmed,
        long failures) {

    /** Returns how often the source was asked for a conversation and answered. */
    public long lookUps() {
        return hits + misses;
    }
}
