package io.botfsm.lock;

import io.botfsm.lock.internal.text.UnicodeText;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The store failed, or did not answer in time. An attempt to acquire that failed so is undone. */
public final class LockUnavailableException extends LockException {
    private static final long serialVersionUID = 1;

    private final String name;

    /**
     * A failure.
     *
     * @param name the lock's name
     * @param why what happened; no credentials
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
