package io.botfsm.jdbc;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;

/** Blocking calls for the extensions of a storage. Thread-safe. */
final class AwaitedCalls {
    private final DatabaseCalls calls;
    private final BooleanSupplier isClosed;

    AwaitedCalls(DatabaseCalls calls, BooleanSupplier isClosed) {
        this.calls = calls;
        this.isClosed = isClosed;
    }

    /**
     * Waits for a call.
     *
     * @param problem the message if the call fails
     * @throws StorageClosedException if the storage is closed
     * @throws StorageRefusedException if the database refuses
     * @throws StorageUnavailableException if it is unavailable or the thread is interrupted
     */
    <T> T call(String problem, DatabaseCalls.Work<T> work) {
        if (isClosed.getAsBoolean()) {
            throw new StorageClosedException();
        }
        try {
            return calls.call(work, (cause, mayBeApplied) -> failure(problem, cause, mayBeApplied))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(problem, e, true);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof FsmException known ? known : failure(problem, e, true);
        }
    }

    private FsmException failure(String problem, Throwable cause, boolean mayBeApplied) {
        if (cause instanceof SQLException e && SqlFailure.of(e, calls.dialect()) == SqlFailure.REFUSED) {
            return new StorageRefusedException(problem + ": " + SqlFailure.reason(e), SqlFailure.quotable(e));
        }
        return cause instanceof FsmException known
                ? known
                : new StorageUnavailableException(problem, calls.timeout(), mayBeApplied, cause);
    }
}
