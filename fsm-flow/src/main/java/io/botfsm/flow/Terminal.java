package io.botfsm.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Scanner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Runs a flow in the terminal with one user, to try it out: each line of standard input is a message, unless it is
 * blank, and each reply is printed as a line. Timeouts are fired while the user says nothing.
 */
public final class Terminal {
    private static final StorageKey USER = StorageKey.bot(1).chat(1).user(1).build();

    private final Flow<String, ?> flow;
    private final Fsm fsm;
    /** The lines of the input; an empty element marks its end. */
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

    private Terminal(Flow<String, ?> flow, StateStorage storage) {
        this.flow = flow;
        this.fsm = flow.fsm(storage);
    }

    /**
     * Runs the flow until the input ends, or this thread is interrupted; the interrupt flag is then set again. If the
     * storage has a conversation with a state, its current question is printed first.
     *
     * @param storage keeps the conversation, so that the next call continues it; not closed
     * @throws IllegalArgumentException as {@link Flow#fsm} does
     * @throws io.botfsm.storage.FsmException as {@link Flow#handle(Fsm, StorageKey, Object)} does
     */
    public static void talk(Flow<String, ?> flow, StateStorage storage) {
        Terminal terminal = new Terminal(requireNonNull(flow, "flow"), storage);
        Thread reader = new Thread(terminal::readLines, "botfsm-terminal");
        reader.setDaemon(true); // nothing interrupts a read from a terminal
        Conversation stored = terminal.fsm.context(USER).read();
        if (stored.state().isPresent()) {
            print(flow.question(stored));
        }
        reader.start();
        try {
            terminal.answer();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void readLines() {
        Scanner input = new Scanner(System.in, UTF_8);
        while (input.hasNextLine()) {
            lines.add(Optional.of(input.nextLine()));
        }
        lines.add(Optional.empty());
    }

    private void answer() throws InterruptedException {
        for (Optional<String> line = nextLine(); line.isPresent(); line = nextLine()) {
            if (!line.get().isBlank()) {
                print(flow.handle(fsm, USER, line.get()));
            }
        }
    }

    /** Waits for a line, and fires the timeouts that become due before it comes. */
    private Optional<String> nextLine() throws InterruptedException {
        boolean isOfFlow = true; // a deadline that other code has set is left to that code
        while (isOfFlow) {
            Optional<Instant> due = fsm.context(USER).read().snapshot().deadline();
            if (due.isEmpty()) {
                break;
            }
            long wait = Duration.between(Instant.now(), due.get()).toNanos();
            Optional<String> line = lines.poll(wait, TimeUnit.NANOSECONDS);
            if (line != null) {
                return line;
            }
            isOfFlow = flow.fire(fsm, USER, due.get(), Terminal::print);
        }
        return lines.take();
    }

    private static void print(List<?> replies) {
        replies.forEach(System.out::println);
    }
}
