package io.botfsm.flow;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.Turn;
import io.botfsm.storage.StorageKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The turns of one input or timeout: its own, and one for the result of each work that it leads to. */
final class FlowRun<I, O> {
    private static final int MOST_ROUNDS = 20;

    private final FlowDialogs<I, O> dialogs;
    private final Fsm fsm;
    private final StorageKey key;
    private final List<O> replies = new ArrayList<>();

    FlowRun(FlowDialogs<I, O> dialogs, Fsm fsm, StorageKey key) {
        this.dialogs = dialogs;
        this.fsm = fsm;
        this.key = key;
    }

    private FlowSession<I, O> session(Turn turn) {
        return new FlowSession<>(dialogs, key, turn);
    }

    /** @param handle commits a turn, under the id of the input if it has one */
    List<O> input(I input, Function<Function<Turn, List<O>>, Handled<List<O>>> handle) {
        Handled<List<O>> handled;
        try {
            handled = handle.apply(turn -> session(turn).input(input));
        } catch (UnfinishedWorkException e) {
            handled = afterWork(input, handle);
        }
        replies.addAll(handled.orElse(dialogs::question));
        var unused = finish(handled.now(), false);
        return List.copyOf(replies);
    }

    /** Does the work, and then what a command says. */
    private Handled<List<O>> afterWork(I input, Function<Function<Turn, List<O>>, Handled<List<O>>> handle) {
        for (int round = 1; ; round++) {
            var unused = finish(fsm.handle(key, turn -> session(turn).entered()).now(), false);
            try {
                return handle.apply(turn -> session(turn).command(input));
            } catch (UnfinishedWorkException e) { // another input has entered a state that works
                if (round == MOST_ROUNDS) {
                    throw endless(fsm.context(key).state());
                }
            }
        }
    }

    <X extends Exception> void timeout(Instant deadline, ReplySender<? super O, ? extends X> sender) throws X {
        Handled<Optional<List<O>>> handled = fsm.handle(
                key,
                turn -> turn.snapshot()
                        .deadline()
                        .filter(deadline::equals)
                        .map(due -> session(turn).due(due)));
        Optional<List<O>> said = handled.orElse(now -> Optional.empty());
        if (said.isEmpty()) { // another's deadline, and another's work
            return;
        }
        replies.addAll(said.get());
        Conversation now = finish(handled.now(), true);
        if (!replies.isEmpty()) {
            sender.send(List.copyOf(replies));
            FlowMarks.unsent(FlowDialogs.scoped(now)).ifPresent(this::acknowledge);
        }
    }

    /** Unless a user or another instance has taken over. */
    private void acknowledge(FlowMarks.Unsent sent) {
        var unused = fsm.handle(
                key,
                turn -> FlowMarks.unsent(FlowDialogs.scoped(turn))
                        .filter(sent::equals)
                        .map(same -> session(turn).takeOver()));
    }

    /**
     * Does the work that the conversation has come to, and handles its result.
     *
     * @param keptUntilSent whether the conversation stays due until the replies are sent
     */
    private Conversation finish(Conversation reached, boolean keptUntilSent) {
        Conversation now = reached;
        Optional<FlowDialogs.PendingWork<I, O>> pending = dialogs.pending(now);
        for (int round = 1; pending.isPresent(); round++) {
            if (round > MOST_ROUNDS) {
                throw endless(now.state());
            }
            String id = pending.get().id();
            Object result = pending.get().at().work(id, key, now);
            Handled<List<O>> handled = fsm.handle(key, turn -> worked(session(turn), id, result, keptUntilSent));
            replies.addAll(handled.orElse(dialogs::question));
            now = handled.now();
            pending = dialogs.pending(now);
        }
        return now;
    }

    private List<O> worked(FlowSession<I, O> session, String id, Object result, boolean keptUntilSent) {
        Optional<List<O>> said = session.worked(id, result);
        if (keptUntilSent && said.isPresent()) {
            session.keepUntilSent(!replies.isEmpty());
        }
        return said.orElse(List.of());
    }

    private HandlerDecisionException endless(Optional<String> state) {
        return new HandlerDecisionException(
                key, state, "led from work to work " + MOST_ROUNDS + " times; let one of these states ask");
    }
}
