package io.botfsm.telegrambots;

import io.botfsm.telegrambots.PollingConflict.Kind;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs Telegram's 409s and notifies the application. Confined to the thread that polls. */
final class ConflictReporter {
    private static final Logger LOG = LoggerFactory.getLogger(ConflictReporter.class.getPackageName());

    private final Consumer<? super PollingConflict> listener;
    private final long start;
    /** How long Telegram may keep open a call of an instance that has died. */
    private final Duration grace;

    private final AtomicLong total = new AtomicLong();
    private int times;
    private long first;

    ConflictReporter(Consumer<? super PollingConflict> listener, long start, Duration grace) {
        this.listener = listener;
        this.start = start;
        this.grace = grace;
    }

    /**
     * Records another 409.
     *
     * @param pause the pause before the next call
     */
    void conflict(String description, Duration pause, long now) {
        if (times == 0) {
            first = now;
        }
        times++;
        total.incrementAndGet();
        PollingConflict conflict =
                new PollingConflict(kind(description, now), times, Duration.ofNanos(now - first), description);
        log(conflict, pause);
        try {
            listener.accept(conflict);
        } catch (Throwable e) { // of whatever kind: polling goes on
            LOG.error("The listener for conflicts failed; polling continues", e);
        }
    }

    private Kind kind(String description, long now) {
        if (description.toLowerCase(Locale.ROOT).contains("webhook")) {
            return Kind.WEBHOOK;
        }
        return now - start < grace.toNanos() ? Kind.FORMER_INSTANCE : Kind.OTHER_POLLER;
    }

    private static void log(PollingConflict conflict, Duration pause) {
        String again = String.format(
                Locale.ROOT, "; trying again in %d ms. Telegram says: %s", pause.toMillis(), conflict.description());
        switch (conflict.kind()) {
            case FORMER_INSTANCE ->
                LOG.info(
                        "409: another call of getUpdates is open, possibly from an instance that has just died{}",
                        again);
            case OTHER_POLLER ->
                LOG.error(
                        "409: ANOTHER PROGRAM POLLS WITH THIS BOT'S TOKEN, without this lock, and takes this bot's updates. Stop"
                                + " it, or have BotFather revoke the token{}",
                        again);
            case WEBHOOK ->
                LOG.error(
                        "409: the bot has a webhook, so polling is not possible. Call deleteWebhook to remove it{}",
                        again);
        }
    }

    /** Returns the number of 409s. May be called by any thread. */
    long total() {
        return total.get();
    }

    /** Ends the series of conflicts: Telegram returns updates again. */
    void over() {
        times = 0;
    }
}
