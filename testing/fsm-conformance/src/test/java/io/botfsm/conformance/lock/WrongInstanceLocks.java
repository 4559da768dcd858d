package io.botfsm.conformance.lock;

import io.botfsm.conformance.Breaks;
import io.botfsm.lock.AcquireResult;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import io.botfsm.lock.store.MemoryLeaseStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Locks with one fault each, around the right one. */
final class WrongInstanceLocks {
    private WrongInstanceLocks() {}

    /** The right lock, with something wrong around it or its leases. */
    abstract static class Wrong extends InstanceLockConformance {
        private static final Duration PATIENCE = Duration.ofMillis(1500);

        private final MemoryLeaseStore store = new MemoryLeaseStore();
        private final UnaryOperator<InstanceLock> lockFault;
        private final UnaryOperator<Lease> leaseFault;

        Wrong(UnaryOperator<InstanceLock> lockFault, UnaryOperator<Lease> leaseFault) {
            this.lockFault = lockFault;
            this.leaseFault = leaseFault;
        }

        @Override
        protected InstanceLock open(String name, Duration ttl) {
            InstanceLock right = InstanceLock.builder(store(), name).ttl(ttl).build();
            return lockFault.apply(new Around(right, leaseFault));
        }

        MemoryLeaseStore store() {
            return store;
        }

        @Override
        final Duration timeout() {
            return PATIENCE;
        }
    }

    /** Passes everything on. */
    static class Around implements InstanceLock {
        final InstanceLock lock;
        private final UnaryOperator<Lease> leases;

        Around(InstanceLock lock, UnaryOperator<Lease> leases) {
            this.lock = lock;
            this.leases = leases;
        }

        final AcquireResult around(AcquireResult attempt) {
            return attempt instanceof AcquireResult.Acquired acquired
                    ? new AcquireResult.Acquired(leases.apply(acquired.lease()))
                    : attempt;
        }

        @Override
        public AcquireResult tryAcquire() {
            return around(lock.tryAcquire());
        }

        @Override
        public AcquireResult acquire(Duration maxWait) throws InterruptedException {
            return around(lock.acquire(maxWait));
        }

        @Override
        public Optional<LockHolder> holder() {
            return lock.holder();
        }

        @Override
        public void forceRelease() {
            lock.forceRelease();
        }

        @Override
        public void close() {
            lock.close();
        }
    }

    /** Passes everything on. */
    static class AroundLease implements Lease {
        final Lease lease;

        AroundLease(Lease lease) {
            this.lease = lease;
        }

        @Override
        public boolean isHeld() {
            return lease.isHeld();
        }

        @Override
        public long fencingToken() {
            return lease.fencingToken();
        }

        @Override
        public LockHolder holder() {
            return lease.holder();
        }

        @Override
        public void onExpiring(Runnable once) {
            lease.onExpiring(once);
        }

        @Override
        public void onLost(Consumer<? super LossReason> once) {
            lease.onLost(once);
        }

        @Override
        public void fenced(long highestSeen) {
            lease.fenced(highestSeen);
        }

        @Override
        public void close() {
            lease.close();
        }
    }

    /** Goes by a flag that nobody sets. */
    @Breaks(
            value = {5, 10, 12, 13},
            also = 4)
    static final class IsHeldForEver extends Wrong {
        IsHeldForEver() {
            super(UnaryOperator.identity(), lease -> new AroundLease(lease) {
                @Override
                public boolean isHeld() {
                    return true;
                }
            });
        }
    }

    @Breaks(
            value = {1, 6},
            also = {2, 5, 7, 8, 10, 12, 4})
    static final class IsNeverHeld extends Wrong {
        IsNeverHeld() {
            super(UnaryOperator.identity(), lease -> new AroundLease(lease) {
                @Override
                public boolean isHeld() {
                    return false;
                }
            });
        }
    }

    /** Looks the token up when it is asked for it. */
    @Breaks(
            value = 4,
            also = {7, 10, 12})
    static final class ShowsTheLatestToken extends Wrong {
        private static final AtomicLong LATEST = new AtomicLong();

