package io.botfsm.lock;

/** Receives the events of a lock, for metrics and alerts. All events are logged anyway. */
@FunctionalInterface
public interface LockListener {
    /**
     * Called for each event. Events of one lock are delivered one after another, in order, on a thread for callbacks.
     * Exceptions of this method are logged.
     */
    void on(LockEvent event);
}
