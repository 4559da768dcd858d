package io.botfsm.lifecycle;

/** How far the run of a {@link BotRunner} is. A standby that lost its lease begins again with {@link #STANDBY}. */
public enum RunState {
    /** It has not begun. */
    NEW,
    /** It tries to acquire the lock, or waits for it while another instance is active. */
    STANDBY,
    /** It holds the lock, and the bot is being started. */
    STARTING,
    /** The bot is at work. */
    ACTIVE,
    /** The bot is being stopped: it takes on no more work and finishes what it has begun. */
    DRAINING,
    /** It is over, and everything is closed. */
    ENDED
}
