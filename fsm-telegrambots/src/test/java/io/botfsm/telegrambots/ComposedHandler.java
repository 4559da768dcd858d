package io.botfsm.telegrambots;

import io.botfsm.Fsm;
import io.botfsm.storage.StorageKey;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.telegram.telegrambots.meta.api.objects.Update;

/** A handler whose methods a test gives as lambdas. */
final class ComposedHandler implements UpdateHandler {
    UpdateHandler handle = (fsm, key, update) -> {};
    Consumer<Update> withoutConversation = update -> {};
    Predicate<Throwable> outages = failure -> false;
    Consumer<DeadLetter> deadLetters = letter -> {};

    @Override
    public void handle(Fsm fsm, StorageKey key, Update update) throws Exception {
        handle.handle(fsm, key, update);
    }

    @Override
    public void handleWithoutConversation(Update update) {
        withoutConversation.accept(update);
    }

    @Override
    public boolean isOutage(Throwable failure) {
        return outages.test(failure);
    }

    @Override
    public void onDeadLetter(DeadLetter letter) {
        deadLetters.accept(letter);
    }
}
