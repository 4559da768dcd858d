package io.botfsm.catalog;

import io.botfsm.storage.FsmException;

/**
 * Thrown when a file is not an export that can be imported. Nothing was imported. The message names the number of the
 * line and what is wrong with it, but never quotes it; for the same reason there is no cause.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class ImportRefusedException extends FsmException {
    private final long line;

    ImportRefusedException(long line, String problem) {
        super("line " + line + ": " + problem + ". Nothing was imported");
        this.line = line;
    }

    /** Returns the number of the line, starting at 1. */
    public long line() {
        return line;
    }
}
