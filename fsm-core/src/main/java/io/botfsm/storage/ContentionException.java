package io.botfsm.storage;

import java.time.Duration;
import java.util.Locale;

/**
 * Thrown when other writers kept changing the conversation until the timeout. This call wrote nothing. To avoid it,
 * handle the updates of one conversation one after another.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class ContentionException extends FsmException {
    private final StorageKey key;
    private final int attempts;
    private final Duration timeout;

    /**
     * Creates the exception for a write all of whose attempts failed.
     *
     * @param key the conversation
     * @param attempts how many writes were attempted
     * @param timeout how long they were attempted for
     */
    public ContentionException(StorageKey key, int attempts, Duration timeout) {
        super(String.format(
                Locale.ROOT, "%s: other writers changed it at each of %d attempts within %s", key, attempts, timeout));
        this.key = key;
        this.attempts = attempts;
        this.timeout = timeout;
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** How many writes were attempted. */
    public int attempts() {
        return attempts;
    }

    /** How long they were attempted for. */
    public Duration timeout() {
        return timeout;
    }
}
