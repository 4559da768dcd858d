package io.botfsm.conformance.lock;

import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** A lease that does as the honest one, unless a fault does something else instead. */
final class FaultyLease implements Lease {
    final Lease honest;
    BooleanSupplier isHeld;
    LongSupplier fencingToken;
    Consumer<Consumer<? super LossReason>> onLost;
    LongConsumer fenced;
    Runnable close;

    FaultyLease(Lease honest) {
        this.honest = honest;
        isHeld = honest::isHeld;
        fencingToken = honest::fencingToken;
        onLost = honest::onLost;
        fenced = honest::fenced;
        close = honest::close;
    }

    @Override
    public boolean isHeld() {
        return isHeld.getAsBoolean();
    }

    @Override
    public long fencingToken() {
        return fencingToken.getAsLong();
    }

    @Override
    public LockHolder holder() {
        return honest.holder();
    }

    @Override
    public void onExpiring(Runnable once) {
        honest.onExpiring(once);
    }

    @Override
    public void onLost(Consumer<? super LossReason> once) {
        onLost.accept(once);
    }

    @Override
    public void fenced(long highestSeen) {
        fenced.accept(highestSeen);
    }

    @Override
    public void close() {
        close.run();
    }
}
