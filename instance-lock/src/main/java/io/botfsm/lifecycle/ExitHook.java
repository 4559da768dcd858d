package io.botfsm.lifecycle;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a run in order when the JVM exits meanwhile, because of {@code System.exit} elsewhere or a signal without a
 * handler.
 */
final class ExitHook {
    private static final Logger LOG = LoggerFactory.getLogger(ExitHook.class.getPackageName());

    private final StopRequest stop;
    private final Duration limit;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread = new Thread(this::stopAndWait, "botfsm-exit");

    private ExitHook(StopRequest stop, Duration limit) {
        this.stop = stop;
        this.limit = limit;
    }

    /**
     * Installs a hook.
     *
     * @param limit the maximum time that the JVM's exit waits for the run
     */
    static ExitHook install(StopRequest stop, Duration limit) {
        ExitHook hook = new ExitHook(stop, limit);
        try {
            Runtime.getRuntime().addShutdownHook(hook.thread);
        } catch (IllegalStateException e) {
            hook.askToStop();
        }
        return hook;
    }

    private void askToStop() {
        stop.ask("the JVM is exiting");
    }

    private void stopAndWait() {
        askToStop();
        try {
            if (!ended.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.error(
                        "The JVM exits although the run has not ended within {}; the lease stays held until it expires",
                        limit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Thread thread() {
        return thread;
    }

    /** Removes the hook after the run has ended. */
    void remove() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException e) {
            // The JVM is exiting, the hook is running or done.
        }
    }
}
