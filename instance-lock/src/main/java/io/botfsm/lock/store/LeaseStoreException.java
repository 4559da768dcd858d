package io.botfsm.lock.store;

import org.jspecify.annotations.Nullable;

/** A store could not do what it was asked for, or it is unknown whether it did. */
public final class LeaseStoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean lasting;

    /**
     * A failure.
     *
     * @param message what happened; no credentials
     * @param lasting whether asking again is of no use, as with a missing right or a closed store
     */
    public LeaseStoreException(String message, boolean lasting, @Nullable Throwable cause) {
        super(message, cause);
        this.lasting = lasting;
    }

    /** Whether asking again is of no use. */
    public boolean isLasting() {
        return lasting;
    }
}