        ShowsTheLatestToken() {
            super(UnaryOperator.identity(), lease -> {
                LATEST.set(lease.fencingToken());
                return new AroundLease(lease) {
                    @Override
                    public long fencingToken() {
                        return LATEST.get();
                    }
                };
            });
        }
    }

    @Breaks(
            value = {4, 7, 10},
            also = 12)
    static final class HasOneTokenForAll extends Wrong {
        HasOneTokenForAll() {
            super(UnaryOperator.identity(), lease -> new AroundLease(lease) {
                @Override
                public long fencingToken() {
                    return 1;
                }
            });
        }
    }

    @Breaks(
            value = {5, 7, 8, 9},
            also = {3, 4})
    static final class KeepsWhatIsClosed extends Wrong {
        KeepsWhatIsClosed() {
            super(UnaryOperator.identity(), lease -> new AroundLease(lease) {
                @Override
                public void close() {
                    // the lease expires by itself, some day
                }
            });
        }
    }

    /** Frees the lock when a lease is closed, whoever has it by then. */
    @Breaks(
            value = {5, 10},
            also = {3, 4, 11, 12})
    static final class ClosesAnothersLease extends Wrong {
        ClosesAnothersLease() {
            super(UnaryOperator.identity(), UnaryOperator.identity());
        }

        @Override
        protected InstanceLock open(String name, Duration ttl) {
            InstanceLock right = super.open(name, ttl);
            return new Around(right, lease -> new AroundLease(lease) {
                @Override
                public void close() {
                    lease.close();
                    right.forceRelease();
                }
            });
        }
    }

    @Breaks(value = 2)
    static final class DoesNotKnowTheHolder extends Wrong {
        DoesNotKnowTheHolder() {
            super(
                    lock -> new Around(lock, UnaryOperator.identity()) {
                        @Override
                        public AcquireResult tryAcquire() {
                            AcquireResult attempt = super.tryAcquire();
                            return attempt instanceof AcquireResult.HeldBy held
                                    ? new AcquireResult.HeldBy(new LockHolder(
                                            held.holder().ownerId(), "", 0, Instant.EPOCH, Duration.ZERO))
                                    : attempt;
                        }
                    },
                    UnaryOperator.identity());
        }
    }

    /** Every instance has a store of its own. */
    @Breaks(
            value = {2, 3, 5, 6, 8, 10},
            also = {4, 7, 9, 13})
    static final class SharesNothing extends Wrong {
        SharesNothing() {
            super(UnaryOperator.identity(), UnaryOperator.identity());
        }

        @Override
        MemoryLeaseStore store() {
            return new MemoryLeaseStore();
        }
    }

    /** Locks whatever the name. */
    @Breaks(
            value = {2, 5, 8, 10},
            also = {3, 4, 6, 7, 9, 13})
    static final class LocksByObject extends Wrong {
        private final AtomicLong objects = new AtomicLong();

        LocksByObject() {
            super(UnaryOperator.identity(), UnaryOperator.identity());
        }

        @Override
        protected InstanceLock open(String name, Duration ttl) {
            return super.open(name + objects.incrementAndGet(), ttl);
        }
    }

    @Breaks(
            value = 6,
            also = {4, 10, 11})
    static final class IsNotRenewed extends Wrong {
        private final ConcurrentMap<Lease, Long> begun = new ConcurrentHashMap<>();

        IsNotRenewed() {
            super(UnaryOperator.identity(), UnaryOperator.identity());
        }

        @Override
        protected InstanceLock open(String name, Duration ttl) {
            return new Around(super.open(name, ttl), lease -> new AroundLease(lease) {
                @Override
                public boolean isHeld() {
                    long since = begun.computeIfAbsent(lease, first -> System.nanoTime());
                    if (System.nanoTime() - since > ttl.toNanos()) {
                        lease.close();
                    }
                    return super.isHeld();
                }
            });
        }
    }

