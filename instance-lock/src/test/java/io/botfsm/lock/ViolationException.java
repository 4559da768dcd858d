package io.botfsm.lock;

/** A simulation found what must not be. */
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
