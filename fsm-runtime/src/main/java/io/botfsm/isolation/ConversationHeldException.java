package io.botfsm.isolation;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Locale;

/**
 * Another process went on handling the conversation until patience was over. The handler has not begun, and never will; have the
 * update delivered again, such as by answering a webhook with 503.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class ConversationHeldException extends FsmException {
    private final StorageKey key;
    private final String owner;
    private final String holder;

    /**
     * An error.
     *
     * @param key the conversation
     * @param owner the name of the isolation that has it, unlike that of any other
     * @param holder a description of its process
     * @param patience how long a handler may wait for other processes
     */
    public ConversationHeldException(StorageKey key, String owner, String holder, Duration patience) {
        super(String.format(Locale.ROOT, "%s: still handled by %s (%s) after %s", key, owner, holder, patience));
        this.key = key;
        this.owner = owner;
        this.holder = holder;
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** The name of the isolation that has it, unlike that of any other. */
    public String owner() {
        return owner;
    }

    /** A description of the process that has it: host, process and start, if it is one of this library. */
    public String holder() {
        return holder;
    }
}
