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

/**
 * Runs the turns of one input or timeout: its own turn, and one for the result of each piece of work that it leads to.
 */
final class FlowRun<I, O> {
    private static final int MOST_ROUNDS = 20;

    private final FlowDialogs<I, O> dialogs;
    private final Fsm fsm;
    private final StorageKey key;
    private final Optional<Instant> fired;
    private final List<O> replies = new ArrayList<>();

    /** The id of the work that was pending before the last turn. */
    private Optional<String> leftUndone = Optional.empty();

    /** The mark of unsent replies, if this run has stored it itself. */
    private Optional<FlowMarks.Unsent> unsent = Optional.empty();

    /** @param fired the deadline that is fired, if this is a timeout */
    FlowRun(FlowDialogs<I, O> dialogs, Fsm fsm, StorageKey key, Optional<Instant> fired) {
        this.dialogs = dialogs;
        this.fsm = fsm;
        this.key = key;
        this.fired = fired;
    }

    private FlowSession<I, O> session(Turn turn) {
        leftUndone = workLeft(turn);
        return new FlowSession<>(dialogs, key, turn, fired);
    }

    private Optional<String> workLeft(Conversation now) {
        return dialogs.pending(now).map(FlowDialogs.PendingWork::id);
    }

    /** @param handle commits a turn, under the id of the input if it has one */
    List<O> input(I input, Function<Function<Turn, List<O>>, Handled<List<O>>> handle) {
        Handled<List<O>> handled;
        try {
            handled = handle.apply(turn -> session(turn).input(input));
        } catch (UnfinishedWorkException e) {
            handled = afterWork(input, handle);
        }
        if (handled instanceof Handled.Repeated) {
            leftUndone = workLeft(handled.now());
        }
        replies.addAll(handled.orElse(dialogs::question));
        finish(handled.now());
        return List.copyOf(replies);
    }

    /** Does the pending work, and then handles a command. */
    private Handled<List<O>> afterWork(I input, Function<Function<Turn, List<O>>, Handled<List<O>>> handle) {
        for (int round = 1; ; round++) {
            finish(fsm.handle(key, turn -> session(turn).entered()).now());
            try {
                return handle.apply(turn -> session(turn).command(input));
            } catch (UnfinishedWorkException e) { // another input has entered a state that does work
                if (round == MOST_ROUNDS) {
                    throw endless(fsm.context(key).state());
                }
            }
        }
    }

    /** Fires the deadline. Returns whether it is settled. */
    <X extends Exception> boolean timeout(ReplySender<? super O, ? extends X> sender) throws X {
        Handled<Optional<List<O>>> handled =
                fsm.handle(key, turn -> held(turn).flatMap(due -> session(turn).due(due)));
        Optional<List<O>> newReplies = handled.orElse(now -> Optional.empty());
        if (newReplies.isEmpty()) { // the deadline is not the flow's, or someone else was faster
            return held(handled.now()).isEmpty();
        }
        addUnsent(newReplies.get(), handled.now());
        finish(handled.now());
        if (!replies.isEmpty()) {
            sender.send(List.copyOf(replies));
            unsent.ifPresent(this::acknowledge);
        }
        return true;
    }

    private Optional<Instant> held(Conversation now) {
        return now.snapshot().deadline().filter(deadline -> fired.equals(Optional.of(deadline)));
    }

    private void addUnsent(List<O> newReplies, Conversation now) {
        replies.addAll(newReplies);
        unsent = FlowMarks.unsent(FlowDialogs.scoped(now));
    }

    /** Stores that the replies were sent, unless a user or another instance has taken over. */
    private void acknowledge(FlowMarks.Unsent sent) {
        var unused = fsm.handle(
                key,
                turn -> FlowMarks.unsent(FlowDialogs.scoped(turn))
                        .filter(sent::equals)
                        .map(mark -> session(turn).takeOver()));
    }

    /** Does the work of the state that the conversation has reached, and handles its result. */
    private void finish(Conversation reached) {
        Conversation now = reached;
        Optional<FlowDialogs.PendingWork<I, O>> pending = dialogs.pending(now);
        for (int round = 1; pending.isPresent(); round++) {
            if (round > MOST_ROUNDS) {
                throw endless(now.state());
            }
            String id = pending.get().id();
            Object result = work(pending.get(), now);
            Handled<Optional<List<O>>> handled = fsm.handle(key, turn -> handleResult(session(turn), id, result));
            Conversation after = handled.now();
            handled.orElse(repeated -> Optional.empty()).ifPresent(newReplies -> addUnsent(newReplies, after));
            now = after;
            pending = dialogs.pending(now);
        }
    }

    private Object work(FlowDialogs.PendingWork<I, O> pending, Conversation now) {
        String id = pending.id();
        return dialogs.workCounts()
                .counted(
                        leftUndone.filter(id::equals).isPresent(),
                        () -> pending.at().work(id, key, now));
    }

    private Optional<List<O>> handleResult(FlowSession<I, O> session, String id, Object result) {
        Optional<List<O>> newReplies = session.handleResult(id, result);
        if (fired.isPresent() && newReplies.isPresent()) {
            session.keepUntilSent(!replies.isEmpty());
        }
        return newReplies;
    }

    private HandlerDecisionException endless(Optional<String> state) {
        return new HandlerDecisionException(
                key, state, "led from work to work " + MOST_ROUNDS + " times; let one of these states ask");
    }
}
