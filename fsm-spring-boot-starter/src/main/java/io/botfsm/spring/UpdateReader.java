package io.botfsm.spring;

import java.util.Optional;
import java.util.function.Function;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * How an update becomes the input of the application's flows; needed where they do not hear texts. Called by several
 * threads.
 *
 * @param <I> what the flows hear
 */
@FunctionalInterface
public interface UpdateReader<I> extends Function<Update, Optional<I>> {}
