package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.StorageKey;
import java.util.Optional;
import java.util.function.Function;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * Where an update belongs.
 *
 * @param key its conversation, if it has one
 * @param chat the chat that it is most likely answered in
 * @param failure why it cannot be handled at all
 */
record Placement(Optional<StorageKey> key, Optional<Long> chat, Optional<Throwable> failure) {
    /** A key function that fails for one update must not take along the others. */
    static Placement of(Received received, Function<? super Update, Optional<StorageKey>> keys) {
        if (received.update().isEmpty()) {
            return new Placement(
                    Optional.empty(), Optional.empty(), received.unreadable().map(Throwable.class::cast));
        }
        Update update = received.update().get();
        try {
            Origin origin = Origin.of(update);
            Optional<StorageKey> key = requireNonNull(keys.apply(update), "the key function returned null");
            return new Placement(key, origin.chat().or(origin::user), Optional.empty());
        } catch (Throwable e) {
            return new Placement(Optional.empty(), Optional.empty(), Optional.of(e));
        }
    }
}
