package io.botfsm.examples.onboarding.terminal;

import io.botfsm.FsmException;
import io.botfsm.StorageKey;
import io.botfsm.UnknownStateException;
import io.botfsm.UnreadableDataException;
import io.botfsm.examples.onboarding.Message;
import io.botfsm.examples.onboarding.OnboardingFlow;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A conversation at a terminal: each line is a message, each reply a line. */
final class Terminal {
    private static final Logger LOG = LoggerFactory.getLogger(Terminal.class);

    private final OnboardingFlow flow;
    private final OpenStorage storage;
    private final StorageKey key;
    private final EventIds eventIds;
    private final PrintStream out;
    private Optional<Message> unsaved = Optional.empty();
    private boolean stopped;

    Terminal(OnboardingFlow flow, OpenStorage storage, StorageKey key, EventIds eventIds, PrintStream out) {
        this.flow = flow;
        this.storage = storage;
        this.key = key;
        this.eventIds = eventIds;
        this.out = out;
    }

    /** Talks until the lines end, nobody reads the replies any more, or {@link #stop} is called. */
    void talk(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        while (line != null && answer(line)) {
            line = lines.readLine();
        }
    }

    /** Handles no further message. Returns when the one that is being handled has got its reply. */
    synchronized void stop() {
        stopped = true;
    }

    private synchronized boolean answer(String line) {
        if (stopped) {
            return false;
        }
        replies(message(line)).forEach(reply -> out.println("bot> " + reply));
        return !out.checkError();
    }

    /** The same text right after a failure is the same message once more: it may have been saved after all. */
    private Message message(String text) {
        return unsaved.filter(message -> message.text().equals(text))
                .orElseGet(() -> new Message(key, eventIds.next(), text));
    }

    private List<String> replies(Message message) {
        unsaved = Optional.empty();
        try {
            return flow.receive(message);
        } catch (UnknownStateException | UnreadableDataException e) {
            LOG.error("Cannot go on: {}", e.getMessage());
            return List.of("Sorry, I have lost the thread. Send /start to begin anew.");
        } catch (FsmException e) {
            LOG.error("Not saved: {}", e.getMessage());
            LOG.debug("Not saved", e);
            unsaved = Optional.of(message);
            revive();
            return List.of("Sorry, that couldn't be saved. Please try again.");
        }
    }

    private void revive() {
        try {
            storage.revive();
        } catch (IOException e) {
            LOG.error("{}", e.getMessage());
        }
    }
}
