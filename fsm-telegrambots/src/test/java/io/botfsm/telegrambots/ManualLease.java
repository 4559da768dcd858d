package io.botfsm.telegrambots;

import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import io.botfsm.storage.Mutation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A lease that lasts until a test ends it. */
class ManualLease implements Lease {
    private final List<Consumer<? super LossReason>> onLost = new CopyOnWriteArrayList<>();
    private volatile boolean held = true;
    volatile long token = 1;
    volatile long fenced;

    void lose() {
        held = false;
        onLost.forEach(callback -> callback.accept(LossReason.EXPIRED));
    }

    /** Sets whether the lease is held, without notifying anyone. */
    void held(boolean now) {
        held = now;
    }

    @Override
    public boolean isHeld() {
        return held;
    }

    @Override
    public long fencingToken() {
        return token;
    }

    @Override
    public LockHolder holder() {
        return new LockHolder("this", "host-a", 1, Instant.EPOCH, Duration.ofSeconds(30));
    }

    @Override
    public void onExpiring(Runnable once) {}

    @Override
    public void onLost(Consumer<? super LossReason> once) {
        onLost.add(once);
    }

    @Override
    public void fenced(long highestSeen) {
        fenced = highestSeen;
        if (highestSeen < Mutation.MAX_FENCE) { // a token that a lease can have had
            lose();
        }
    }

    @Override
    public void close() {
        held = false;
    }
}
