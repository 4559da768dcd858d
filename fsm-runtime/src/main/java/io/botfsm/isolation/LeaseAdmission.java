package io.botfsm.isolation;

import io.botfsm.lock.internal.AcquireAttempt;
import io.botfsm.lock.internal.AcquireAttempt.Outcome.HeldElsewhere;
import io.botfsm.lock.internal.AcquireAttempt.Outcome.Taken;
import io.botfsm.lock.internal.Identity;
import io.botfsm.lock.internal.LeaseEngine;
import io.botfsm.lock.internal.LeaseWait;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Admission across processes, by a lease. The lease is requested on the thread that the handler will run on, so that a
 * conversation that waits for a thread is not withheld from other processes. A conversation that waits for another
 * process occupies no thread. Thread-safe.
 */
final class LeaseAdmission implements Admission {
    private final LeaseEngine engine;
    private final Duration timeout;

    /** @param timeout how long a handler may wait for other processes */
    LeaseAdmission(LeaseEngine engine, Duration timeout) {
        this.engine = engine;
        this.timeout = timeout;
    }

    @Override
    public @Nullable ConversationPermit admit(QueuedHandler<?> handler, Runnable retry) {
        String name = LeaseNames.of(handler.key());
        AcquireAttempt.Outcome outcome = ask(handler.key(), name);
        if (outcome instanceof Taken taken) {
            return LeasePermit.begin(engine, taken.lease());
        }
        await(handler, name, (HeldElsewhere) outcome, retry);
        return null;
    }

    private AcquireAttempt.Outcome ask(StorageKey key, String name) {
        AcquireAttempt attempt = engine.acquire(name);
        try {
            return attempt.result().get(engine.timings().requestTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            attempt.undo(e);
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(key, false, e);
        } catch (TimeoutException e) {
            attempt.undo(e);
            throw new IsolationUnavailableException(key, e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new IsolationUnavailableException(key, cause == null ? e : cause);
        }
    }

    private void await(QueuedHandler<?> handler, String name, HeldElsewhere other, Runnable retry) {
        LeaseWait wait = handler.leaseWait();
        if (wait == null) {
            Duration longest = handler.hasWaitedInVain() ? Duration.ZERO : timeout;
            wait = new LeaseWait(engine, name, engine.clock().nanoTime() + longest.toNanos());
            handler.leaseWait(wait);
        }
        if (wait.isTimeOver()) {
            handler.markWaitedInVain();
            throw new ConversationHeldException(
                    handler.key(),
                    Identity.ownerId(other.claim()),
                    Identity.printable(other.claim().holder()),
                    timeout);
        }
        wait.sleep(engine.pause(other.remaining()), retry);
        if (handler.isOver()) { // it was canceled before it slept, so nobody could wake it
            wait.wake();
        }
    }
}
