package io.botfsm.telegram.testing;

/** Thrown for a request that the Bot API refuses, with its status and description. */
final class RequestRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    RequestRefusedException(int status, String description) {
        super(description, null, false, false);
        this.status = status;
    }

    static RequestRefusedException badRequest(String reason) {
        return new RequestRefusedException(400, "Bad Request: " + reason);
    }

    BotApiResponse answer() {
        return BotApiResponse.error(status, String.valueOf(getMessage()));
    }
}
