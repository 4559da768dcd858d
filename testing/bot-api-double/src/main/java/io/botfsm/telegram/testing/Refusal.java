package io.botfsm.telegram.testing;

/** A request that the Bot API refuses, with its status and its words. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    Refusal(int status, String description) {
        super(description, null, false, false);
        this.status = status;
    }

    static Refusal badRequest(String reason) {
        return new Refusal(400, "Bad Request: " + reason);
    }

    Answer answer() {
        return Answer.error(status, String.valueOf(getMessage()));
    }
}
