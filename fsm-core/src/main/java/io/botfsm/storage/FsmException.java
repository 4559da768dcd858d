package io.botfsm.storage;

import org.jspecify.annotations.Nullable;

/**
 * The superclass of the exceptions with which calls on conversations fail. Locks and lease stores have their own.
 * Unchecked. An exception of a driver appears only as the cause. The message names keys, fields and settings, never
 * data values or credentials.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public class FsmException extends RuntimeException {
    /** Creates an exception with a message. */
    public FsmException(String message) {
        this(message, null);
    }

    /** Creates an exception with a message and, if there is one, the driver's exception as its cause. */
    public FsmException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
