package io.botfsm.lock;

import io.botfsm.lock.internal.text.UnicodeText;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Thrown when the store failed or did not respond in time. An acquire attempt that failed this way is undone. */
public final class LockUnavailableException extends LockException {
    private static final long serialVersionUID = 1;

    private final String name;

    /**
     * Creates the exception.
     *
     * @param name the lock's name
     * @param why what happened, without credentials
     */
    public LockUnavailableException(String name, String why, @Nullable Throwable cause) {
        super(String.format(Locale.ROOT, "lock \"%s\": %s", UnicodeText.printable(name), why), cause);
        this.name = name;
    }

    /** The lock's name. */
    public String name() {
        return name;
    }
}
