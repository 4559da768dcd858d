package io.botfsm.lifecycle;

import io.botfsm.lock.store.LossReason;

/** The reason why a bot has to stop. */
sealed interface Ending {
    /** For the log. */
    String why();

    /** A stop was requested. */
    record StopAsked(String why) implements Ending {}

    /** The bot has ended by itself. */
    record BotEnded() implements Ending {
        @Override
        public String why() {
            return "it has ended on its own";
        }
    }

    /** The bot could not start, or failed. */
    record BotFailed(String why, Throwable cause) implements Ending {}

    /** The lease is about to be lost. */
    record LeaseExpiring() implements Ending {
        @Override
        public String why() {
            return "the lease could not be renewed and is about to expire";
        }
    }

    /** The lease is lost. */
    record LeaseLost(LossReason reason) implements Ending {
        @Override
        public String why() {
            return "the lease is lost: " + reason;
        }
    }
}
