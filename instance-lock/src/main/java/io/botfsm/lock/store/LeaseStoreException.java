package io.botfsm.lock.store;

import org.jspecify.annotations.Nullable;

/** Thrown when a store could not carry out an operation, or when it is unknown whether it did. */
public final class LeaseStoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean lasting;

    /**
     * Creates the exception.
     *
     * @param message what happened, without credentials
     * @param lasting whether retrying is useless, such as with a missing permission or a closed store
     */
    public LeaseStoreException(String message, boolean lasting, @Nullable Throwable cause) {
        super(message, cause);
        this.lasting = lasting;
    }

    /** Returns whether retrying is useless. */
    public boolean isLasting() {
        return lasting;
    }
}
