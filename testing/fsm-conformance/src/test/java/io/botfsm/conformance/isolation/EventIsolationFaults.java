package io.botfsm.conformance.isolation;

import io.botfsm.conformance.Faults;
import io.botfsm.conformance.isolation.FaultyIsolation.FaultyLease;
import io.botfsm.conformance.isolation.WrongEventIsolationsTest.WithAFault;
import io.botfsm.conformance.lease.ReferenceLeaseBackend;
import io.botfsm.conformance.lease.ReferenceLeaseStore;
import io.botfsm.isolation.ConversationLease;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.isolation.EventIsolation.Handler;
import io.botfsm.isolation.IsolationUnavailableException;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.StorageKey;
import java.util.OptionalLong;
import java.util.Set;
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
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/** What can be wrong about an isolation: its calls, its settings, or its leases. */
final class EventIsolationFaults extends Faults<WithAFault> {
    private static final int MUCH = 1_000_000;

    EventIsolationFaults() {
        order();
        handlers();
        limits();
        ends();
        leases();
        processes();
    }

    private Row<FaultyIsolation> inIsolation(String name, Broken broken) {
        return how -> fault(name, broken).is(suite -> suite.opened = how);
    }

    private Row<ReferenceLeaseStore> inStore(String name, Broken broken) {
        return how -> fault(name, broken).is(suite -> suite.leases.opened = how);
    }

    private void order() {
        // Takes each handler for one of another conversation.
        inIsolation("IsolatesNothing", breaks(1, 5, 6, 8, 10, 13, 15, 16).also(7, 9, 12, 14, 20, 21))
                .is(it -> {
                    it.submit = (key, handler) -> it.honest.submit(another(key), handler);
                    it.call = (key, handler) -> it.honest.call(another(key), handler);
                });
        // No matter whose turn it is, the last that was submitted runs.
        inIsolation("RunsTheLastFirst", breaks(1, 8, 13).also(21)).is(it -> {
            ConcurrentMap<StorageKey, ConcurrentLinkedDeque<Waiting>> stacks = new ConcurrentHashMap<>();
            it.submit = (key, handler) -> {
                ConcurrentLinkedDeque<Waiting> stack =
                        stacks.computeIfAbsent(key, same -> new ConcurrentLinkedDeque<>());
                Waiting mine = new Waiting(handler, new CompletableFuture<>());
                stack.push(mine);
                var unused = it.honest
                        .submit(key, lease -> stack.pop().run(lease))
                        .whenComplete((report, failure) -> {
                            if (report == null) {
                                stack.remove(mine);
                                mine.result.completeExceptionally(failure);
                            } else {
                                report.run();
                            }
                        });
                return mine.result;
            };
        });
    }

    private static StorageKey another(StorageKey key) {
        return StorageKey.bot(key.bot())
                .chat(UUID.randomUUID().toString())
                .user(key.user())
                .build();
    }

    private record Waiting(Handler<Object> handler, CompletableFuture<Object> result) {
        /** Runs the handler, and returns an action that reports its result. */
        Runnable run(ConversationLease lease) {
            try {
                Object value = handler.handle(lease);
                return () -> result.complete(value);
            } catch (Throwable e) {
                return () -> result.completeExceptionally(e);
            }
        }
    }

    private void handlers() {
        fault("RunsAllOnOneThread", breaks(2, 5, 6, 7))
                .is(suite ->
                        suite.build = (builder, threads) -> builder.threads(1).build());
        // Every tenth.
        inIsolation("RunsSomeTwice", breaks(1, 3, 13)).is(it -> {
            AtomicInteger submitted = new AtomicInteger();
            it.submit = (key, handler) -> {
                boolean twice = submitted.incrementAndGet() % 10 == 0;
                return it.honest.submit(key, lease -> {
                    if (twice) {
                        handler.handle(lease);
                    }
                    return handler.handle(lease);
                });
            };
        });
        // Once one has failed, the conversation does nothing more.
        inIsolation("StopsAfterAFailure", breaks(4).also(21)).is(it -> {
            Set<StorageKey> failed = ConcurrentHashMap.newKeySet();
            it.submit = (key, handler) -> it.honest.submit(key, lease -> {
                if (failed.contains(key)) {
                    throw new IllegalStateException("failed before");
                }
                try {
                    return handler.handle(lease);
                } catch (Throwable e) {
                    failed.add(key);
                    throw e;
                }
            });
        });
        // In order, but not on the caller's thread.
        inIsolation("CallsOnAnotherThread", breaks(8))
                .is(it -> it.call = (key, handler) -> {
                    try {
                        return it.honest
                                .submit(key, handler)
                                .toCompletableFuture()
                                .get();
                    } catch (ExecutionException e) {
                        throw e.getCause() instanceof Exception cause ? cause : e;
                    }
                });
    }

    private void limits() {
        fault("TakesAllOfAConversation", breaks(6))
                .is(suite -> suite.build = (builder, threads) ->
                        builder.threads(threads).perConversation(MUCH).build());
        fault("TakesAll", breaks(7))
                .is(suite -> suite.build = (builder, threads) ->
                        builder.threads(threads).inTotal(MUCH).build());
        // The thread goes to the one that asks last, which is the one that has had it. In one process, where no lease
        // makes it pause.
        fault("KeepsTheThread", breaks(12).also(6, 7, 13, 14, 15, 16, 19, 20, 21))
                .is(suite -> suite.build = (builder, threads) -> EventIsolation.builder()
                        .executor(lastFirst(threads))
                        .perConversation(1_000)
                        .build());
    }

