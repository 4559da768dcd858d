package io.botfsm.isolation;

import io.botfsm.internal.guard.BestEffort;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The view that one handler has of its permit until the handler ends. Thread-safe. */
final class HandlerLease implements ConversationLease {
    private static final Logger LOGGER = LoggerFactory.getLogger(HandlerLease.class.getPackageName());

    private final ConversationPermit permit;
    private final Executor callbacks;
    private final Object monitor = new Object();
    private final List<Runnable> actions = new ArrayList<>(0);
    private volatile boolean ended;
    private boolean lost;

    HandlerLease(ConversationPermit permit, Executor callbacks) {
        this.permit = permit;
        this.callbacks = callbacks;
    }

    @Override
    public boolean isHeld() {
        return !ended && permit.isHeld();
    }

    @Override
    public OptionalLong fencingToken() {
        return permit.fencingToken();
    }

    @Override
    public void onLost(Runnable action) {
        synchronized (monitor) {
            if (!lost) {
                actions.add(action);
                return;
            }
        }
        run(action);
    }

    @Override
    public void fenced(long highestSeen) {
        permit.fenced(highestSeen);
    }

    void lose() {
        List<Runnable> notified;
        synchronized (monitor) {
            if (lost || ended) {
                return;
            }
            lost = true;
            notified = List.copyOf(actions);
            actions.clear();
        }
        notified.forEach(this::run);
    }

    private void run(Runnable action) {
        Runnable guarded = () -> BestEffort.run(action) // a failing action must not keep the others from running
                .ifPresent(failure ->
                        BestEffort.run(() -> LOGGER.error("An onLost action of a conversation failed", failure)));
        if (BestEffort.run(() -> callbacks.execute(guarded)).isPresent()) {
            guarded.run(); // no thread is available, such as for lack of memory: on this one rather than never
        }
    }

    /** Ends the lease with its handler; no more notifications follow. */
    void end() {
        synchronized (monitor) {
            ended = true;
            actions.clear();
        }
    }
}
