package io.botfsm.lock;

/** The lock is closed. */
public final class LockClosedException extends LockException {
    private static final long serialVersionUID = 1;

    /**
     * A failure.
     *
     * @param name the lock's name
     */
    public LockClosedException(String name) {
        super("lock \"%s\" is closed".formatted(name), null);
    }
}