    @SuppressWarnings("serial") // never serialized
    private static ThreadPoolExecutor lastFirst(int threads) {
        LinkedBlockingDeque<Runnable> queue = new LinkedBlockingDeque<>() {
            @Override
            public boolean offer(Runnable task) {
                return offerFirst(task);
            }
        };
        ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, 1, TimeUnit.SECONDS, queue, task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private void ends() {
        // Even while some still run.
        inIsolation("SaysThatAllHaveRun", breaks(9))
                .is(it -> it.drain = limit -> {
                    it.honest.drain(limit);
                    return true;
                });
        // Closing does nothing.
        inIsolation("NeverCloses", breaks(10)).is(it -> it.close = () -> {});
    }

    private void leases() {
        // Goes by a flag that nobody sets.
        inIsolation("IsHeldForEver", breaks(11, 19))
                .is(it -> it.replaceLease(
                        lease -> new FaultyLease(() -> true, lease::fencingToken, lease::onLost, lease::fenced)));
        inIsolation("HasOneToken", breaks(14).also(21))
                .is(it -> it.replaceLease(lease ->
                        new FaultyLease(lease::isHeld, () -> OptionalLong.of(1), lease::onLost, lease::fenced)));
        inIsolation("TellsOfNoLoss", breaks(19))
                .is(it -> it.replaceLease(
                        lease -> new FaultyLease(lease::isHeld, lease::fencingToken, action -> {}, lease::fenced)));
        inIsolation("TellsOfALossTwice", breaks(19))
                .is(it -> it.replaceLease(lease -> new FaultyLease(
                        lease::isHeld,
                        lease::fencingToken,
                        action -> {
                            lease.onLost(action);
                            lease.onLost(action);
                        },
                        lease::fenced)));
        // Ignores what it is told, and what handlers fail with.
        inIsolation("LearnsNothing", breaks(21)).is(it -> replaceSeenTokens(it, seen -> OptionalLong.empty()));
        inIsolation("BelievesAnyToken", breaks(21))
                .is(it -> replaceSeenTokens(it, seen -> OptionalLong.of(Math.min(seen, (1L << 52) - 1))));
        inIsolation("RunsWhatIsNotIsolated", breaks(20))
                .is(it -> it.submit = (key, handler) -> it.honest
                        .submit(key, handler)
                        .exceptionallyCompose(failure -> failure.getCause() instanceof IsolationUnavailableException
                                ? runAllTheSame(handler)
                                : CompletableFuture.failedFuture(failure)));
    }

    /** Reports other tokens than were seen to the honest isolation, or none. */
    private static void replaceSeenTokens(FaultyIsolation it, LongFunction<OptionalLong> instead) {
        it.submit = (key, handler) -> it.honest
                .submit(
                        key,
                        lease -> outcome(
                                handler, lease, seen -> instead.apply(seen).ifPresent(lease::fenced)))
                .thenCompose(outcome -> outcome);
    }

    private static CompletionStage<Object> outcome(
            Handler<Object> handler, ConversationLease lease, LongConsumer fencing) {
        try {
            return CompletableFuture.completedFuture(
                    handler.handle(new FaultyLease(lease::isHeld, lease::fencingToken, lease::onLost, fencing)));
        } catch (Throwable e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof FencedException fenced) {
                    fencing.accept(fenced.highest());
                }
            }
            return CompletableFuture.failedFuture(e);
        }
    }

    private static CompletionStage<Object> runAllTheSame(Handler<Object> handler) {
        try {
            return CompletableFuture.completedFuture(
                    handler.handle(new FaultyLease(() -> true, () -> OptionalLong.of(1), action -> {}, seen -> {})));
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void processes() {
        // Each process asks a store of its own.
        fault("KnowsOneProcess", breaks(13, 15, 16, 19).also(14, 20, 21))
                .is(suite -> suite.backend = () -> new ReferenceLeaseBackend().inRealTime());
        inStore("NeverRenews", breaks(15).also(21))
                .is(store -> store.renew =
                        request -> CompletableFuture.failedFuture(new LeaseStoreException("on purpose", false, null)));
        fault("WaitsForEver", breaks(16))
                .is(suite -> suite.build = (builder, threads) -> builder.threads(threads)
                        .acquireTimeout(EventIsolationConformance.LONG)
                        .build());
        // Looks again when the lease of another would have ended.
        inStore("HearsOfNoRelease", breaks(17).also(13, 14, 18, 21))
                .is(store -> store.subscribe = (name, hint) -> CompletableFuture.completedFuture(() -> {}));
        // Keeps a lease for a while, and only for itself.
        fault("PrefersItself", breaks(18)).is(suite -> {
            Object oneAtATime = new Object();
            suite.leases.opened = store -> {
                ConcurrentMap<String, Claim> kept = new ConcurrentHashMap<>();
                BiConsumer<String, Claim> releaseKept = (name, claim) -> {
                    synchronized (oneAtATime) {
                        if (kept.remove(name, claim)) {
                            store.honestRelease(name, claim)
                                    .toCompletableFuture()
                                    .join();
                        }
                    }
                };
                store.release = (name, claim) -> {
                    kept.put(name, claim);
                    CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS)
                            .execute(() -> releaseKept.accept(name, claim));
                    return CompletableFuture.completedFuture(true);
                };
                store.acquire = request -> {
                    synchronized (oneAtATime) {
                        releaseKept.accept(request.name(), kept.get(request.name()));
                        return store.honestAcquire(request);
                    }
                };
            };
        });
    }
}
