package io.botfsm.monitoring;

/** What something that sends messages reports about itself. Every method returns at once. */
public interface SendingStatus {
    /** How many messages the messenger has taken. */
    long sent();

    /** How often the messenger has refused a message because of its limits, such as by Telegram's 429. */
    long limited();

    /** How often a message would have had to wait for too long, and was not sent. */
    long delayed();

    /** How many messages were dropped, since nobody is there. */
    long dropped();

    /** How many sends have failed otherwise: the messenger has refused them, or could not be reached. */
    long failed();

    /** How many callers are waiting now for the time at which their message may leave. */
    int waiting();
}
