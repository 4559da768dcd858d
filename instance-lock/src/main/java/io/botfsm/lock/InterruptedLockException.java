package io.botfsm.lock;

import io.botfsm.lock.internal.text.UnicodeText;
import java.util.Locale;

/** Thrown when the thread was interrupted while it waited for the store; its interrupt flag is set again. */
public final class InterruptedLockException extends LockException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param name the lock's name
     */
    public InterruptedLockException(String name, InterruptedException cause) {
        super(String.format(Locale.ROOT, "lock \"%s\": interrupted", UnicodeText.printable(name)), cause);
    }
}
