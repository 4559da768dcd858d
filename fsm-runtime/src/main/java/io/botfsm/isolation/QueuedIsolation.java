package io.botfsm.isolation;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A queue for each conversation that has handlers. The first of a queue is the only one that runs, or is on its way to a thread;
 * when it is over, it passes on to the next. Thread-safe.
 */
final class QueuedIsolation implements EventIsolation {
    private final Admission admission;
    private final OwnThreads own;
    private final Executor executor;
    private final int perConversation;
    private final int inTotal;
    private final Duration patience;
    private final Optional<Duration> handlerLimit;

    private final Turns<Turn<?>> turns = new Turns<>();
    private final Places places;
    /** Of this isolation: a handler of one may submit to another. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<StorageKey> handling = new ThreadLocal<>();

    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<Loop> loops = new ThreadLocal<>();

    private volatile boolean closed;

    QueuedIsolation(
            Admission admission,
            OwnThreads own,
            Executor executor,
            int perConversation,
            int inTotal,
            Duration patience,
            Optional<Duration> handlerLimit) {
        this.admission = admission;
        this.own = own;
        this.executor = executor;
        this.perConversation = perConversation;
        this.inTotal = inTotal;
        this.patience = patience;
        this.handlerLimit = handlerLimit;
        this.places = new Places(inTotal);
    }

    // Coming.

    @Override
    public <T extends @Nullable Object> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
        requireNonNull(key, "key");
        requireNonNull(handler, "handler");
        Turn<T> turn = new Turn<>(key, handler, executor);
        enter(turn, handling.get() == null ? patience : Duration.ZERO);
        return turn.result().minimalCompletionStage();
    }

    @Override
    public <T extends @Nullable Object> T call(StorageKey key, Handler<T> handler) throws Exception {
        requireNonNull(key, "key");
        requireNonNull(handler, "handler");
        StorageKey within = handling.get();
        if (within != null) {
            throw new IllegalStateException(
                    String.format(Locale.ROOT, "%s: called within a handler (%s); submit there", key, within));
        }
        CallingThread caller = new CallingThread();
        Turn<T> turn = new Turn<>(key, handler, caller);
        enter(turn, patience);
        var unused = turn.result().whenComplete((value, failure) -> caller.execute(() -> {}));
        try {
            caller.runUntil(turn::isOver);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            giveUp(turn, new InterruptedCallException(key, false, e));
        } finally {
            caller.leave();
        }
        return turn.outcome();
    }

    private void enter(Turn<?> turn, Duration wait) {
        StorageKey key = turn.key();
        try {
            if (turns.isFull(key, perConversation)) {
                turn.giveUp(new BacklogFullException(key, perConversation, true));
            } else if (!places.take(wait)) {
                turn.giveUp(new BacklogFullException(key, inTotal, false));
            } else {
                queue(turn);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            turn.giveUp(new InterruptedCallException(key, false, e));
        } catch (IsolationClosedException e) {
            turn.giveUp(e);
        }
    }

    private void queue(Turn<?> turn) {
        switch (turns.arrive(turn.key(), turn, perConversation)) {
            case FIRST -> start(turn);
            case BEHIND -> {
                // whoever is before it passes on to it
            }
            case NONE -> {
                places.giveBack();
                turn.giveUp(new BacklogFullException(turn.key(), perConversation, true));
            }
        }
        if (closed) {
            giveUp(turn, new IsolationClosedException());
        }
    }

    // Going.

    /** No effect on a handler that has begun. */
    private void giveUp(Turn<?> turn, FsmException why) {
        if (!turn.giveUp(why)) {
            return;
        }
        if (turns.giveUp(turn.key(), turn)) {
            places.giveBack();
        } else {
            turn.wake(); // it is the first: it is on its way to a thread, or is now, and passes on from there
        }
    }

    @Override
    public boolean drain(Duration limit) throws InterruptedException {
        requireNonNull(limit, "limit");
        places.close();
        return places.awaitEmpty(limit);
    }

    @Override
    public void close() {
        places.close();
        closed = true;
        turns.all().forEach(turn -> giveUp(turn, new IsolationClosedException()));
    }

    /** How many conversations something is kept for. */
    int conversations() {
        return turns.conversations();
    }

    /** How many handlers wait or run. */
    int handlers() {
        return places.taken();
    }

