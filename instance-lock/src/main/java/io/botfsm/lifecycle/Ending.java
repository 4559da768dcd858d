package io.botfsm.lifecycle;

import io.botfsm.lock.store.LossReason;

/** Why a bot has to stop. */
sealed interface Ending {
    /** For the log. */
    String why();

    /** Somebody wants it so. */
    record StopAsked(String why) implements Ending {}

    /** It has come to its end by itself. */
    record BotEnded() implements Ending {
        @Override
        public String why() {
            return "it has ended by itself";
        }
    }

    /** It could not start, or broke. */
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
