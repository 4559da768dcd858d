package io.botfsm.conformance.lock;

import io.botfsm.conformance.Faults;
import io.botfsm.conformance.lock.WrongInstanceLocksTest.WithAFault;
import io.botfsm.lock.AcquireResult;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import io.botfsm.lock.store.MemoryLeaseStore;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** What can be wrong about a lock or its leases. */
final class InstanceLockFaults extends Faults<WithAFault> {
    InstanceLockFaults() {
        leases();
        losses();
        locks();
        // Every instance has a store of its own.
        fault("SharesNothing", breaks(2, 3, 5, 6, 8, 10).also(4, 7, 9, 12, 13))
                .is(suite -> suite.store = MemoryLeaseStore::new);
        // Each lock object has a name of its own.
        fault("LocksByObject", breaks(2, 5, 8, 10).also(3, 4, 6, 7, 9, 12, 13)).is(suite -> {
            AtomicLong objects = new AtomicLong();
            suite.name = name -> name + objects.incrementAndGet();
        });
    }

    private Row<FaultyLock> inLock(String name, Broken broken) {
        return how -> fault(name, broken).is(suite -> suite.opened = how);
    }

    private Row<FaultyLease> inLease(String name, Broken broken) {
        return how -> inLock(name, broken).is(lock -> lock.acquired = how);
    }

    private void leases() {
        // Goes by a flag that nobody sets.
        inLease("IsHeldForEver", breaks(5, 10, 12, 13).also(4)).is(lease -> lease.isHeld = () -> true);
        inLease("IsNeverHeld", breaks(1, 6).also(2, 4, 5, 7, 8, 10, 12, 14)).is(lease -> lease.isHeld = () -> false);
        // Looks the token up when it is asked for it.
        fault("ShowsTheLatestToken", breaks(4).also(7, 10, 12)).is(suite -> {
            AtomicLong latest = new AtomicLong();
            suite.opened = lock -> lock.acquired = lease -> {
                latest.set(lease.honest.fencingToken());
                lease.fencingToken = latest::get;
            };
        });
        inLease("HasOneTokenForAll", breaks(4, 7, 10).also(12, 14)).is(lease -> lease.fencingToken = () -> 1);
        // The lease expires by itself, some day.
        inLease("KeepsWhatIsClosed", breaks(5, 7, 8, 9).also(3, 4, 14)).is(lease -> lease.close = () -> {});
        // Frees the lock when a lease is closed, no matter who has it by then.
        inLock("ClosesAnothersLease", breaks(5, 10).also(3, 4, 11, 12))
                .is(lock -> lock.acquired = lease -> {
                    lease.close = () -> {
                        lease.honest.close();
                        lock.honest.forceRelease();
                    };
                });
        inLock("IsNotRenewed", breaks(6).also(4, 10, 11))
                .is(lock -> lock.acquired = lease -> {
                    long begun = System.nanoTime();
                    lease.isHeld = () -> {
                        if (System.nanoTime() - begun > lock.ttl.toNanos()) {
                            lease.honest.close();
                        }
                        return lease.honest.isHeld();
                    };
                });
        inLease("TakesNoNoticeOfFences", breaks(12)).is(lease -> lease.fenced = highestSeen -> {});
        inLease("GivesUpForItsOwnToken", breaks(12))
                .is(lease -> lease.fenced = highestSeen -> lease.honest.fenced(highestSeen + 1));
        // Learns for itself only, and the next process begins where it began.
        fault("KeepsWhatItLearntToItself", breaks(12)).is(suite -> {
            AtomicLong learnt = new AtomicLong();
            AtomicReference<Object> learner = new AtomicReference<>();
            suite.opened = lock -> lock.acquired = lease -> {
                long token = lease.honest.fencingToken();
                long above = lock.honest == learner.get() ? Math.max(token, learnt.get() + 1) : token;
                lease.fencingToken = () -> above;
                lease.fenced = highestSeen -> {
                    if (highestSeen > above && highestSeen < 1L << 52) {
                        learnt.set(highestSeen);
                        learner.set(lock.honest);
                        lease.honest.fenced(token + 1);
                    }
                };
            };
        });
        inLease("BelievesAnyToken", breaks(14))
                .is(lease -> lease.fenced = highestSeen -> lease.honest.fenced(Math.min(highestSeen, (1L << 52) - 1)));
    }

    private void losses() {
        inLease("TellsOfALossTwice", breaks(11).also(10, 12))
                .is(lease -> lease.onLost = once -> {
                    lease.honest.onLost(reason -> {
                        once.accept(reason);
                        once.accept(reason);
                    });
                });
        inLease("TellsNobodyWhoComesLate", breaks(11).also(10, 12))
                .is(lease -> lease.onLost = once -> {
                    if (lease.honest.isHeld()) {
                        lease.honest.onLost(once);
                    }
                });
        inLease("TakesAReleaseForALoss", breaks(11)).is(lease -> {
            AtomicReference<Consumer<? super LossReason>> last = new AtomicReference<>(reason -> {});
            lease.onLost = once -> {
                last.set(once);
                lease.honest.onLost(once);
            };
            lease.close = () -> {
                lease.honest.close();
                last.get().accept(LossReason.EXPIRED);
            };
        });
    }

    private void locks() {
        inLock("DoesNotKnowTheHolder", breaks(2))
                .is(lock -> lock.tryAcquire = () -> {
                    AcquireResult attempt = lock.honest.tryAcquire();
                    return attempt instanceof AcquireResult.HeldBy held
                            ? new AcquireResult.HeldBy(
                                    new LockHolder(held.holder().ownerId(), "", 0, Instant.EPOCH, Duration.ZERO))
                            : attempt;
                });
        // Looks again when the lease should be over, and hears of nothing.
        inLock("HearsOfNoRelease", breaks(7).also(8, 9, 13))
                .is(lock -> lock.acquire = maxWait -> {
                    AcquireResult attempt = lock.honest.acquire(Duration.ZERO);
                    if (attempt instanceof AcquireResult.HeldBy held && maxWait.compareTo(Duration.ofSeconds(1)) > 0) {
                        Thread.sleep(held.holder().remaining().toMillis());
                    }
                    return attempt;
                });
        // And takes a negative wait for a short one.
        inLock("TriesOnceOnly", breaks(8).also(7, 9, 13))
                .is(lock -> lock.acquire = maxWait -> lock.honest.tryAcquire());
        inLock("TakesNoNoticeOfInterrupts", breaks(9))
                .is(lock -> lock.acquire = maxWait -> {
                    while (true) {
                        try {
                            return lock.honest.acquire(maxWait);
                        } catch (InterruptedException e) {
                            // go on
                        }
                    }
                });
        inLock("IsNotForced", breaks(10, 11).also(4, 12, 13)).is(lock -> lock.forceRelease = () -> {});
        inLock("DoesNotClose", breaks(13).also(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))
                .is(lock -> lock.close = () -> {});
    }
}
