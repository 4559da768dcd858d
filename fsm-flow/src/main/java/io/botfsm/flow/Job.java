package io.botfsm.flow;

import io.botfsm.Conversation;
import io.botfsm.storage.StorageKey;

/**
 * One run of the work that a state does outside the turn, such as querying a database. Immutable.
 *
 * @param <D> the dialog's data
 */
public final class Job<D> {
    private final String id;
    private final D data;
    private final StorageKey key;
    private final Conversation now;

    Job(String id, D data, StorageKey key, Conversation now) {
        this.id = id;
        this.data = data;
        this.key = key;
        this.now = now;
    }

    /**
     * Returns the id of this entry into the state. It is unique, and stays the same when the work is repeated. Pass it
     * as the idempotency key to operations that must take effect only once.
     */
    public String id() {
        return id;
    }

    /** The dialog's data. */
    public D data() {
        return data;
    }

    /** The conversation's key. */
    public StorageKey key() {
        return key;
    }

    /** The conversation as it is stored. */
    public Conversation now() {
        return now;
    }

    /** The id and the conversation, never the data. */
    @Override
    public String toString() {
        return "Job[" + id + " of " + key + "]";
    }
}
