package io.botfsm.lock;

import io.botfsm.lock.internal.text.UnicodeText;
import java.util.Locale;

/** Thrown by calls on a lock that is closed. */
public final class LockClosedException extends LockException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param name the lock's name
     */
    public LockClosedException(String name) {
        super(String.format(Locale.ROOT, "lock \"%s\" is closed", UnicodeText.printable(name)), null);
    }
}
