package io.botfsm.flow;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.util.Optional;

/**
 * Thrown when the work of a state threw an exception. The conversation is stored in that state, and the work will be
 * repeated under the same {@linkplain Job#id() id} with the next input, a redelivery, or the timeout that is set for
 * it. Replies from before the work are not sent again.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class WorkFailedException extends FsmException {
    private final StorageKey key;
    private final Optional<String> state;
    private final String jobId;

    WorkFailedException(StorageKey key, Optional<String> state, String jobId, Exception cause) {
        super(
                key + ": the work of " + Text.field(state, "no state") + " failed as job " + jobId
                        + "; it will be repeated under this id",
                cause);
        this.key = key;
        this.state = state;
        this.jobId = jobId;
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** Returns the state whose work failed. */
    public Optional<String> state() {
        return state;
    }

    /** The id of the job. */
    public String jobId() {
        return jobId;
    }
}
