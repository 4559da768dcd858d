package io.botfsm.integration.lock;

import io.botfsm.integration.lock.Mark.Kind;
import io.botfsm.lifecycle.BotRunner.Bot;
import io.botfsm.lock.Lease;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** A bot that only marks that it is active, as long as it may be. */
final class MarkingBot implements Bot {
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(2);

    /** A thread that did not run for so long finds that it stood still. */
    private static final long GAP = TimeUnit.MILLISECONDS.toNanos(800);

    private final Lease lease;
    private final Journal journal;
    private final Thread worker = new Thread(this::work, "worker");
    private volatile boolean stopping;

    private MarkingBot(Lease lease, Journal journal) {
        this.lease = lease;
        this.journal = journal;
    }

    static Bot start(Lease lease, Journal journal) {
        MarkingBot bot = new MarkingBot(lease, journal);
        bot.mark(Kind.BEGIN, "");
        lease.onLost(reason -> {
            long now = System.nanoTime();
            bot.mark(Kind.LOST, now + " " + reason);
        });
        bot.worker.start();
        return bot;
    }

    private void mark(Kind kind, String detail) {
        journal.mark(lease.fencingToken(), kind, detail);
    }

    private void work() {
        long last = System.nanoTime();
        boolean goesOn = true;
        while (goesOn) {
            goesOn = !stopping; // looks once more when it stops, since it may have stood still until then
            long now = System.nanoTime();
            boolean stoodStill = now - last > GAP;
            last = now;
            boolean held = lease.isHeld();
            if (stoodStill) {
                mark(Kind.WOKE, now + " " + held);
            } else if (held) {
                mark(Kind.ALIVE, "");
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    @Override
    public void stopPolling() throws Exception {
        stopping = true;
        worker.join(TimeUnit.SECONDS.toMillis(5));
        if (worker.isAlive()) {
            throw new TimeoutException("still working");
        }
    }

    @Override
    public void drain(Duration limit) {
        mark(lease.isHeld() ? Kind.END : Kind.ENDED_WITHOUT_LEASE, "");
    }
}
