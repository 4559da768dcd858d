package io.botfsm.transition;

/**
 * Receives every change of state that was stored through a {@link io.botfsm.transition.NotifyingStateStorage}. Each
 * change is delivered once; those of one conversation are delivered in the order in which they happened. The listener
 * is called by one thread at a time, never by a thread of the driver. It may block, which delays the next notification.
 */
@FunctionalInterface
public interface TransitionListener {
    /**
     * Called after a change of state has been stored. An exception is logged and has no other effect.
     *
     * @param transition the change of state
     */
    void onTransition(Transition transition);

    /**
     * Called after the newest changes were dropped because the queue was full: the listeners were slower than the
     * changes. The call is made before the next change that was not dropped.
     *
     * @param count how many changes were dropped since the last call
     */
    default void onDiscarded(long count) {}
}
