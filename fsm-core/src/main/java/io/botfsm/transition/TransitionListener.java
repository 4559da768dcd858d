package io.botfsm.transition;

/**
 * Receives every change of state that was stored through a {@link io.botfsm.transition.NotifyingStateStorage}: each
 * once, those of one conversation in the order in which they happened. Called by one thread at a time, never by one of
 * the driver; it may block, which delays the next notification.
 */
@FunctionalInterface
public interface TransitionListener {
    /**
     * A change of state has been stored. What is thrown is logged, and changes nothing.
     *
     * @param transition what has become of which conversation
     */
    void onTransition(Transition transition);

    /**
     * The queue of changes was full, because the listeners are slower than the changes, and the newest were dropped.
     * Called before the next change that was not.
     *
     * @param count how many were dropped since the last call
     */
    default void onDiscarded(long count) {}
}
