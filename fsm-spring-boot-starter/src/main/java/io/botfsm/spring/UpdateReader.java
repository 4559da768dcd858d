package io.botfsm.spring;

import java.util.Optional;
import java.util.function.Function;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * Converts an update to an input of the application's flows; needed if their inputs are not texts. Called by several
 * threads.
 *
 * @param <I> the inputs of the flows
 */
@FunctionalInterface
public interface UpdateReader<I> extends Function<Update, Optional<I>> {}
