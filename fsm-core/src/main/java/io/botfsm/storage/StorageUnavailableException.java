package io.botfsm.storage;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when the storage could not be reached or did not respond in time. Try again later; the connection recovers
 * without intervention.
 *
 * <p>Callers must check {@link #mayBeApplied()}: a write that was never sent is not applied and never will be; a write
 * whose response was lost may have been applied, or may still be applied, at most once.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class StorageUnavailableException extends FsmException {
    private final Optional<StorageKey> key;
    private final Duration timeout;
    private final boolean mayBeApplied;

    /**
     * Creates the exception for a call on one conversation.
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
     * Creates the exception for a failure that involves no conversation, such as while connecting.
     *
     * @param message what could not be reached, without credentials
     * @param timeout how long a call may take here
     * @param cause the driver's exception, if there is one
     */
    public StorageUnavailableException(String message, Duration timeout, @Nullable Throwable cause) {
        this(message, timeout, false, cause);
    }

    /**
     * Creates the exception for a call that is not about a single conversation.
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

    /** Returns the key of the conversation, if the failure is about one. */
    public Optional<StorageKey> key() {
        return key;
    }

    /** How long the call was allowed to take. */
    public Duration timeout() {
        return timeout;
    }

    /** Returns whether the write may have been applied, or may still be applied. */
    public boolean mayBeApplied() {
        return mayBeApplied;
    }
}
