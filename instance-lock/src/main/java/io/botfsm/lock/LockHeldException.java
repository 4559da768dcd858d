package io.botfsm.lock;

import io.botfsm.lock.internal.text.UnicodeText;
import io.botfsm.lock.store.LockHolder;
import java.util.Locale;

/** Another instance has the lock, and this one cannot do without. */
public final class LockHeldException extends LockException {
    private static final long serialVersionUID = 1;

    private final transient LockHolder holder;

    /** A failure. */
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

    /** Who has it. */
    public LockHolder holder() {
        return holder;
    }
}
