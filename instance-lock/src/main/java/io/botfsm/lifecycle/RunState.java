package io.botfsm.lifecycle;

/**
 * The progress of a run of a {@link BotRunner}. A runner with a {@linkplain BotRunner#standby standby} that loses its
 * lease starts again with {@link #STANDBY}.
 */
public enum RunState {
    /** It has not begun. */
    NEW,
    /** It is trying to acquire the lock, or waiting while another instance is active. */
    STANDBY,
    /** It holds the lock, and the bot is being started. */
    STARTING,
    /** The bot is running. */
    ACTIVE,
    /** The bot is being stopped: it accepts no more work, and finishes what it has begun. */
    DRAINING,
    /** It is over, and everything is closed. */
    ENDED
}
