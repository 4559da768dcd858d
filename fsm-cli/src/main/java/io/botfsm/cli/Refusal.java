package io.botfsm.cli;

import java.io.Serial;

/** A command cannot do what it was asked for. The message says why, and what to do. */
final class Refusal extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final int status;

    Refusal(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
