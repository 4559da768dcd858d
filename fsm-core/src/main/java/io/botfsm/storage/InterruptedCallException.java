package io.botfsm.storage;

import java.util.Locale;

/**
 * The calling thread was interrupted while it waited for the storage. Its interrupt flag is set again.
 * {@link #mayBeApplied()} says whether a write was already on its way.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class InterruptedCallException extends FsmException {
    private final StorageKey key;
    private final boolean mayBeApplied;

    /**
     * The error of an interrupted wait.
     *
     * @param key the conversation
     * @param mayBeApplied whether a write was already on its way
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

    /** Whether the write may have happened, or may still happen. */
    public boolean mayBeApplied() {
        return mayBeApplied;
    }
}
