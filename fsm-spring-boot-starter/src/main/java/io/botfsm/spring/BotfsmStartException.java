package io.botfsm.spring;

import org.jspecify.annotations.Nullable;

/** The bot cannot be started as it is configured; says what to do. */
@SuppressWarnings("serial") // thrown and reported, never sent over a wire
final class BotfsmStartException extends RuntimeException {
    private final String action;

    BotfsmStartException(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    String action() {
        return action;
    }
}
