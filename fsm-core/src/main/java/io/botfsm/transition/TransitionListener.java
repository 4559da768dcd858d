package io.botfsm.transition;

/**
 * Is told of every change of state that was stored through a {@link io.botfsm.transition.NotifyingStateStorage}: each once, those
 * of one conversation in the order in which they happened. One call at a time, never on a thread of the driver; it may block,
 * though what it is told of next then waits.
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
     * More changes waited than may wait, since this listener takes longer than they keep coming, and the newest were left out.
     * Told before the next one that was not.
     *
     * @param count how many were left out since it was told last
     */
    default void onDiscarded(long count) {}
}
