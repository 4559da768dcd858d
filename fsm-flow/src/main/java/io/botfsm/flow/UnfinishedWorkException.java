package io.botfsm.flow;

/** There is work to do before an input is handled. Never leaves this package. */
@SuppressWarnings("serial") // never sent over a wire
final class UnfinishedWorkException extends RuntimeException {
    UnfinishedWorkException() {
        super("unfinished work", null, false, false);
    }
}
