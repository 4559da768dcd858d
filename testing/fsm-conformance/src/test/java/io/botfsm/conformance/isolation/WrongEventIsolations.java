package io.botfsm.conformance.isolation;

import io.botfsm.conformance.Breaks;
import io.botfsm.isolation.ConversationLease;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.isolation.IsolationUnavailableException;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Isolations with one fault each, around the right one. */
final class WrongEventIsolations {
    private WrongEventIsolations() {}

    /** The right isolation over leases, with something wrong around it, in its settings or in its leases. */
    abstract static class Wrong extends SharedEventIsolationConformance {
        private static final Duration PATIENCE = Duration.ofSeconds(4);

        private final CuttableLeaseStore store = new CuttableLeaseStore();

        @Override
        protected final EventIsolation open(Settings settings) {
            EventIsolation.Builder builder = EventIsolation.builder()
                    .perConversation(settings.perConversation())
                    .inTotal(settings.inTotal())
                    .submitTimeout(settings.patience())
                    .leaseStore(around(store))
                    .ttl(settings.ttl())
                    .acquireTimeout(settings.leasePatience());
            return around(built(builder, settings.threads()));
        }

        EventIsolation built(EventIsolation.Builder builder, int threads) {
            return builder.threads(threads).build();
        }

        EventIsolation around(EventIsolation right) {
            return right;
        }

        LeaseStore around(LeaseStore right) {
            return right;
        }

        @Override
        protected final void takeAway(StorageKey key) {
            store.forceAll();
        }

        @Override
        protected final void cutOff() {
            store.cut(true);
        }

        @Override
        protected final void restore() {
            store.cut(false);
        }

        @Override
        final Duration timeout() {
            return PATIENCE;
        }
    }

    /** Passes everything on. */
    static class Around implements EventIsolation {
        final EventIsolation isolation;

        Around(EventIsolation isolation) {
            this.isolation = isolation;
        }

        @Override
        public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
            return isolation.submit(key, handler);
        }

        @Override
        public <T> T call(StorageKey key, Handler<T> handler) throws Exception {
            return isolation.call(key, handler);
        }

        @Override
        public boolean drain(Duration limit) throws InterruptedException {
            return isolation.drain(limit);
        }

