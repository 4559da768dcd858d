package io.botfsm.flow;

/**
 * Does the work of a state, outside the turn. Runs at least once for each entry into the state, on the thread that
 * handles the input; it may take its time, and block.
 *
 * @param <D> the dialog's data
 * @param <R> what comes of it
 */
@FunctionalInterface
public interface JobHandler<D, R> {
    /**
     * Does the work.
     *
     * @return what comes of it, failures that are to be expected included: whatever is thrown repeats the work
     * @throws Exception if the work is to be repeated later, under the same {@link Job#id()}
     */
    R run(Job<D> job) throws Exception;
}
