package io.botfsm.storage;

import org.jspecify.annotations.Nullable;

/**
 * The root of every error this library throws on purpose. Unchecked. A driver's exception is at most the cause; the
 * message names keys, fields and settings, never data values or credentials.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public class FsmException extends RuntimeException {
    /** An error with its message. */
    public FsmException(String message) {
        this(message, null);
    }

    /** An error with its message and, where there is one, the driver's exception behind it. */
    public FsmException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
