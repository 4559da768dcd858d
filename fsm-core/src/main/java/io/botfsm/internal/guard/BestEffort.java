package io.botfsm.internal.guard;

import java.util.Optional;

/** Runs work that accompanies a write, such as logging, whose failure must not affect the write. */
public final class BestEffort {
    private BestEffort() {}

    /**
     * Runs the work. Never throws, and clears an interrupt that the work leaves on the thread.
     *
     * @return what the work threw
     */
    public static Optional<Throwable> run(Runnable work) {
        boolean interruptedBefore = Thread.currentThread().isInterrupted();
        try {
            work.run();
            return Optional.empty();
        } catch (Throwable e) { // errors too: an appender or executor out of memory says nothing about the write
            return Optional.of(e);
        } finally {
            if (!interruptedBefore) {
                var unused = Thread.interrupted();
            }
        }
    }
}
