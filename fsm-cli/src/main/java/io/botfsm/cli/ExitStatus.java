package io.botfsm.cli;

/** How a command ends. */
final class ExitStatus {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int REFUSED = 2;
    static final int INCOMPLETE = 3;
    static final int CONFLICT = 4;

    private ExitStatus() {}
}
