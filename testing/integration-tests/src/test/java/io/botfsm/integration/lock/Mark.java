package io.botfsm.integration.lock;

/**
 * An entry of a {@link Journal}.
 *
 * @param micros when, by the clock of the journal's server
 * @param pid the process
 * @param token the fencing token of the lease it is about
 * @param kind what happened
 * @param detail more of it, or nothing
 */
record Mark(long micros, long pid, long token, Kind kind, String detail) {
    enum Kind {
        /** The bot begins. */
        BEGIN,
        /** The bot did something, the lease being held immediately before. */
        ALIVE,
        /** The process found that it had stood still; whether the lease was held after that, and when. */
        WOKE,
        /** The callback for the loss of the lease was called; when. */
        LOST,
        /** The bot has ended, the lease being held immediately before. */
        END,
        /** The bot has ended without its lease. */
        ENDED_WITHOUT_LEASE
    }

    static Mark parse(String entry) {
        String[] parts = entry.split(" ", 5);
        return new Mark(
                Long.parseLong(parts[0]),
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Kind.valueOf(parts[3]),
                parts[4]);
    }

    boolean isOf(InstanceProcess process, Kind wanted) {
        return pid == process.pid() && kind == wanted;
    }

    /** Whether the bot was at work then, and believed that it was allowed to be. */
    boolean isActivity() {
        return kind == Kind.BEGIN || kind == Kind.ALIVE || kind == Kind.END;
    }
}
