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
 * An attempt at the lock, or a stand-by, on a thread of its own: so it can be interrupted, and nothing else with it. A
 * lease that comes too late is given back.
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

    /** Only to tell who is active; a store that fails is left to the stand-by, which is patient. */
    private Optional<AcquireResult> tryOnce() {
        try {
            AcquireResult first = lock.tryAcquire();
            if (first instanceof HeldBy held) {
                LOG.info("Standing by: active is {}", held.holder().describe());
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

    /** Ends it; what it brings after all is given back. */
    void abandon(Duration limit) {
        CompletableFuture<Void> givenBack = attempt.result().thenAccept(Acquiring::giveBack);
        attempt.interrupt();
        if (!OwnThread.isDoneWithin(givenBack, limit)) {
            LOG.warn("The attempt at the lock does not end, though interrupted");
        }
    }

    private static void giveBack(AcquireResult unwanted) {
        if (unwanted instanceof Acquired acquired) {
            acquired.lease().close();
        }
    }
}
