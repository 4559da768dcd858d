package io.botfsm.telegrambots;

import io.botfsm.internal.text.Text;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The result of a call of {@code getUpdates}. */
sealed interface GetUpdatesResult {
    /** Updates, possibly none; all updates below the offset are confirmed. */
    record Updates(List<ReceivedUpdate> updates) implements GetUpdatesResult {}

    /** A refusal by Telegram, possibly with a wait, which is bounded to 1 second to 5 minutes. */
    record Refused(int code, String description, Optional<Duration> retryAfter) implements GetUpdatesResult {
        /** The description goes to logs, on one line. */
        public Refused {
            description = Text.oneLine(description);
        }
    }

    /**
     * No response, for example because the call was cancelled, or a response that is not Telegram's; {@code why} never
     * contains the token.
     */
    record Broken(String why) implements GetUpdatesResult {
        /** The reason goes to logs, on one line. */
        public Broken {
            why = Text.oneLine(why);
        }
    }
}
