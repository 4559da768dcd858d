package io.botfsm.conformance.lease;

import io.botfsm.conformance.Breaks;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.internal.BackendTime;
import io.botfsm.conformance.lease.ReferenceLeaseBackend.Connection;
import io.botfsm.conformance.lease.ReferenceLeaseBackend.Ear;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Stores that talk to their backend, to their callers and to subscribers wrongly. */
final class WrongLeaseStores {
    private WrongLeaseStores() {}

    private interface Opening {
        LeaseStore on(ReferenceLeaseBackend backend);
    }

    /** Opens a wrong store on the right backend. */
    private abstract static class Wrong extends ReferenceLeaseConformance {
        private final Opening opening;

        Wrong(Opening opening) {
            this.opening = opening;
        }

        @Override
        protected final LeaseStore open(Duration deadline) {
            return opening.on(backend);
        }
    }

    // Two stores

    /** Takes what it read last for what is there. */
    @Breaks(
            value = {1, 9},
            also = {2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18})
    static final class CachesWhatItRead extends Wrong {
        CachesWhatItRead() {
            super(backend -> new ReferenceLeaseStore(backend) {
                private final Map<String, CompletionStage<StoredLease>> cache = new ConcurrentHashMap<>();

                @Override
                public CompletionStage<StoredLease> read(String name) {
                    return isClosed() ? super.read(name) : cache.computeIfAbsent(name, super::read);
                }
            });
        }
    }

    @Breaks(
            value = 7,
            also = {12, 3, 4, 5, 6, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 1, 2})
    static final class TokensAreOfTheStore extends Wrong {
        TokensAreOfTheStore() {
            super(backend -> new ReferenceLeaseStore(backend) {
                private final AtomicInteger tokens = new AtomicInteger();

                @Override
                public CompletionStage<Acquisition> acquire(LeaseRequest request) {
                    return super.acquire(request)
                            .thenApply(answer -> answer instanceof Acquisition.Granted granted
                                    ? new Acquisition.Granted(
                                            1_000_000_000_000_000_000L / 1_000 + tokens.incrementAndGet(),
                                            granted.memory())
                                    : answer);
                }
            });
        }
    }

    // Hints

