package io.botfsm.isolation;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one handler sees of the permit that it runs under, until it ends. Thread-safe. */
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
        List<Runnable> told;
        synchronized (monitor) {
            if (lost || ended) {
                return;
            }
            lost = true;
            told = List.copyOf(actions);
            actions.clear();
        }
        told.forEach(this::run);
    }

    private void run(Runnable action) {
        Runnable told = () -> {
            try {
                action.run();
            } catch (Throwable e) { // one action's error must not keep another from being told
                reportFailure(e);
            }
        };
        try {
            callbacks.execute(told);
        } catch (Throwable e) { // such as no memory for a thread: on this one rather than never
            told.run();
        }
    }

    private static void reportFailure(Throwable failure) {
        try {
            LOGGER.error("An action at the loss of a conversation failed", failure);
        } catch (Throwable e) {
            // An appender's error is not the next action's.
        }
    }

    /** The handler has ended; nothing is told any more. */
    void end() {
        synchronized (monitor) {
            ended = true;
            actions.clear();
        }
    }
}
