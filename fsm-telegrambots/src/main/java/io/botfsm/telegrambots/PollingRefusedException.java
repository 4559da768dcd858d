package io.botfsm.telegrambots;

import io.botfsm.storage.FsmException;
import java.util.Locale;

/**
 * Thrown when Telegram permanently refuses to return updates: the token is not valid (401, 404), or the request is
 * invalid (400, 403).
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class PollingRefusedException extends FsmException {
    private final int code;

    PollingRefusedException(int code, String description) {
        super(String.format(Locale.ROOT, "Telegram refuses getUpdates: %d %s", code, description)
                + (code == 401 || code == 404 ? " (is the bot's token correct?)" : ""));
        this.code = code;
    }

    /** Returns Telegram's error code. */
    public int code() {
        return code;
    }
}
