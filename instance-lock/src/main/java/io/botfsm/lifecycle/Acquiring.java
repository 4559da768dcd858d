package io.botfsm.lifecycle;

import io.botfsm.lock.AcquireResult;
import io.botfsm.lock.AcquireResult.Acquired;
import io.botfsm.lock.AcquireResult.HeldBy;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.LockUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An attempt to acquire the lock, or a wait for it, on its own thread, so that it can be interrupted without affecting
 * anything else. A lease that is acquired too late is released.
 */
final class Acquiring {
    private static final Logger LOG = LoggerFactory.getLogger(Acquiring.class.getPackageName());
    private static final Duration VERY_LONG = Duration.ofDays(365);

    private final InstanceLock lock;
    private final OwnThread<AcquireResult> attempt;

    private Acquiring(InstanceLock lock, boolean standby) {
        this.lock = lock;
        this.attempt = OwnThread.call("botfsm-acquire", standby ? this::standBy : lock::tryAcquire);
    }

    static Acquiring begin(InstanceLock lock, boolean standby) {
        return new Acquiring(lock, standby);
    }

    private AcquireResult standBy() throws InterruptedException {
        Optional<AcquireResult> last = tryOnce();
        while (last.isEmpty() || last.get() instanceof HeldBy) {
            last = Optional.of(lock.acquire(VERY_LONG));
        }
        return last.get();
    }

    /**
     * Tries once, only to report the active instance. A failure of the store is left to the wait that follows, which
     * retries.
     */
    private Optional<AcquireResult> tryOnce() {
        try {
            AcquireResult first = lock.tryAcquire();
            if (first instanceof HeldBy held) {
                LOG.info("Standing by: the active instance is {}", held.holder().describe());
            }
            return Optional.of(first);
        } catch (LockUnavailableException e) {
            LOG.warn("Standing by: {}", e.getMessage());
            return Optional.empty();
        }
    }

    CompletableFuture<AcquireResult> result() {
        return attempt.result();
    }

    /** Ends the attempt; a lease that it acquires nevertheless is released. */
    void abandon(Duration limit) {
        CompletableFuture<Void> givenBack = attempt.result().thenAccept(Acquiring::giveBack);
        attempt.interrupt();
        if (!OwnThread.isDoneWithin(givenBack, limit)) {
            LOG.warn(
                    "The attempt to acquire the lock was interrupted but has not ended; a lease that it still acquires is"
                            + " released");
        }
    }

    private static void giveBack(AcquireResult unwanted) {
        if (unwanted instanceof Acquired acquired) {
            acquired.lease().close();
        }
    }
}
