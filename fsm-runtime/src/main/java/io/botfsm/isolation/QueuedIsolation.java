package io.botfsm.isolation;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * An isolation with a queue for each conversation that has handlers. Only the first handler of a queue runs, or is on
 * its way to a thread; when it has ended, it passes the turn to the next. Thread-safe.
 */
final class QueuedIsolation implements EventIsolation {
    private final Admission admission;
    private final IsolationThreads own;
    private final Executor executor;
    private final IsolationLimits limits;
    private final HandlerDispatcher dispatcher;
    private final ConversationQueues<QueuedHandler<?>> queues = new ConversationQueues<>();
    private final HandlerPermits permits;
    /** Per isolation, since a handler of one isolation may submit to another. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<StorageKey> handling = new ThreadLocal<>();

    private final LongAdder refused = new LongAdder();
    private volatile boolean closed;

    QueuedIsolation(Admission admission, IsolationThreads own, Executor executor, IsolationLimits limits) {
        this.admission = admission;
        this.own = own;
        this.executor = executor;
        this.limits = limits;
        this.permits = new HandlerPermits(limits.inTotal());
        this.dispatcher = new HandlerDispatcher(own, executor, this::serve, this::rejected);
    }

    // Submitting.

    @Override
    public <T extends @Nullable Object> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
        requireNonNull(key, "key");
        requireNonNull(handler, "handler");
        QueuedHandler<T> queued = new QueuedHandler<>(key, handler, executor);
        enter(queued, handling.get() == null ? limits.submitTimeout() : Duration.ZERO);
        return queued.result().minimalCompletionStage();
    }

    @Override
    public <T extends @Nullable Object> T call(StorageKey key, Handler<T> handler) throws Exception {
        requireNonNull(key, "key");
        requireNonNull(handler, "handler");
        StorageKey within = handling.get();
        if (within != null) {
            throw new IllegalStateException(String.format(
                    Locale.ROOT, "%s: call(…) was used within a handler (of %s); use submit(…) there", key, within));
        }
        CallingThread caller = new CallingThread();
        QueuedHandler<T> queued = new QueuedHandler<>(key, handler, caller);
        enter(queued, limits.submitTimeout());
        var unused = queued.result().whenComplete((value, failure) -> caller.execute(() -> {}));
        try {
            caller.runUntil(queued::isOver);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            giveUp(queued, new InterruptedCallException(key, false, e));
        } finally {
            caller.leave();
        }
        return queued.outcome();
    }

    private void enter(QueuedHandler<?> queued, Duration wait) {
        StorageKey key = queued.key();
        try {
            if (queues.isFull(key, limits.perConversation())) {
                refuse(queued, limits.perConversation(), true);
            } else if (!permits.take(wait)) {
                refuse(queued, limits.inTotal(), false);
            } else {
                queue(queued);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            queued.giveUp(new InterruptedCallException(key, false, e));
        } catch (IsolationClosedException e) {
            queued.giveUp(e);
        }
    }

    private void refuse(QueuedHandler<?> queued, int limit, boolean isOfConversation) {
        refused.increment();
        var unused = queued.giveUp(new BacklogFullException(queued.key(), limit, isOfConversation));
    }

    private void queue(QueuedHandler<?> queued) {
        switch (queues.arrive(queued.key(), queued, limits.perConversation())) {
            case FIRST -> dispatcher.start(queued);
            case BEHIND -> {
                // the handler before it will pass the turn on
            }
            case NONE -> {
                permits.giveBack();
                refuse(queued, limits.perConversation(), true);
            }
        }
        if (closed) {
            giveUp(queued, new IsolationClosedException());
        }
    }

    // Canceling and closing.

    /** Cancels a handler; no effect if it has started. */
    private void giveUp(QueuedHandler<?> queued, FsmException why) {
        if (!queued.giveUp(why)) {
            return;
        }
        if (queues.giveUp(queued.key(), queued)) {
            permits.giveBack();
        } else {
            queued.wake(); // it has the turn, and passes it on once it is on a thread
        }
    }

    @Override
    public boolean drain(Duration timeout) throws InterruptedException {
        requireNonNull(timeout, "timeout");
        permits.close();
        return permits.awaitEmpty(timeout);
    }

    @Override
    public void close() {
        permits.close();
        closed = true;
        queues.all().forEach(queued -> giveUp(queued, new IsolationClosedException()));
    }

    @Override
    public int conversations() {
        return queues.conversations();
    }

    @Override
    public long refused() {
        return refused.sum();
    }

    @Override
    public int handlers() {
        return permits.taken();
    }

    // Running.

    private void rejected(QueuedHandler<?> queued, Throwable why) {
        if (queued.giveUp(new HandlerRejectedException(queued.key(), why)) || queued.isOver()) {
            passOn(queued, queued.permit());
        }
    }

    private void serve(QueuedHandler<?> queued) {
        ConversationPermit permit = queued.permit();
        if (permit == null && !queued.isOver()) {
            try {
                permit = admission.admit(queued, () -> dispatcher.passTo(queued));
                if (permit == null) {
                    return;
                }
            } catch (FsmException e) {
                queued.giveUp(e);
            } catch (Throwable e) { // not isolated, so it does not run
                queued.giveUp(new IsolationUnavailableException(queued.key(), e));
            }
        }
        if (permit != null && queued.begin()) {
            handle(queued, permit);
        }
        passOn(queued, permit);
    }

    private void handle(QueuedHandler<?> queued, ConversationPermit permit) {
        HandlerLease lease = new HandlerLease(permit, own.callbacks());
        permit.serve(lease);
        StorageKey outer = handling.get();
        handling.set(queued.key());
        try {
            Runnable completion =
                    HandlerTimeout.within(limits.handlerTimeout(), queued.key(), own, () -> queued.handle(lease));
            lease.end();
            completion.run();
        } finally {
            if (outer == null) {
                handling.remove();
            } else {
                handling.set(outer);
            }
        }
    }

    // Passing the turn on.

    private void passOn(QueuedHandler<?> queued, @Nullable ConversationPermit permit) {
        if (!queued.passes()) {
            return; // the executor has run the task and rejected it too
        }
        queued.endWait();
        if (permit == null) {
            leave(queued, Duration.ZERO);
            return;
        }
        Optional<QueuedHandler<?>> next =
                permit.mayServeAnother() ? queues.leaveToNext(queued.key()) : Optional.empty();
        if (next.isPresent()) {
            permits.giveBack();
            next.get().take(permit);
            dispatcher.passTo(next.get());
            return;
        }
        var unused = permit.release().whenComplete((done, failure) -> leave(queued, permit.pause()));
    }

    private void leave(QueuedHandler<?> queued, Duration pause) {
        Optional<QueuedHandler<?>> next = queues.leave(queued.key());
        permits.giveBack();
        next.ifPresent(present -> {
            present.inheritWaitedInVain(queued);
            if (pause.isZero()) {
                dispatcher.passTo(present);
            } else {
                own.schedule(pause, () -> dispatcher.passTo(present));
            }
        });
    }
}
