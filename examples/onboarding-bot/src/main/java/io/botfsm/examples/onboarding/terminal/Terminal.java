package io.botfsm.examples.onboarding.terminal;

import io.botfsm.Fsm;
import io.botfsm.examples.onboarding.Message;
import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.lifecycle.BotRunner.Bot;
import io.botfsm.lock.Lease;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.UnknownStateException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A conversation at a terminal, for as long as a lease is held: each line is a message, each reply a line. */
final class Terminal implements Bot {
    private static final long NOT_HELD_PAUSE_MILLIS = 20;
    private static final Logger LOG = LoggerFactory.getLogger(Terminal.class.getPackageName());

    private static final String CYAN = "\u001b[36m";
    private static final String RESET = "\u001b[0m";

    private final OnboardingFlow flow;
    private final Fsm fsm;
    private final Lease lease;
    private final Runnable revival;
    private final StorageKey key;
    private final EventIds eventIds;
    private final Lines lines;
    private final PrintStream out;
    private final boolean colors;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread = new Thread(this::talk, "terminal");
    private Optional<Message> unsaved = Optional.empty();
    private boolean stopped;

    Terminal(
            OnboardingFlow flow,
            Lease lease,
            Runnable revival,
            StorageKey key,
            EventIds eventIds,
            Lines lines,
            PrintStream out,
            boolean colors) {
        this.flow = flow;
        this.fsm = flow.fsm().fencedBy(lease.fencingToken());
        this.lease = lease;
        this.revival = revival;
        this.key = key;
        this.eventIds = eventIds;
        this.lines = lines;
        this.out = out;
        this.colors = colors;
    }

    /** Begins to talk, until the lines end, nobody reads the replies any more, or it is stopped. */
    Terminal start() {
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
        } catch (InterruptedException e) {
            LOG.debug("Stopped while waiting for a line");
            ended.complete(null);
        } catch (Throwable e) { // that nobody has thought of: the bot has failed
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
        }
        thread.interrupt(); // it does nothing but wait now
    }

    @Override
    public void drain(Duration limit) throws InterruptedException, TimeoutException {
        thread.join(limit.toMillis());
        if (thread.isAlive()) {
            throw new TimeoutException("a message is still being handled");
        }
    }

    private synchronized boolean answer(String line) {
        if (!awaitLease()) {
            lines.putBack(line);
            return false;
        }
        replies(message(line)).forEach(reply -> out.println(shown("bot> " + reply)));
        return !out.checkError();
    }

    private String shown(String text) {
        return colors ? CYAN + text + RESET : text;
    }

    /**
     * That it is not held may pass, as when the machine's clock was set; if it does not, the runner stops this
     * terminal.
     */
    private synchronized boolean awaitLease() {
        try {
            while (!stopped && !lease.isHeld()) {
                wait(NOT_HELD_PAUSE_MILLIS);
            }
            return !stopped;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The same text right after a failure is the same message once more: it may have been saved after all. */
    private Message message(String text) {
        return unsaved.filter(message -> message.text().equals(text))
                .orElseGet(() -> new Message(key, eventIds.next(), text));
    }

    private List<String> replies(Message message) {
        unsaved = Optional.empty();
        try {
            return flow.receive(fsm, message).texts();
        } catch (UnknownStateException | UnreadableDataException e) {
            LOG.error("Cannot go on: {}", e.getMessage());
            return List.of("Sorry, I have lost the thread. Send /start to begin anew.");
        } catch (FencedException e) {
            lease.fenced(e.highest()); // another instance was active since, or the store has fallen back
            return notSaved(message, e);
        } catch (FsmException e) {
            revival.run();
            return notSaved(message, e);
        }
    }

    private List<String> notSaved(Message message, FsmException e) {
        LOG.error("Not saved: {}", e.getMessage());
        LOG.debug("Not saved", e);
        unsaved = Optional.of(message);
        return List.of("Sorry, that couldn't be saved. Please try again.");
    }
}
