package io.botfsm.monitoring;

/** The status of a component that sends messages. Thread-safe. Every method returns immediately. */
public interface SendingStatus {
    /** Returns how many messages the messenger has accepted. */
    long sent();

    /** Returns how often the messenger has refused a message because of its limits, such as Telegram's 429. */
    long limited();

    /** Returns how many messages were not sent because they would have had to wait too long. */
    long delayed();

    /** Returns how many messages were dropped because the recipient cannot be reached. */
    long dropped();

    /** Returns how many sends failed for another reason: the messenger refused them, or could not be reached. */
    long failed();

    /** Returns how many callers are currently waiting until their message may be sent. */
    int waiting();
}