    /** Looks again when the lease should be over, and hears of nothing. */
    @Breaks(
            value = 7,
            also = {8, 9, 13})
    static final class HearsOfNoRelease extends Wrong {
        HearsOfNoRelease() {
            super(
                    lock -> new Around(lock, UnaryOperator.identity()) {
                        @Override
                        public AcquireResult acquire(Duration maxWait) throws InterruptedException {
                            AcquireResult attempt = lock.acquire(Duration.ZERO);
                            if (attempt instanceof AcquireResult.HeldBy held
                                    && maxWait.compareTo(Duration.ofSeconds(1)) > 0) {
                                Thread.sleep(held.holder().remaining().toMillis());
                            }
                            return attempt;
                        }
                    },
                    UnaryOperator.identity());
        }
    }

    @Breaks(
            value = 8,
            also = {7, 9, 13})
    static final class TriesOnceOnly extends Wrong {
        TriesOnceOnly() {
            super(
                    lock -> new Around(lock, UnaryOperator.identity()) {
                        @Override
                        public AcquireResult acquire(Duration maxWait) {
                            return tryAcquire(); // and takes a negative wait for a short one
                        }
                    },
                    UnaryOperator.identity());
        }
    }

    @Breaks(value = 9)
    static final class TakesNoNoticeOfInterrupts extends Wrong {
        TakesNoNoticeOfInterrupts() {
            super(
                    lock -> new Around(lock, UnaryOperator.identity()) {
                        @Override
                        public AcquireResult acquire(Duration maxWait) {
                            while (true) {
                                try {
                                    return super.acquire(maxWait);
                                } catch (InterruptedException e) {
                                    // go on
                                }
                            }
                        }
                    },
                    UnaryOperator.identity());
        }
    }

    @Breaks(
            value = {10, 11},
            also = {4, 13})
    static final class IsNotForced extends Wrong {
        IsNotForced() {
            super(
                    lock -> new Around(lock, UnaryOperator.identity()) {
                        @Override
                        public void forceRelease() {
                            // not mine
                        }
                    },
                    UnaryOperator.identity());
        }
    }

    @Breaks(
            value = 11,
            also = {10, 12})
    static final class TellsOfALossTwice extends Wrong {
        TellsOfALossTwice() {
            super(UnaryOperator.identity(), lease -> new AroundLease(lease) {
                @Override
                public void onLost(Consumer<? super LossReason> once) {
                    super.onLost(reason -> {
                        once.accept(reason);
                        once.accept(reason);
                    });
                }
            });
        }
    }

    @Breaks(
            value = 11,
            also = {10, 12})
    static final class TellsNobodyWhoComesLate extends Wrong {
        TellsNobodyWhoComesLate() {
            super(UnaryOperator.identity(), lease -> new AroundLease(lease) {
                @Override
                public void onLost(Consumer<? super LossReason> once) {
                    if (super.isHeld()) {
                        super.onLost(once);
                    }
                }
            });
        }
    }

    @Breaks(value = 11)
    static final class TakesAReleaseForALoss extends Wrong {
        TakesAReleaseForALoss() {
            super(UnaryOperator.identity(), lease -> new AroundLease(lease) {
                private Consumer<? super LossReason> told = reason -> {};

                @Override
                public void onLost(Consumer<? super LossReason> once) {
                    told = once;
                    super.onLost(once);
                }

                @Override
                public void close() {
                    super.close();
                    told.accept(LossReason.EXPIRED);
                }
            });
        }
    }

    @Breaks(value = 12)
    static final class TakesNoNoticeOfFences extends Wrong {
        TakesNoNoticeOfFences() {
            super(UnaryOperator.identity(), lease -> new AroundLease(lease) {
                @Override
                public void fenced(long highestSeen) {
                    // somebody else's problem
                }
            });
        }
    }

    @Breaks(value = 12)
    static final class GivesUpForItsOwnToken extends Wrong {
        GivesUpForItsOwnToken() {
            super(UnaryOperator.identity(), lease -> new AroundLease(lease) {
                @Override
                public void fenced(long highestSeen) {
                    super.fenced(highestSeen + 1);
                }
            });
        }
    }

    @Breaks(
            value = 13,
            also = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    static final class DoesNotClose extends Wrong {
        DoesNotClose() {
            super(
                    lock -> new Around(lock, UnaryOperator.identity()) {
                        @Override
                        public void close() {
                            // keeps what it has
                        }
                    },
                    UnaryOperator.identity());
        }
    }
}
