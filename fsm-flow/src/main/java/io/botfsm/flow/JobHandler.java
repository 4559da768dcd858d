package io.botfsm.flow;

/**
 * Does the work of a state, outside the turn. Runs at least once for each entry into the state, on the thread that
 * handles the input or fires the timeout, and for different conversations on several threads at once. It may be slow
 * and may block.
 *
 * @param <D> the dialog's data
 * @param <R> the result of the work
 */
@FunctionalInterface
public interface JobHandler<D, R> {
    /**
     * Does the work.
     *
     * @return the result, including expected failures: if an exception is thrown, the work is repeated
     * @throws Exception if the work must be repeated later, under the same {@link Job#id()}
     */
    R run(Job<D> job) throws Exception;
}
