package io.botfsm.flow;

import io.botfsm.internal.scope.ScopedConversation;
import io.botfsm.internal.scope.ScopedTurn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The attributes in which a flow keeps what it needs to know about a conversation in addition to state and data: the
 * states to go back to, the dialogs that wait for another to return, the work to be done, the timeouts that have
 * passed, and replies that may not have been sent. Each has a short attribute of its own, since Redis keeps short
 * fields in less memory.
 */
final class FlowMarks {
    /**
     * The data entry that keeps a conversation that has ended until its last replies are sent, since a conversation
     * without state and data has no deadline.
     */
    static final String UNSENT_ENTRY = "flow.unsent";

    private static final String PREFIX = "flow.";
    private static final String BACK = PREFIX + "back.";
    private static final String CALLER = PREFIX + "call.";
    private static final String COMMAND = PREFIX + "via.";
    private static final String WORK = PREFIX + "work";
    private static final String PASSED = PREFIX + "passed";
    private static final String UNSENT = PREFIX + "unsent";

    private final ScopedTurn turn;

    /**
     * Where a conversation continues when a sub-dialog returns.
     *
     * @param state the stored state that the conversation was in; empty for none
     * @param command the scope of the dialog whose command called the sub-dialog; empty if the state called it
     */
    record Frame(Optional<String> state, Optional<String> command) {}

    /**
     * Replies of a timeout that still have to be sent.
     *
     * @param due when the conversation is due again if they are not sent
     * @param wanted the deadline to restore once they are sent; empty for none
     */
    record Unsent(Instant due, Optional<Instant> wanted) {
        private static Unsent parse(String text) {
            int space = text.indexOf(' ');
            return new Unsent(
                    Instant.ofEpochMilli(Long.parseLong(text.substring(0, space))),
                    Optional.of(text.substring(space + 1))
                            .filter(millis -> !millis.isEmpty())
                            .map(millis -> Instant.ofEpochMilli(Long.parseLong(millis))));
        }

        private String text() {
            return due.toEpochMilli()
                    + " "
                    + wanted.map(Instant::toEpochMilli).map(String::valueOf).orElse("");
        }
    }

    FlowMarks(ScopedTurn turn) {
        this.turn = turn;
    }

    void forget() {
        for (String name : List.copyOf(turn.attributes().keySet())) {
            if (name.startsWith(PREFIX)) {
                turn.removeAttribute(name);
            }
        }
    }

    /** Returns the waiting dialogs, the outermost first. */
    static List<Frame> frames(ScopedConversation now) {
        Map<String, String> attributes = now.attributes();
        List<Frame> frames = new ArrayList<>();
        while (true) {
            Optional<String> state = Optional.ofNullable(attributes.get(CALLER + frames.size()));
            Optional<String> command = Optional.ofNullable(attributes.get(COMMAND + frames.size()));
            if (state.isEmpty() && command.isEmpty()) {
                return frames;
            }
            frames.add(new Frame(state, command));
        }
    }

    List<Frame> frames() {
        return frames(turn);
    }

    void push(Frame frame) {
        int depth = frames().size();
        frame.state().ifPresent(state -> turn.attribute(CALLER + depth, state));
        frame.command().ifPresent(scope -> turn.attribute(COMMAND + depth, scope));
    }

    Frame pop() {
        List<Frame> frames = frames();
        int depth = frames.size() - 1;
        truncateBack(depth + 1, 0);
        turn.removeAttribute(CALLER + depth);
        turn.removeAttribute(COMMAND + depth);
        return frames.get(depth);
    }

    /**
     * Returns the states to go back to within the dialog at the given call depth; the state that was left last is at
     * the end.
     */
    List<String> backStates(int depth) {
        List<String> states = new ArrayList<>();
        for (int i = 0; turn.attributes().containsKey(backName(depth, i)); i++) {
            states.add(turn.attributes().get(backName(depth, i)));
        }
        return states;
    }

    /**
     * Remembers a state that is left, if a conversation can go back to it. If the entered state was left before, that
     * state and those left after it are forgotten.
     */
    void recordLeft(Optional<String> left, Predicate<String> isEntered) {
        int depth = frames().size();
        List<String> states = backStates(depth);
        for (int i = 0; i < states.size(); i++) {
            if (isEntered.test(states.get(i))) {
                truncateBack(depth, i);
                return;
            }
        }
        left.ifPresent(state -> turn.attribute(backName(depth, states.size()), state));
    }

    /** Forgets a state and those that were left after it. */
    void truncateBack(int depth, int from) {
        for (int i = from; turn.attributes().containsKey(backName(depth, i)); i++) {
            turn.removeAttribute(backName(depth, i));
        }
    }

    void clearBack() {
        truncateBack(frames().size(), 0);
    }

    private static String backName(int depth, int index) {
        return BACK + depth + "." + index;
    }

    /** Returns the id of the work that has to be done before anything is asked. */
    static Optional<String> work(ScopedConversation now) {
        return Optional.ofNullable(now.attributes().get(WORK));
    }

    void work(Optional<String> id) {
        set(WORK, id);
    }

    /** Returns how many timeouts have passed since counting began. */
    int passed() {
        return Integer.parseInt(turn.attributes().getOrDefault(PASSED, "0"));
    }

    void passed(int timeouts) {
        set(PASSED, timeouts == 0 ? Optional.empty() : Optional.of(Integer.toString(timeouts)));
    }

    /**
     * Returns the replies marked as unsent. The mark is void if the deadline of the conversation is no longer the
     * mark's.
     */
    static Optional<Unsent> unsent(ScopedConversation now) {
        return Optional.ofNullable(now.attributes().get(UNSENT)).map(Unsent::parse);
    }

    void unsent(Optional<Unsent> unsent) {
        set(UNSENT, unsent.map(Unsent::text));
    }

    private void set(String name, Optional<String> text) {
        if (text.isPresent()) {
            turn.attribute(name, text.get());
        } else {
            turn.removeAttribute(name);
        }
    }
}
