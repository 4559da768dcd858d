package io.botfsm.storage;

import java.time.Duration;
import java.util.Locale;

/**
 * Other writers kept changing the conversation until the time was up. Nothing was written by this call. Handle the
 * updates of one conversation one after another to avoid it.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class ContentionException extends FsmException {
    private final StorageKey key;
    private final int attempts;
    private final Duration timeout;

    /**
     * The error of a write that lost every attempt.
     *
     * @param key the conversation
     * @param attempts how many writes were tried
     * @param timeout how long they were tried for
     */
    public ContentionException(StorageKey key, int attempts, Duration timeout) {
        super(String.format(
                Locale.ROOT, "%s: changed by others at each of %d attempts within %s", key, attempts, timeout));
        this.key = key;
        this.attempts = attempts;
        this.timeout = timeout;
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** How many writes were tried. */
    public int attempts() {
        return attempts;
    }

    /** How long they were tried for. */
    public Duration timeout() {
        return timeout;
    }
}