        @Override
        public void close() {
            isolation.close();
        }
    }

    /** Passes everything on, and something else in place of the lease. */
    abstract static class WrongLease extends Wrong {
        abstract ConversationLease around(ConversationLease right);

        @Override
        final EventIsolation around(EventIsolation right) {
            return new Around(right) {
                @Override
                public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                    return isolation.submit(
                            key, (ConversationLease lease) -> handler.handle(WrongLease.this.around(lease)));
                }
            };
        }
    }

    /** Passes everything on. */
    static class AroundLease implements ConversationLease {
        final ConversationLease lease;

        AroundLease(ConversationLease lease) {
            this.lease = lease;
        }

        @Override
        public boolean isHeld() {
            return lease.isHeld();
        }

        @Override
        public OptionalLong fencingToken() {
            return lease.fencingToken();
        }

        @Override
        public void onLost(Runnable action) {
            lease.onLost(action);
        }
    }

    /** Passes everything on. */
    static class AroundStore implements LeaseStore {
        final LeaseStore store;

        AroundStore(LeaseStore store) {
            this.store = store;
        }

        @Override
        public CompletionStage<Acquisition> acquire(LeaseRequest request) {
            return store.acquire(request);
        }

        @Override
        public CompletionStage<Renewal> renew(LeaseRequest request) {
            return store.renew(request);
        }

        @Override
        public CompletionStage<Boolean> release(String name, Claim claim) {
            return store.release(name, claim);
        }

        @Override
        public CompletionStage<StoredLease> read(String name) {
            return store.read(name);
        }

        @Override
        public CompletionStage<Void> force(String name) {
            return store.force(name);
        }

        @Override
        public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
            return store.subscribe(name, hint);
        }

        @Override
        public void close() {
            store.close();
        }
    }

    /** Takes each handler for one of another conversation. */
    @Breaks(
            value = {1, 5, 6, 8, 10, 13, 15, 16},
            also = {7, 9, 12, 14, 20})
    static final class IsolatesNothing extends Wrong {
        @Override
        EventIsolation around(EventIsolation right) {
            return new Around(right) {
                private StorageKey another(StorageKey key) {
                    return StorageKey.bot(key.bot())
                            .chat(UUID.randomUUID().toString())
                            .user(key.user())
                            .build();
                }

                @Override
                public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                    return isolation.submit(another(key), handler);
                }

                @Override
                public <T> T call(StorageKey key, Handler<T> handler) throws Exception {
                    return isolation.call(another(key), handler);
                }
            };
        }
    }

    /** Whoever's turn it is, the last that was submitted runs. */
    @Breaks({1, 8, 13})
    static final class RunsTheLastFirst extends Wrong {
        @Override
        EventIsolation around(EventIsolation right) {
            ConcurrentMap<StorageKey, ConcurrentLinkedDeque<Waiting<?>>> stacks = new ConcurrentHashMap<>();
            return new Around(right) {
                @Override
                public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                    ConcurrentLinkedDeque<Waiting<?>> stack =
                            stacks.computeIfAbsent(key, same -> new ConcurrentLinkedDeque<>());
                    Waiting<T> mine = new Waiting<>(handler, new CompletableFuture<>());
                    stack.push(mine);
                    var unused = isolation
                            .submit(
                                    key,
                                    (ConversationLease lease) -> stack.pop().run(lease))
                            .whenComplete((run, failure) -> {
                                if (run == null) {
                                    stack.remove(mine);
                                    mine.result.completeExceptionally(failure);
                                } else {
                                    run.tell().run();
                                }
                            });
                    return mine.result;
                }
            };
        }

        private record Run(Runnable tell) {}

        private record Waiting<T>(EventIsolation.Handler<T> handler, CompletableFuture<T> result) {
            Run run(ConversationLease lease) {
                try {
                    T value = handler.handle(lease);
                    return new Run(() -> result.complete(value));
                } catch (Throwable e) {
                    return new Run(() -> result.completeExceptionally(e));
                }
            }
        }
    }

    /** One thread for all. */
    @Breaks({2, 5, 6, 7})
    static final class RunsAllOnOneThread extends Wrong {
        @Override
        EventIsolation built(EventIsolation.Builder builder, int threads) {
            return builder.threads(1).build();
        }
    }

    /** Every tenth. */
    @Breaks({1, 3, 13})
    static final class RunsSomeTwice extends Wrong {
        @Override
        EventIsolation around(EventIsolation right) {
            AtomicInteger submitted = new AtomicInteger();
            return new Around(right) {
                @Override
                public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                    boolean twice = submitted.incrementAndGet() % 10 == 0;
                    return isolation.submit(key, (ConversationLease lease) -> {
                        if (twice) {
                            handler.handle(lease);
                        }
                        return handler.handle(lease);
                    });
                }
            };
        }
    }

    /** Once one has failed, the conversation does nothing more. */
    @Breaks(4)
    static final class StopsAfterAFailure extends Wrong {
        @Override
        EventIsolation around(EventIsolation right) {
            ConcurrentMap<StorageKey, Boolean> failed = new ConcurrentHashMap<>();
            return new Around(right) {
                @Override
                public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                    return isolation.submit(key, (ConversationLease lease) -> {
                        if (failed.containsKey(key)) {
                            throw new IllegalStateException("failed before");
                        }
                        try {
                            return handler.handle(lease);
                        } catch (Throwable e) {
                            failed.put(key, true);
                            throw e;
                        }
                    });
                }
            };
        }
    }

    /** However many of one conversation there are. */
    @Breaks(6)
    static final class TakesAllOfAConversation extends Wrong {
        @Override
        EventIsolation built(EventIsolation.Builder builder, int threads) {
            return builder.threads(threads).perConversation(1_000_000).build();
        }
    }

    /** However many there are. */
    @Breaks(7)
    static final class TakesAll extends Wrong {
        @Override
        EventIsolation built(EventIsolation.Builder builder, int threads) {
            return builder.threads(threads).inTotal(1_000_000).build();
        }
    }

    /** In order, but not on the caller's thread. */
    @Breaks(8)
    static final class CallsOnAnotherThread extends Wrong {
        @Override
        EventIsolation around(EventIsolation right) {
            return new Around(right) {
                @Override
                public <T> T call(StorageKey key, Handler<T> handler) throws Exception {
                    try {
                        return isolation
                                .submit(key, handler)
                                .toCompletableFuture()
                                .get();
                    } catch (ExecutionException e) {
                        throw e.getCause() instanceof Exception cause ? cause : e;
                    }
                }
            };
        }
    }

    /** Whatever still runs. */
    @Breaks(9)
    static final class SaysThatAllHaveRun extends Wrong {
        @Override
        EventIsolation around(EventIsolation right) {
            return new Around(right) {
                @Override
                public boolean drain(Duration limit) throws InterruptedException {
                    isolation.drain(limit);
                    return true;
                }
            };
        }
    }

    /** Goes on. */
    @Breaks(10)
    static final class NeverCloses extends Wrong {
        @Override
        EventIsolation around(EventIsolation right) {
            return new Around(right) {
                @Override
                public void close() {
                    // goes on
                }
            };
        }
    }

    /** Goes by a flag that nobody sets. */
    @Breaks({11, 19})
    static final class IsHeldForEver extends WrongLease {
        @Override
        ConversationLease around(ConversationLease right) {
            return new AroundLease(right) {
                @Override
                public boolean isHeld() {
                    return true;
                }
            };
        }
    }

    /** The thread goes to whoever asks last, which is the one that has had it. In one process, where no lease makes it pause. */
    @Breaks(
            value = 12,
            also = {6, 7, 13, 14, 15, 16, 19, 20})
    static final class KeepsTheThread extends Wrong {
        @Override
        EventIsolation built(EventIsolation.Builder builder, int threads) {
            ThreadPoolExecutor pool =
                    new ThreadPoolExecutor(threads, threads, 1, TimeUnit.SECONDS, new LastFirst(), task -> {
                        Thread thread = new Thread(task);
                        thread.setDaemon(true);
                        return thread;
                    });
            pool.allowCoreThreadTimeOut(true);
            return EventIsolation.builder()
                    .executor(pool)
                    .perConversation(1_000)
                    .build();
        }

        @SuppressWarnings("serial")
        private static final class LastFirst extends LinkedBlockingDeque<Runnable> {
            @Override
            public boolean offer(Runnable task) {
                return offerFirst(task);
            }
        }
    }

    /** Each process asks a store of its own. */
    @Breaks(
            value = {13, 15, 16, 19},
            also = {14, 20})
    static final class KnowsOneProcess extends Wrong {
        @Override
        LeaseStore around(LeaseStore right) {
            return new CuttableLeaseStore();
        }
    }

    @Breaks(14)
    static final class HasOneToken extends WrongLease {
        @Override
        ConversationLease around(ConversationLease right) {
            return new AroundLease(right) {
                @Override
                public OptionalLong fencingToken() {
                    return OptionalLong.of(1);
                }
            };
        }
    }

    @Breaks(15)
    static final class NeverRenews extends Wrong {
        @Override
        LeaseStore around(LeaseStore right) {
            return new AroundStore(right) {
                @Override
                public CompletionStage<Renewal> renew(LeaseRequest request) {
                    return CompletableFuture.failedFuture(new LeaseStoreException("on purpose", false, null));
                }
            };
        }
    }

    @Breaks(16)
    static final class WaitsForEver extends Wrong {
        @Override
        EventIsolation built(EventIsolation.Builder builder, int threads) {
            return builder.threads(threads).acquireTimeout(LONG).build();
        }
    }

    /** Looks again when the lease of another would have ended. */
    @Breaks(
            value = 17,
            also = {13, 14, 18})
    static final class HearsOfNoRelease extends Wrong {
        @Override
        LeaseStore around(LeaseStore right) {
            return new AroundStore(right) {
                @Override
                public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
                    return CompletableFuture.completedFuture(() -> {});
                }
            };
        }
    }

    /** Keeps a lease for a while, and only for itself. */
    @Breaks(18)
    static final class PrefersItself extends Wrong {
        private static final long MILLIS = 300;

        private final Object oneAtATime = new Object();

        @Override
        LeaseStore around(LeaseStore right) {
            ConcurrentMap<String, Claim> kept = new ConcurrentHashMap<>();
            return new AroundStore(right) {
                @Override
                public CompletionStage<Boolean> release(String name, Claim claim) {
                    kept.put(name, claim);
                    CompletableFuture.delayedExecutor(MILLIS, TimeUnit.MILLISECONDS)
                            .execute(() -> releaseIfKept(name, claim));
                    return CompletableFuture.completedFuture(true);
                }

                private void releaseIfKept(String name, Claim claim) {
                    synchronized (oneAtATime) {
                        if (kept.remove(name, claim)) {
                            store.release(name, claim).toCompletableFuture().join();
                        }
                    }
                }

                @Override
                public CompletionStage<Acquisition> acquire(LeaseRequest request) {
                    synchronized (oneAtATime) {
                        Claim mine = kept.get(request.name());
                        if (mine != null) {
                            releaseIfKept(request.name(), mine);
                        }
                        return store.acquire(request);
                    }
                }
            };
        }
    }

    @Breaks(19)
    static final class TellsOfNoLoss extends WrongLease {
        @Override
        ConversationLease around(ConversationLease right) {
            return new AroundLease(right) {
                @Override
                public void onLost(Runnable action) {
                    // never told
                }
            };
        }
    }

    @Breaks(19)
    static final class TellsOfALossTwice extends WrongLease {
        @Override
        ConversationLease around(ConversationLease right) {
            return new AroundLease(right) {
                @Override
                public void onLost(Runnable action) {
                    lease.onLost(action);
                    lease.onLost(action);
                }
            };
        }
    }

    @Breaks(20)
    static final class RunsWhatIsNotIsolated extends Wrong {
        @Override
        EventIsolation around(EventIsolation right) {
            return new Around(right) {
                @Override
                public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                    return isolation
                            .submit(key, handler)
                            .exceptionallyCompose(failure -> failure.getCause() instanceof IsolationUnavailableException
                                    ? runAllTheSame(handler)
                                    : CompletableFuture.failedFuture(failure));
                }

                private <T> CompletionStage<T> runAllTheSame(Handler<T> handler) {
                    try {
                        return CompletableFuture.completedFuture(handler.handle(new NoLease()));
                    } catch (Exception e) {
                        return CompletableFuture.failedFuture(e);
                    }
                }
            };
        }

        private record NoLease() implements ConversationLease {
            @Override
            public boolean isHeld() {
                return true;
            }

            @Override
            public OptionalLong fencingToken() {
                return OptionalLong.of(1);
            }

            @Override
            public void onLost(Runnable action) {
                // never told
            }
        }
    }
}
