package io.botfsm.conformance;

import io.botfsm.StorageKey;
import io.botfsm.isolation.ConversationLease;
import io.botfsm.isolation.EventIsolation;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** Isolations with one fault each, around the right one. */
final class WrongEventIsolations {
    private WrongEventIsolations() {}

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** The right isolation over leases, with something wrong around it. */
    abstract static class Wrong extends SharedEventIsolationConformance {
        private final CuttableLeaseStore store = new CuttableLeaseStore();
        private final UnaryOperator<EventIsolation> fault;

        Wrong(UnaryOperator<EventIsolation> fault) {
            this.fault = fault;
        }

        @Override
        protected EventIsolation open(Settings settings) {
            return fault.apply(EventIsolation.builder()
                    .threads(settings.threads())
                    .perConversation(settings.perConversation())
                    .inTotal(settings.inTotal())
                    .patience(settings.patience())
                    .across(store)
                    .ttl(settings.ttl())
                    .leasePatience(settings.leasePatience())
                    .build());
        }

        @Override
        protected void takeAway(StorageKey key) {
            store.forceAll();
        }

        @Override
        protected void cutOff() {
            store.cut(true);
        }

        @Override
        protected void restore() {
            store.cut(false);
        }

        @Override
        final Duration patience() {
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

    private static <T> CompletionStage<T> run(Executor executor, EventIsolation.Handler<T> handler) {
        CompletableFuture<T> result = new CompletableFuture<>();
        executor.execute(() -> {
            try {
                result.complete(handler.handle(new NoLease()));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static ExecutorService daemons(int number) {
        return Executors.newFixedThreadPool(number, task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
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

    /** A pool, and nothing else. */
    @Breaks(
            value = {1, 6, 7, 9, 10, 11, 13, 14, 16, 19, 20},
            also = {5, 8, 12, 15, 17})
    static final class IsolatesNothing extends Wrong {
        IsolatesNothing() {
            super(right -> {
                ExecutorService pool = daemons(8);
                return new Around(right) {
                    @Override
                    public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                        return run(pool, handler);
                    }
                };
            });
        }
    }

    /** One thread for all. */
    @Breaks(
            value = {2, 5, 6, 7, 9, 10, 11, 13, 14, 16, 19, 20},
            also = {1, 8, 12, 15, 17})
    static final class RunsAllOnOneThread extends Wrong {
        RunsAllOnOneThread() {
            super(right -> {
                ExecutorService thread = daemons(1);
                return new Around(right) {
                    @Override
                    public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                        return run(thread, handler);
                    }
                };
            });
        }
    }

    @Breaks(
            value = 3,
            also = {1, 4, 6, 8, 10, 12, 13, 15, 18, 19})
    static final class RunsTwice extends Wrong {
        RunsTwice() {
            super(right -> new Around(right) {
                @Override
                public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                    return isolation.submit(key, lease -> {
                        handler.handle(lease);
                        return handler.handle(lease);
                    });
                }
            });
        }
    }

    /** Once one has failed, the conversation does nothing more. */
    @Breaks(value = 4, also = 3)
    static final class StopsAfterAFailure extends Wrong {
        StopsAfterAFailure() {
            super(right -> {
                ConcurrentHashMap<StorageKey, Boolean> failed = new ConcurrentHashMap<>();
                return new Around(right) {
                    @Override
                    public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                        return isolation.submit(key, lease -> {
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
            });
        }
    }

    /** Runs a caller's handler beside the others, and on another thread. */
    @Breaks(value = 8, also = 10)
    static final class CallsOutOfTurn extends Wrong {
        CallsOutOfTurn() {
            super(right -> {
                ExecutorService pool = daemons(8);
                return new Around(right) {
                    @Override
                    public <T> T call(StorageKey key, Handler<T> handler) throws Exception {
                        return run(pool, handler).toCompletableFuture().get();
                    }
                };
            });
        }
    }

    @Breaks(
            value = {9, 10},
            also = 17)
    static final class DrainsNothing extends Wrong {
        DrainsNothing() {
            super(right -> new Around(right) {
                @Override
                public boolean drain(Duration limit) {
                    return false;
                }
            });
        }
    }

    @Breaks(value = 10)
    static final class NeverCloses extends Wrong {
        NeverCloses() {
            super(right -> new Around(right) {
                @Override
                public void close() {
                    // goes on
                }
            });
        }
    }

    /** Seven in a row get the thread for one. */
    @Breaks(
            value = 12,
            also = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20})
    static final class KeepsTheThread extends Wrong {
        KeepsTheThread() {
            super(right -> {
                ExecutorService thread = daemons(1);
                ConcurrentHashMap<StorageKey, AtomicInteger> waiting = new ConcurrentHashMap<>();
                return new Around(right) {
                    @Override
                    public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                        waiting.computeIfAbsent(key, same -> new AtomicInteger())
                                .incrementAndGet();
                        return run(thread, handler);
                    }
                };
            });
        }
    }

    /** Within this process only. */
    @Breaks(
            value = {13, 14, 15, 16, 19, 20},
            also = {17, 18})
    static final class KnowsOneProcess extends Wrong {
        KnowsOneProcess() {
            super(UnaryOperator.identity());
        }

        @Override
        protected EventIsolation open(Settings settings) {
            return EventIsolation.builder()
                    .threads(settings.threads())
                    .perConversation(settings.perConversation())
                    .inTotal(settings.inTotal())
                    .patience(settings.patience())
                    .build();
        }
    }

    /** Submits anew what could not be isolated, without isolation. */
    @Breaks(
            value = {16, 20},
            also = {6, 7, 9, 10})
    static final class RunsWhatIsNotIsolated extends Wrong {
        RunsWhatIsNotIsolated() {
            super(right -> new Around(right) {
                @Override
                public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                    return isolation
                            .submit(key, handler)
                            .exceptionallyCompose(failure ->
                                    failure.getClass().getPackageName().equals(EventIsolation.class.getPackageName())
                                            ? run(Runnable::run, handler)
                                            : CompletableFuture.failedFuture(failure));
                }
            });
        }
    }

    /** A lease that says what its handler likes to hear. */
    @Breaks(value = {11, 14, 19})
    static final class GivesAnEmptyLease extends Wrong {
        GivesAnEmptyLease() {
            super(right -> new Around(right) {
                @Override
                public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                    return isolation.submit(key, (Callable<T>) () -> handler.handle(new NoLease()));
                }
            });
        }
    }

    /** Keeps the conversation for a while, so that others need not ask. */
    @Breaks(
            value = 17,
            also = {13, 14, 15, 16, 18})
    static final class ReleasesLate extends Wrong {
        ReleasesLate() {
            super(right -> new Around(right) {
                @Override
                public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
                    CompletionStage<T> stage = isolation.submit(key, handler);
                    var unused = isolation.submit(key, () -> {
                        Thread.sleep(2 * PATIENCE.toMillis());
                        return "";
                    });
                    return stage;
                }
            });
        }
    }
}
