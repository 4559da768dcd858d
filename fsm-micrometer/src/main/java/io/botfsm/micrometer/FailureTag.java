package io.botfsm.micrometer;

import io.botfsm.storage.ContentionException;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.UnconfirmedWriteException;
import io.botfsm.transition.TransitionRefusedException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A failure as the value of the tag {@code outcome}: a fixed set, never a message. */
final class FailureTag {
    /** Anything that this library does not throw, such as what a handler throws. */
    static final String FAILED = "failed";

    static final String UNAVAILABLE = "unavailable";
    static final String FENCED = "fenced";
    static final String TRANSITION_REFUSED = "transition_refused";

    private FailureTag() {}

    static String of(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!(cause instanceof FsmException)) {
            return FAILED;
        }
        if (cause instanceof StorageUnavailableException) {
            return UNAVAILABLE;
        }
        if (cause instanceof UnconfirmedWriteException) {
            return "unconfirmed";
        }
        if (cause instanceof StorageRefusedException) {
            return "refused";
        }
        if (cause instanceof FencedException) {
            return FENCED;
        }
        if (cause instanceof ContentionException) {
            return "contention";
        }
        if (cause instanceof TransitionRefusedException) {
            return TRANSITION_REFUSED;
        }
        if (cause instanceof StorageClosedException) {
            return "closed";
        }
        return cause instanceof InterruptedCallException ? "interrupted" : FAILED;
    }
}
