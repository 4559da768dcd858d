package io.botfsm.lock;

import io.botfsm.lock.internal.text.UnicodeText;
import java.util.Locale;

/** The lock is closed. */
public final class LockClosedException extends LockException {
    private static final long serialVersionUID = 1;

    /**
     * A failure.
     *
     * @param name the lock's name
     */
    public LockClosedException(String name) {
        super(String.format(Locale.ROOT, "lock \"%s\" is closed", UnicodeText.printable(name)), null);
    }
}
