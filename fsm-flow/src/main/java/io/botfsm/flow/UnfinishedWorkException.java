package io.botfsm.flow;

/** Thrown when there is work to do before an input can be handled. Never leaves this package. */
@SuppressWarnings("serial") // never sent over a wire
final class UnfinishedWorkException extends RuntimeException {
    UnfinishedWorkException() {
        super("unfinished work", null, false, false);
    }
}
