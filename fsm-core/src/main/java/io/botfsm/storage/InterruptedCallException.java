package io.botfsm.storage;

import java.util.Locale;

/**
 * Thrown when the calling thread was interrupted while it waited for the storage. Its interrupt flag is set again.
 * {@link #mayBeApplied()} says whether a write had already been sent.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class InterruptedCallException extends FsmException {
    private final StorageKey key;
    private final boolean mayBeApplied;

    /**
     * Creates the exception for an interrupted wait.
     *
     * @param key the conversation
     * @param mayBeApplied whether a write had already been sent
     * @param cause the interrupt
     */
    public InterruptedCallException(StorageKey key, boolean mayBeApplied, InterruptedException cause) {
        super(
                String.format(
                        Locale.ROOT,
                        "%s: interrupted; %s",
                        key,
                        mayBeApplied ? "the write may have been applied" : "nothing was written"),
                cause);
        this.key = key;
        this.mayBeApplied = mayBeApplied;
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** Returns whether the write may have been applied, or may still be applied. */
    public boolean mayBeApplied() {
        return mayBeApplied;
    }
}