    @Breaks(
            value = 14,
            also = {10, 16, 17})
    static final class ReleasesInSilence extends Wrong {
        ReleasesInSilence() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public CompletionStage<Boolean> release(String name, Claim claim) {
                    return ask(() -> this.backend.release(name, claim));
                }
            });
        }
    }

    @Breaks(14)
    static final class ForcesInSilence extends Wrong {
        ForcesInSilence() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public CompletionStage<Void> force(String name) {
                    return ask(() -> {
                        this.backend.force(name);
                        return null;
                    });
                }
            });
        }
    }

    @Breaks(
            value = 14,
            also = {10, 16, 17})
    static final class LosesEverySecondHint extends Wrong {
        LosesEverySecondHint() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                Ear listen(String name, Runnable hint) {
                    AtomicInteger hints = new AtomicInteger();
                    return super.listen(name, () -> {
                        if (hints.incrementAndGet() % 2 == 0) {
                            hint.run();
                        }
                    });
                }
            });
        }
    }

    @Breaks(14)
    static final class HintsBeforeItReleases extends Wrong {
        HintsBeforeItReleases() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public CompletionStage<Boolean> release(String name, Claim claim) {
                    return ask(() -> {
                        Optional<Claim> holder = this.backend.read(name).claim();
                        if (holder.equals(Optional.of(claim)) && this.backend.connection == Connection.UP) {
                            this.backend.tell(name);
                        }
                        return this.backend.release(name, claim);
                    });
                }
            });
        }
    }

    @Breaks(value = 14, also = 10)
    static final class HintsEverybody extends Wrong {
        HintsEverybody() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                Ear listen(String name, Runnable hint) {
                    return super.listen("everybody", hint);
                }

                @Override
                public CompletionStage<Boolean> release(String name, Claim claim) {
                    return ask(() -> {
                        boolean released = this.backend.release(name, claim);
                        if (released && this.backend.connection == Connection.UP) {
                            this.backend.tell("everybody");
                        }
                        return released;
                    });
                }

                @Override
                public CompletionStage<Void> force(String name) {
                    return ask(() -> {
                        this.backend.force(name);
                        if (this.backend.connection == Connection.UP) {
                            this.backend.tell("everybody");
                        }
                        return null;
                    });
                }
            });
        }
    }

    @Breaks(14)
    static final class HintsRefusedReleasesToo extends Wrong {
        HintsRefusedReleasesToo() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public CompletionStage<Boolean> release(String name, Claim claim) {
                    return ask(() -> {
                        boolean released = this.backend.release(name, claim);
                        if (this.backend.connection == Connection.UP) {
                            this.backend.tell(name);
                        }
                        return released;
                    });
                }
            });
        }
    }

    /** The subscription begins with the next call. */
    @Breaks(
            value = 14,
            also = {10, 16, 17, 18})
    static final class SubscribesLate extends Wrong {
        SubscribesLate() {
            super(backend -> new ReferenceLeaseStore(backend) {
                private final ConcurrentLinkedQueue<Runnable> late = new ConcurrentLinkedQueue<>();

                @Override
                Ear listen(String name, Runnable hint) {
                    Ear ear = new Ear(this.backend.address(name), hint);
                    late.add(() -> this.backend.ears.add(ear));
                    return ear;
                }

                @Override
                public CompletionStage<Boolean> release(String name, Claim claim) {
                    CompletionStage<Boolean> answer = super.release(name, claim);
                    catchUp();
                    return answer;
                }

                @Override
                public CompletionStage<Void> force(String name) {
                    CompletionStage<Void> answer = super.force(name);
                    catchUp();
                    return answer;
                }

                private void catchUp() {
                    for (Runnable next = late.poll(); next != null; next = late.poll()) {
                        next.run();
                    }
                }
            });
        }
    }

    /** One subscriber a name, as with a map from name to hint. */
    @Breaks(
            value = 14,
            also = {16, 17})
    static final class LastSubscriberCounts extends Wrong {
        LastSubscriberCounts() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                Ear listen(String name, Runnable hint) {
                    this.backend.ears.removeIf(ear -> ear.name().equals(this.backend.address(name)));
                    return super.listen(name, hint);
                }
            });
        }
    }

    /** UNSUBSCRIBE with the first who leaves. */
    @Breaks(
            value = 14,
            also = {16, 17})
    static final class FirstToLeaveEndsAll extends Wrong {
        FirstToLeaveEndsAll() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                void stop(Ear ear) {
                    this.backend.ears.removeIf(other -> other.name().equals(ear.name()));
                }
            });
        }
    }

    @Breaks(value = {14, 18})
    static final class SubscriptionsNeverEnd extends Wrong {
        SubscriptionsNeverEnd() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                void stop(Ear ear) {}
            });
        }
    }

    @Breaks(
            value = 14,
            also = {16, 17, 10})
    static final class HearsItselfOnly extends Wrong {
        HearsItselfOnly() {
            super(backend -> new ReferenceLeaseStore(backend) {
                private final List<Ear> own = new CopyOnWriteArrayList<>();

                @Override
                Ear listen(String name, Runnable hint) {
                    Ear ear = super.listen(name, hint);
                    own.add(ear);
                    return ear;
                }

                @Override
                public CompletionStage<Boolean> release(String name, Claim claim) {
                    return ask(() -> {
                        boolean released = this.backend.release(name, claim);
                        if (released) {
                            own.stream()
                                    .filter(ear -> ear.name().equals(name))
                                    .filter(this.backend.ears::contains)
                                    .forEach(ear -> ear.hint().run());
                        }
                        return released;
                    });
                }
            });
        }
    }

    /** A pool for subscriptions that is soon exhausted. */
    @Breaks(
            value = 14,
            also = {10, 18})
    static final class HasRoomForFiftySubscriptions extends Wrong {
        HasRoomForFiftySubscriptions() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
                    return this.backend.ears.size() < 50 ? super.subscribe(name, hint) : away();
                }
            });
        }
    }

    // Closing

    @Breaks(16)
    static final class AnswersAfterClose extends Wrong {
        AnswersAfterClose() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public void close() {}
            });
        }
    }

    @Breaks(16)
    static final class FailsAfterCloseForNow extends Wrong {
        FailsAfterCloseForNow() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                <T> CompletionStage<T> closed() {
                    return CompletableFuture.failedFuture(new LeaseStoreException("closed", false, null));
                }
            });
        }
    }

    @Breaks(value = 16, also = 17)
    static final class ThrowsAfterClose extends Wrong {
        ThrowsAfterClose() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                <T> CompletionStage<T> closed() {
                    throw new IllegalStateException("closed");
                }
            });
        }
    }

    @Breaks(
            value = 16,
            also = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18})
    static final class ClosesOnce extends Wrong {
        ClosesOnce() {
            super(backend -> new ReferenceLeaseStore(backend) {
                private final AtomicInteger closes = new AtomicInteger();

                @Override
                public void close() {
                    super.close();
                    if (closes.incrementAndGet() == 2) {
                        throw new IllegalStateException("closed already");
                    }
                }
            });
        }
    }

    @Breaks(
            value = 16,
            also = {7, 17})
    static final class ClosingReleases extends Wrong {
        ClosingReleases() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public void close() {
                    super.close();
                    this.backend.leases.clear();
                }
            });
        }
    }

    @Breaks(16)
    static final class ClosingEndsSubscriptionsOfOthers extends Wrong {
        ClosingEndsSubscriptionsOfOthers() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public void close() {
                    super.close();
                    this.backend.ears.clear();
                }
            });
        }
    }

    // The backend away

    @Breaks(17)
    static final class HangsWhileAway extends Wrong {
        HangsWhileAway() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                <T> CompletionStage<T> away() {
                    return new CompletableFuture<>();
                }
            });
        }
    }

    @Breaks(17)
    static final class PretendsWhileAway extends Wrong {
        PretendsWhileAway() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public CompletionStage<StoredLease> read(String name) {
                    return this.backend.connection == Connection.UP || isClosed()
                            ? super.read(name)
                            : CompletableFuture.completedFuture(
                                    new StoredLease(Optional.empty(), Optional.empty(), OptionalLong.empty()));
                }
            });
        }
    }

    @Breaks(17)
    static final class SubscribesWhileAway extends Wrong {
        SubscribesWhileAway() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
                    return isClosed() || this.backend.connection == Connection.UP
                            ? super.subscribe(name, hint)
                            : CompletableFuture.completedFuture(() -> {});
                }
            });
        }
    }

    @Breaks(17)
    static final class NeverComesBack extends Wrong {
        NeverComesBack() {
            super(backend -> new ReferenceLeaseStore(backend) {
                private volatile boolean broken;

                @Override
                <T> CompletionStage<T> ask(Supplier<T> call) {
                    broken |= this.backend.connection != Connection.UP;
                    return broken && !isClosed() ? away() : super.ask(call);
                }
            });
        }
    }

    /** Buffers what failed, and sends it with a later call. */
    @Breaks(17)
    static final class SendsAgain extends Wrong {
        SendsAgain() {
            super(backend -> new ReferenceLeaseStore(backend) {
                private final ConcurrentLinkedQueue<Runnable> again = new ConcurrentLinkedQueue<>();
                private final AtomicInteger calls = new AtomicInteger();

                @Override
                public CompletionStage<Acquisition> acquire(LeaseRequest request) {
                    return remember(() -> this.backend.acquire(request), super.acquire(request));
                }

                @Override
                public CompletionStage<StoredLease> read(String name) {
                    sendOne();
                    return super.read(name);
                }

                @Override
                public CompletionStage<Boolean> release(String name, Claim claim) {
                    sendOne();
                    return super.release(name, claim);
                }

                private <T> CompletionStage<T> remember(Runnable call, CompletionStage<T> answer) {
                    if (this.backend.connection != Connection.UP) {
                        again.add(call);
                    }
                    return answer;
                }

                private void sendOne() {
                    if (this.backend.connection == Connection.UP && calls.incrementAndGet() > 25) {
                        Runnable next = again.poll();
                        if (next != null) {
                            next.run();
                        }
                    }
                }
            });
        }
    }

    @Breaks(17)
    static final class ForcesAgain extends Wrong {
        ForcesAgain() {
            super(backend -> new ReferenceLeaseStore(backend) {
                private final List<String> again = new ArrayList<>();
                private int calls;

                @Override
                public synchronized CompletionStage<Void> force(String name) {
                    if (this.backend.connection == Connection.LOSES_ANSWERS) {
                        again.add(name);
                    }
                    return super.force(name);
                }

                @Override
                public synchronized CompletionStage<StoredLease> read(String name) {
                    calls++;
                    if (this.backend.connection == Connection.UP && calls % 60 == 0) {
                        again.forEach(this.backend::force);
                        again.clear();
                    }
                    return super.read(name);
                }
            });
        }
    }

    @Breaks(17)
    static final class BlocksWhileAway extends Wrong {
        BlocksWhileAway() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                <T> CompletionStage<T> away() {
                    BackendTime.pause(Duration.ofMillis(5));
                    return super.away();
                }
            });
        }
    }

    @Breaks(17)
    static final class ClosingWaitsForTheBackend extends Wrong {
        ClosingWaitsForTheBackend() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public void close() {
                    super.close();
                    if (this.backend.connection != Connection.UP) {
                        BackendTime.pause(Duration.ofSeconds(1));
                    }
                }
            });
        }
    }

    @Breaks(17)
    static final class SubscriptionsEndInAnOutage extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                void cut(Connection fault) {
                    super.cut(fault);
                    ears.clear();
                }
            };
        }
    }

    /** Subscribes again, but what was released meanwhile stays unknown. */
    @Breaks(17)
    static final class NoHintAfterAnOutage extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                void restore() {
                    connection = Connection.UP;
                }
            };
        }
    }

    @Breaks(17)
    static final class LeasesEndInAnOutage extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                void cut(Connection fault) {
                    super.cut(fault);
                    leases.clear();
                }
            };
        }
    }

    // Stages

    @Breaks(
            value = {3, 5},
            also = {1, 2, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
    static final class FailsWhereItShouldSayNo extends Wrong {
        FailsWhereItShouldSayNo() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public CompletionStage<Renewal> renew(LeaseRequest request) {
                    return super.renew(request).thenApply(renewal -> {
                        if (renewal instanceof Renewal.NotYours) {
                            throw new LeaseStoreException("not yours", false, null);
                        }
                        return renewal;
                    });
                }

                @Override
                public CompletionStage<Boolean> release(String name, Claim claim) {
                    return super.release(name, claim).thenApply(released -> {
                        if (!released) {
                            throw new LeaseStoreException("not yours", false, null);
                        }
                        return true;
                    });
                }
            });
        }
    }

    @Breaks(
            value = 9,
            also = {1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18})
    static final class AnswersNullForAnUnknownName extends Wrong {
        AnswersNullForAnUnknownName() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public CompletionStage<StoredLease> read(String name) {
                    return super.read(name)
                            .thenApply(lease ->
                                    lease.claim().isEmpty() && lease.fence().isEmpty() ? null : lease);
                }
            });
        }
    }

    @Breaks(
            value = 15,
            also = {8, 16, 17})
    static final class ThrowsWhenTokensAreUsedUp extends Wrong {
        ThrowsWhenTokensAreUsedUp() {
            super(backend -> new ReferenceLeaseStore(backend) {
                @Override
                public CompletionStage<Acquisition> acquire(LeaseRequest request) {
                    CompletionStage<Acquisition> answer = super.acquire(request);
                    if (answer.toCompletableFuture().isCompletedExceptionally()
                            && this.backend.connection == Connection.UP
                            && !isClosed()) {
                        answer.toCompletableFuture().join();
                    }
                    return answer;
                }
            });
        }
    }

    // Gaps

    /** The reference, of which the suite knows nothing. */
    static class WithoutAnything extends LeaseStoreConformance {
        private final ReferenceLeaseBackend backend = new ReferenceLeaseBackend() {
            @Override
            long now() {
                return System.nanoTime();
            }
        };

        @Override
        protected LeaseStore open(Duration deadline) {
            return new ReferenceLeaseStore(backend);
        }
    }

    static final class ExpectsAGapTooMany extends ReferenceLeaseConformance {
        @Override
        protected Set<Gap> expectedGaps() {
            return Set.of(new Gap(2, Need.SHARES));
        }
    }
}
