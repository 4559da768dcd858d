package io.botfsm.spring;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The bot cannot be started as it is configured; says what to do. */
@SuppressWarnings("serial") // thrown and reported, never sent over a wire
final class BotfsmStartException extends RuntimeException {
    private final String action;

    BotfsmStartException(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    /**
     * Uses the value of a property.
     *
     * @throws BotfsmStartException if the value is refused; names the property
     */
    static <T> T using(String property, String action, Supplier<T> use) {
        try {
            return use.get();
        } catch (IllegalArgumentException e) {
            throw new BotfsmStartException(property + " cannot be used: " + e.getMessage(), action, e);
        }
    }

    String action() {
        return action;
    }
}