    // Running.

    /** What one thread has to do, so that no turn runs inside of another's end, however the executor runs them. */
    private static final class Loop {
        private final Deque<Turn<?>> turns = new ArrayDeque<>(2);
        private final boolean lent;
        private boolean passing;

        /** @param lent whether the thread is the executor's, which may run what the executor has no other thread for */
        private Loop(boolean lent) {
            this.lent = lent;
        }
    }

    /** On the executor, or here if that is what it does. */
    private void start(Turn<?> turn) {
        try {
            turn.executor().execute(() -> run(turn));
        } catch (Throwable e) { // such as one for a thread that could not be started
            rejected(turn, e);
        }
    }

    private void rejected(Turn<?> turn, Throwable why) {
        if (turn.giveUp(new HandlerRejectedException(turn.key(), why)) || turn.isOver()) {
            passOn(turn, turn.hold());
        }
    }

    /** On the executor, but not inside of this call: it may be on a thread that others wait for, or deep inside of another. */
    private void passTo(Turn<?> next) {
        Loop mine = loops.get();
        Loop loop = mine == null ? new Loop(false) : mine;
        boolean outer = loop.passing;
        loop.passing = true;
        loops.set(loop);
        @Nullable Throwable refusal = null;
        try {
            next.executor().execute(() -> run(next));
        } catch (Throwable e) { // as above
            refusal = e;
        } finally {
            loop.passing = outer;
            if (mine == null) {
                loops.remove();
            }
        }
        if (refusal != null && loop.lent) {
            loop.turns.add(next); // it was accepted, and there is a thread
        } else if (refusal != null) {
            rejected(next, refusal);
        }
        if (mine == null) {
            loop.turns.forEach(turn -> own.handlers().execute(() -> run(turn)));
        }
    }

    private void run(Turn<?> turn) {
        Loop outer = loops.get();
        if (outer != null && outer.passing) {
            outer.turns.add(turn);
            return;
        }
        Loop loop = new Loop(turn.executor() == executor);
        loops.set(loop);
        try {
            for (Turn<?> next = turn; next != null; next = loop.turns.poll()) {
                serve(next);
            }
        } finally {
            if (outer == null) {
                loops.remove();
            } else {
                loops.set(outer);
            }
        }
    }

    private void serve(Turn<?> turn) {
        Hold hold = turn.hold();
        if (hold == null && !turn.isOver()) {
            try {
                hold = admission.admit(turn, () -> passTo(turn));
                if (hold == null) {
                    return;
                }
            } catch (FsmException e) {
                turn.giveUp(e);
            } catch (Throwable e) { // not isolated, so it does not run
                turn.giveUp(new IsolationUnavailableException(turn.key(), e));
            }
        }
        if (hold != null && turn.begin()) {
            handle(turn, hold);
        }
        passOn(turn, hold);
    }

    private void handle(Turn<?> turn, Hold hold) {
        HandlerLease lease = new HandlerLease(hold, own.callbacks());
        hold.serve(lease);
        StorageKey outer = handling.get();
        handling.set(turn.key());
        try {
            Runnable tell = Watch.within(handlerLimit, turn.key(), own, () -> turn.handle(lease));
            lease.end();
            tell.run();
        } finally {
            if (outer == null) {
                handling.remove();
            } else {
                handling.set(outer);
            }
        }
    }

    // Passing on.

    private void passOn(Turn<?> turn, @Nullable Hold hold) {
        if (!turn.passes()) {
            return; // an executor that refuses what it runs all the same
        }
        turn.endWait();
        if (hold == null) {
            leave(turn, Duration.ZERO);
            return;
        }
        Optional<Turn<?>> next = hold.mayServeAnother() ? turns.leaveToNext(turn.key()) : Optional.empty();
        if (next.isPresent()) {
            places.giveBack();
            next.get().take(hold);
            passTo(next.get());
            return;
        }
        var unused = hold.release().whenComplete((done, failure) -> leave(turn, hold.pause()));
    }

    private void leave(Turn<?> turn, Duration pause) {
        Optional<Turn<?>> next = turns.leave(turn.key());
        places.giveBack();
        next.ifPresent(present -> {
            present.inheritPatience(turn);
            if (pause.isZero()) {
                passTo(present);
            } else {
                own.later(pause, () -> passTo(present));
            }
        });
    }
}
