package io.botfsm.storage;

import java.util.Locale;

/**
 * Thrown when a newer instance has written this conversation: the calling instance has lost its lease and must stop.
 * Nothing was written.
 *
 * <p>See spec rule 13.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class FencedException extends FsmException {
    private final StorageKey key;
    private final long token;
    private final long highest;

    /**
     * Creates the exception for a refused write.
     *
     * @param key the conversation
     * @param token the fencing token that the write carried
     * @param highest the highest token that the conversation has seen
     */
    public FencedException(StorageKey key, long token, long highest) {
        super(String.format(
                Locale.ROOT,
                "%s: fencing token %d is lower than %d, which the conversation has seen: another instance has taken over,"
                        + " or the clock that tokens come from was set back",
                key,
                token,
                highest));
        this.key = key;
        this.token = token;
        this.highest = highest;
    }

    /** Returns the key of the conversation. */
    public StorageKey key() {
        return key;
    }

    /** The token that the write carried. */
    public long token() {
        return token;
    }

    /** The highest token that the conversation has seen. */
    public long highest() {
        return highest;
    }
}
