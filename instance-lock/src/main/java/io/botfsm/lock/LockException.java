package io.botfsm.lock;

import org.jspecify.annotations.Nullable;

/** The superclass of the exceptions that locks throw. */
public abstract class LockException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LockException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
