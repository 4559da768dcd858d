package io.botfsm.isolation;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Locale;

/**
 * Another process went on handling the conversation until the timeout. The handler has not begun, and never will; have
 * the update delivered again, such as by answering a webhook with 503.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class ConversationHeldException extends FsmException {
    private final StorageKey key;
    private final String ownerId;
    private final String holder;

    /**
     * An error.
     *
     * @param key the conversation
     * @param ownerId the name of the isolation that has it, unlike that of any other
     * @param holder a description of its process
     * @param timeout how long a handler may wait for other processes
     */
    public ConversationHeldException(StorageKey key, String ownerId, String holder, Duration timeout) {
        super(String.format(
                Locale.ROOT,
                "%s: still handled by %s (%s) after %s",
                key,
                Text.field(ownerId),
                Text.field(holder),
                timeout));
        this.key = key;
        this.ownerId = ownerId;
        this.holder = holder;
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** The name of the isolation that has it, unlike that of any other. */
    public String ownerId() {
        return ownerId;
    }

    /** A description of the process that has it: host, process and start, if it is one of this library. */
    public String holder() {
        return holder;
    }
}
