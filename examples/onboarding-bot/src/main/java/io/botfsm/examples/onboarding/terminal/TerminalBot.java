package io.botfsm.examples.onboarding.terminal;

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
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bot at a terminal, with one user: each line is a message, each reply a line. It talks for as long as a lease is
 * held, once for each.
 */
public final class TerminalBot {
    private static final long NOT_HELD_PAUSE_MILLIS = 20;
    private static final Logger LOG = LoggerFactory.getLogger(TerminalBot.class.getPackageName());

    private final StorageKey key;
    private final EventIds eventIds = new EventIds(InstantSource.system());
    private final Lines lines;
    private final PrintStream out;
    private final String format;

    /**
     * A bot that is not talking yet.
     *
     * @param user who is writing
     * @param colors whether to set the bot's words apart by color
     */
    public TerminalBot(String user, Lines lines, PrintStream out, boolean colors) {
        this.key = StorageKey.bot("onboarding").chat(user).user(user).build();
        this.lines = lines;
        this.out = out;
        this.format = colors ? "\u001b[36mbot> %s\u001b[0m%n" : "bot> %s%n";
    }

    /**
     * Begins to talk, where the bot of the last lease has stopped, until the lines end, nobody reads the replies any
     * more, or it is stopped.
     *
     * @param revival is run when the storage has failed, to bring it back where that is in our hands
     */
    public Bot start(Fsm fsm, Lease lease, Runnable revival) {
        Session session = new Session(fsm.fencedBy(lease.fencingToken()), lease, revival);
        session.thread.start();
        return session;
    }

    /** A line, with the id under which it is handled again. */
    private record Message(EventId id, String text) {}

    private final class Session implements Bot {
        private final Fsm fsm;
        private final Lease lease;
        private final Runnable revival;
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private final Thread thread = new Thread(this::talk, "terminal");
        private Optional<Message> unsaved = Optional.empty();
        private boolean stopped;

        Session(Fsm fsm, Lease lease, Runnable revival) {
            this.fsm = fsm;
            this.lease = lease;
            this.revival = revival;
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
            replies(line).forEach(reply -> out.printf(Locale.ROOT, format, reply));
            return !out.checkError();
        }

        /**
         * That it is not held may pass, as when the machine's clock was set; if it does not, the runner stops this bot.
         */
        private boolean awaitLease() {
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

        private List<String> replies(String text) {
            // The same text right after a failure is the same message once more: it may have been saved after all.
            Message message = unsaved.filter(before -> before.text().equals(text))
                    .orElseGet(() -> new Message(EventId.of(eventIds.next()), text));
            unsaved = Optional.empty();
            try {
                return OnboardingFlow.FLOW.handle(fsm, key, message.id(), Input.typed(text)).stream()
                        .map(Reply::text)
                        .toList();
            } catch (UnreadableDataException e) {
                LOG.error("Cannot go on: {}", e.getMessage());
                return List.of(OnboardingFlow.LOST_THREAD.text());
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
}
