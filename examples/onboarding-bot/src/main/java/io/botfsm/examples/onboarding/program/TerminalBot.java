package io.botfsm.examples.onboarding.program;

import io.botfsm.Fsm;
import io.botfsm.examples.onboarding.Input;
import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.examples.onboarding.Reply;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.lifecycle.BotRunner.Bot;
import io.botfsm.lock.Lease;
import io.botfsm.storage.EventId;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bot at a terminal, with one user, for as long as a lease is held: a line is a message, a reply a line. */
final class TerminalBot implements Bot {
    private static final Logger LOG = LoggerFactory.getLogger(TerminalBot.class.getPackageName());
    private static final long NOT_HELD_PAUSE_MILLIS = 20;
    private static final AtomicLong LAST_ID = new AtomicLong();

    private final StorageKey key;
    private final Fsm fsm;
    private final Lease lease;
    private final Lines lines;
    private final PrintStream out;
    private final String format;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread = new Thread(this::talk, "terminal");
    private Optional<Message> unsaved = Optional.empty();
    private boolean stopped;

    /** A line, with the id under which it is handled again. */
    private record Message(EventId id, String text) {
        /**
         * A terminal does not number its lines as a messenger numbers its messages. The time in microseconds keeps the
         * ids unique, across runs too: no line is taken for the redelivery of another.
         */
        static Message of(String text) {
            long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
            return new Message(EventId.of(LAST_ID.updateAndGet(last -> Math.max(last + 1, now))), text);
        }
    }

    /**
     * Talks, once {@link #start started}, until the lines end, nobody reads the replies any more, or it is stopped.
     *
     * @param user who is writing
     * @param colors whether to set the bot's words apart by color
     */
    TerminalBot(Fsm fsm, Lease lease, String user, Lines lines, PrintStream out, boolean colors) {
        this.fsm = fsm.fencedBy(lease.fencingToken());
        this.lease = lease;
        this.key = StorageKey.bot("onboarding").chat(user).user(user).build();
        this.lines = lines;
        this.out = out;
        this.format = colors ? "\u001b[36mbot> %s\u001b[0m%n" : "bot> %s%n";
    }

    TerminalBot start() {
        thread.start();
        return this;
    }

    private void talk() {
        try {
            Optional<String> line = lines.take();
            while (line.isPresent() && answer(line.get())) {
                line = lines.take();
            }
            ended.complete(null);
        } catch (InterruptedException e) { // by stopPolling
            ended.complete(null);
        } catch (Throwable e) { // unexpected: the bot has failed
            ended.completeExceptionally(e);
        }
    }

    @Override
    public CompletionStage<?> ended() {
        return ended;
    }

    /** Handles no further message. Returns when the one that is being handled has got its reply. */
    @Override
    public void stopPolling() {
        synchronized (this) {
            stopped = true;
            notifyAll();
        }
        thread.interrupt(); // it does nothing but wait for a line now
    }

    @Override
    public void drain(Duration limit) throws InterruptedException, TimeoutException {
        thread.join(limit.toMillis());
        if (thread.isAlive()) {
            throw new TimeoutException("a message is still being handled");
        }
    }

    private synchronized boolean answer(String line) throws InterruptedException {
        try {
            while (!stopped && !lease.isHeld()) { // temporary after a clock change; else the runner stops this bot
                wait(NOT_HELD_PAUSE_MILLIS);
            }
        } finally {
            if (stopped) {
                lines.putBack(line);
            }
        }
        if (stopped) {
            return false;
        }
        replies(line).forEach(reply -> out.printf(Locale.ROOT, format, reply));
        return !out.checkError();
    }

    private List<String> replies(String text) {
        // The same text right after a failure is the same message once more: it may have been saved after all.
        Message message = unsaved.filter(before -> before.text().equals(text)).orElseGet(() -> Message.of(text));
        unsaved = Optional.empty();
        try {
            return OnboardingFlow.FLOW.handle(fsm, key, message.id(), Input.typed(text)).stream()
                    .map(Reply::text)
                    .toList();
        } catch (UnreadableDataException e) {
            LOG.error("Cannot go on: {}", e.getMessage());
            return List.of(OnboardingFlow.LOST_THREAD.text());
        } catch (FsmException e) {
            if (e instanceof FencedException fenced) { // by an instance that has been active since
                lease.fenced(fenced.highest());
            }
            LOG.error("Not saved: {}", e.getMessage());
            unsaved = Optional.of(message);
            return List.of("Sorry, that couldn't be saved. Please try again.");
        }
    }
}
