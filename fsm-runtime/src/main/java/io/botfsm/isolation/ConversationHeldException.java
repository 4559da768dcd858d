package io.botfsm.isolation;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Locale;

/**
 * Thrown when another process was handling the conversation until the timeout. The handler has not started and never
 * will. Have the update redelivered, for example by responding to a webhook with status 503.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class ConversationHeldException extends FsmException {
    private final StorageKey key;
    private final String ownerId;
    private final String holder;

    /**
     * Creates the exception.
     *
     * @param key the conversation
     * @param ownerId the unique name of the isolation that holds the conversation
     * @param holder a description of the process that holds it
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

    /** Returns the unique name of the isolation that holds the conversation. */
    public String ownerId() {
        return ownerId;
    }

    /**
     * Returns a description of the process that holds the conversation: host, process id and start time, if it uses
     * this library.
     */
    public String holder() {
        return holder;
    }
}
