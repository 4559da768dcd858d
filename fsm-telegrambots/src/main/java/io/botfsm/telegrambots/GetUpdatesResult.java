package io.botfsm.telegrambots;

import io.botfsm.internal.text.Text;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What became of a call of {@code getUpdates}. */
sealed interface GetUpdatesResult {
    /** Updates, maybe none; what was below the offset is confirmed. */
    record Updates(List<ReceivedUpdate> updates) implements GetUpdatesResult {}

    /** Telegram has said no, maybe with a wait of 1 second to 5 minutes. */
    record Refused(int code, String description, Optional<Duration> retryAfter) implements GetUpdatesResult {
        /** The description goes to logs, on one line. */
        public Refused {
            description = Text.oneLine(description);
        }
    }

    /** No answer, as of a call that was cancelled, or none of Telegram's; {@code why} does not have the token. */
    record Broken(String why) implements GetUpdatesResult {
        /** The reason goes to logs, on one line. */
        public Broken {
            why = Text.oneLine(why);
        }
    }
}
