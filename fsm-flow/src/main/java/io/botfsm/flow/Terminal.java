package io.botfsm.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.Scanner;

/**
 * Runs a flow in the terminal with one user, to try it out: each line of standard input is a message, unless it is
 * blank, and each reply is printed as a line.
 */
public final class Terminal {
    private static final StorageKey USER = StorageKey.bot(1).chat(1).user(1).build();

    private Terminal() {}

    /**
     * Runs the flow until the input ends. If the storage has a conversation with a state, its current question is
     * printed first. Timeouts are not fired.
     *
     * @param storage keeps the conversation, so that the next call continues it; not closed
     * @throws IllegalArgumentException as {@link Flow#fsm} does
     * @throws io.botfsm.storage.FsmException as {@link Flow#handle(Fsm, StorageKey, Object)} does
     */
    public static void talk(Flow<String, ?> flow, StateStorage storage) {
        Fsm fsm = requireNonNull(flow, "flow").fsm(storage);
        Conversation stored = fsm.context(USER).read();
        if (stored.state().isPresent()) {
            flow.question(stored).forEach(System.out::println);
        }
        Scanner lines = new Scanner(System.in, UTF_8);
        while (lines.hasNextLine()) {
            String line = lines.nextLine();
            if (!line.isBlank()) {
                flow.handle(fsm, USER, line).forEach(System.out::println);
            }
        }
    }
}
