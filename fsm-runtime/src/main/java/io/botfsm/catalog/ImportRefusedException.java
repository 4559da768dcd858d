package io.botfsm.catalog;

import io.botfsm.storage.FsmException;

/**
 * A file is not an export that can be imported; nothing was imported. The message names the line by its number and what
 * is wrong with it, never a part of it; for the same reason it has no cause.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class ImportRefusedException extends FsmException {
    private final long line;

    ImportRefusedException(long line, String problem) {
        super("line " + line + ": " + problem + ". Nothing was imported");
        this.line = line;
    }

    /** The number of the line, from 1. */
    public long line() {
        return line;
    }
}
