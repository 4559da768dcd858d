package io.botfsm.redis.internal;

import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Converts failures of a port to the exceptions of a storage.
 *
 * @param timeout how long the call was allowed to take
 */
public record CallFailures(Duration timeout) {
    /**
     * Returns the failure of a command that is not about a single conversation.
     *
     * @param command its name
     */
    public FsmException ofCommand(String command, @Nullable Throwable failure) {
        return ofCommand(command, false, failure);
    }

    /**
     * Returns the failure of a command that concerns more than one conversation.
     *
     * @param writes whether the command might have changed something
     */
    public FsmException ofCommand(String command, boolean writes, @Nullable Throwable failure) {
        if (!(failure instanceof RedisPortException known)) {
            return new StorageUnavailableException(command + " failed", timeout, writes, failure);
        }
        if (known.kind() == CommandOutcome.CLOSED) {
            return new StorageClosedException();
        }
        if (known.code().equals("NOPERM")) {
            return new StorageRefusedException("the user has no permission for " + command, known);
        }
        String message = command + ": " + known.getMessage();
        return known.isLastingOnceConnected()
                ? new StorageRefusedException(message, known)
                : new StorageUnavailableException(
                        message, timeout, writes && known.kind() == CommandOutcome.OUTCOME_UNKNOWN, known);
    }

    /**
     * Returns the failure of a call on a conversation.
     *
     * @param writes whether the call might have changed something
     */
    public FsmException of(StorageKey key, boolean writes, @Nullable Throwable failure) {
        if (!(failure instanceof RedisPortException known)) {
            return new StorageUnavailableException(key, timeout, writes, failure);
        }
        boolean mayBeApplied = writes && known.kind() == CommandOutcome.OUTCOME_UNKNOWN;
        if (known.kind() == CommandOutcome.CLOSED) {
            return new StorageClosedException();
        }
        if (known.code().equals("WRONGTYPE")) {
            return new ConversationRefusedException(key, String.valueOf(known.getMessage()), mayBeApplied, known);
        }
        return known.isLastingOnceConnected()
                ? new StorageRefusedException(key, String.valueOf(known.getMessage()), mayBeApplied, known)
                : new StorageUnavailableException(key, timeout, mayBeApplied, known);
    }
}
