package io.botfsm.lifecycle;

import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A lease that lasts until a test ends it. */
final class ManualLease implements Lease {
    private final long fencingToken;
    private final Consumer<String> journal;
    private final List<Runnable> onExpiring = new CopyOnWriteArrayList<>();
    private final List<Consumer<? super LossReason>> onLost = new CopyOnWriteArrayList<>();
    private volatile boolean held = true;
    private volatile boolean expiring;
    private volatile @Nullable LossReason lost;
    volatile Runnable whenClosed = () -> {};

    ManualLease(long fencingToken, Consumer<String> journal) {
        this.fencingToken = fencingToken;
        this.journal = journal;
    }

    /** May be called repeatedly, although a lock calls the callbacks only once. */
    void expire() {
        expiring = true;
        onExpiring.forEach(Runnable::run);
    }

    void lose(LossReason reason) {
        held = false;
        lost = reason;
        onLost.forEach(callback -> callback.accept(reason));
    }

    @Override
    public boolean isHeld() {
        return held;
    }

    @Override
    public long fencingToken() {
        return fencingToken;
    }

    @Override
    public LockHolder holder() {
        return new LockHolder("this", "host-a", 1, Instant.EPOCH, Duration.ofSeconds(30));
    }

    @Override
    public void onExpiring(Runnable once) {
        onExpiring.add(once);
        if (expiring) {
            once.run();
        }
    }

    @Override
    public void onLost(Consumer<? super LossReason> once) {
        onLost.add(once);
        LossReason reason = lost;
        if (reason != null) {
            once.accept(reason);
        }
    }

    @Override
    public void fenced(long highestSeen) {}

    @Override
    public void close() {
        held = false;
        journal.accept("release " + fencingToken);
        whenClosed.run();
    }
}
