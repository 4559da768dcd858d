package io.botfsm.lock;

/** Receives the events of a lock, for metrics and alarms. Each event is logged already. */
@FunctionalInterface
public interface LockListener {
    /**
     * Something happened. Events of one lock come one after another, in order, on a thread for callbacks; what this
     * method throws is logged.
     */
    void on(LockEvent event);
}
