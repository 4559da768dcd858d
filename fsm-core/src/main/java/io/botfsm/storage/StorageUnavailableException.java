package io.botfsm.storage;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The storage could not be reached or did not answer in time. Try again later; the storage comes back by itself.
 *
 * <p>{@link #mayBeApplied()} is the one thing a caller must look at: a write that was never sent is not applied and
 * never will be; one whose answer was lost may have been applied, or may be so later, at most once.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class StorageUnavailableException extends FsmException {
    private final Optional<StorageKey> key;
    private final Duration timeout;
    private final boolean mayBeApplied;

    /**
     * An error of a call on one conversation.
     *
     * @param key the conversation
     * @param timeout how long a call may take here
     * @param mayBeApplied whether the write may have happened, or may still happen; false for a read
     * @param cause the driver's exception, if there is one
     */
    public StorageUnavailableException(
            StorageKey key, Duration timeout, boolean mayBeApplied, @Nullable Throwable cause) {
        super(message(key, timeout, mayBeApplied), cause);
        this.key = Optional.of(key);
        this.timeout = timeout;
        this.mayBeApplied = mayBeApplied;
    }

    /**
     * An error before any conversation was concerned, such as at connect.
     *
     * @param message what could not be reached, without credentials
     * @param timeout how long a call may take here
     * @param cause the driver's exception, if there is one
     */
    public StorageUnavailableException(String message, Duration timeout, @Nullable Throwable cause) {
        this(message, timeout, false, cause);
    }

    /**
     * An error of a call that does not concern one conversation.
     *
     * @param message what failed, without credentials
     * @param timeout how long a call may take here
     * @param mayBeApplied whether the write may have happened, or may still happen; false for a read
     * @param cause the driver's exception, if there is one
     */
    public StorageUnavailableException(
            String message, Duration timeout, boolean mayBeApplied, @Nullable Throwable cause) {
        super(message, cause);
        this.key = Optional.empty();
        this.timeout = timeout;
        this.mayBeApplied = mayBeApplied;
    }

    private static String message(StorageKey key, Duration timeout, boolean mayBeApplied) {
        return String.format(
                Locale.ROOT,
                "%s: storage unavailable (timeout %s); %s",
                key,
                timeout,
                mayBeApplied ? "the write may have been applied" : "nothing was written");
    }

    /** The conversation, unless the error came before any was concerned. */
    public Optional<StorageKey> key() {
        return key;
    }

    /** How long the call was allowed to take. */
    public Duration timeout() {
        return timeout;
    }

    /** Whether the write may have happened, or may still happen. */
    public boolean mayBeApplied() {
        return mayBeApplied;
    }
}
