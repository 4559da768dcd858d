package io.botfsm.lock;

/** What a lock must never do. */
enum Violation {
    /** Two instances held the lock at the same true time. */
    TWO_HOLDERS,
    /** A later generation's token was not higher. */
    TOKEN_FELL,
    /** A generation's token changed. */
    TOKEN_CHANGED,
    /** A generation was notified of its loss more than once, or after its release. */
    NOTIFIED_TWICE,
    /** A generation was lost, but not notified. */
    NOT_NOTIFIED,
    RENEWED_AFTER_RELEASE,
    /** The lock was free, and nobody took it. */
    NOT_TAKEN,
    /** A holder that could reach the store lost its lease. */
    LOST_WITHOUT_REASON,
    /** Timers or subscriptions pile up. */
    PILES_UP,
    /** The store was left with a lease that nobody uses. */
    LEFT_BEHIND
}
