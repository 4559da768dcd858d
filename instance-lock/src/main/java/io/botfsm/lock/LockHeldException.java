package io.botfsm.lock;

import io.botfsm.lock.internal.text.UnicodeText;
import io.botfsm.lock.store.LockHolder;
import java.util.Locale;

/** Thrown when another instance holds the lock and the caller requires it. */
public final class LockHeldException extends LockException {
    private static final long serialVersionUID = 1;

    private final transient LockHolder holder;

    /** Creates the exception. */
    public LockHeldException(LockHolder holder) {
        super(
                String.format(
                        Locale.ROOT,
                        "held by process %d on %s, started %s",
                        holder.pid(),
                        UnicodeText.field(holder.host()),
                        holder.started()),
                null);
        this.holder = holder;
    }

    /** Returns the holder of the lock. */
    public LockHolder holder() {
        return holder;
    }
}
