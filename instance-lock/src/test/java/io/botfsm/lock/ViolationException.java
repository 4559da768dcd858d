package io.botfsm.lock;

/** Thrown when a simulation finds a violation. */
final class ViolationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Violation violation;

    ViolationException(Violation violation, String detail) {
        super(violation + ": " + detail);
        this.violation = violation;
    }

    Violation violation() {
        return violation;
    }
}
