package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Turn;
import io.botfsm.internal.scope.ScopedTurn;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One run of a flow in one turn: finds the handler of an input, a result or a timeout, and asks the question that
 * follows.
 */
final class FlowSession<I, O> {
    /** The time after which unfinished work is due in the queue of timeouts. */
    private static final Duration WORK_TIMEOUT = Duration.ofMinutes(1);

    /** The time after which replies that may not have been sent are due again. */
    private static final Duration REDELIVERY_TIMEOUT = Duration.ofMinutes(1);

    private final FlowDialogs<I, O> dialogs;
    private final StorageKey key;
    private final Turn turn;
    private final Optional<Instant> fired;
    private final ScopedTurn scoped;
    private final FlowMarks marks;
    private final FlowPath<I, O> path;
    private final List<O> replies = new ArrayList<>();

    /** @param fired the deadline that is being fired, if any */
    FlowSession(FlowDialogs<I, O> dialogs, StorageKey key, Turn turn, Optional<Instant> fired) {
        this.dialogs = dialogs;
        this.key = key;
        this.turn = turn;
        this.fired = fired;
        this.scoped = (ScopedTurn) FlowDialogs.scoped(turn);
        this.marks = new FlowMarks(scoped);
        this.path = new FlowPath<>(dialogs, turn, scoped, marks);
    }

    FlowDialogs<I, O> dialogs() {
        return dialogs;
    }

    StorageKey key() {
        return key;
    }

    Turn turn() {
        return turn;
    }

    ScopedTurn scoped() {
        return scoped;
    }

    FlowPath<I, O> path() {
        return path;
    }

    void say(O reply) {
        replies.add(requireNonNull(reply, "reply"));
    }

    /**
     * Handles an input. While there is work to do, an input that is not a command answers nothing, since the question
     * after the work has not been asked yet.
     *
     * @throws UnfinishedWorkException if it is a command, and there is work to do first
     */
    List<O> input(I input) {
        var unusedIfNone = takeOver();
        boolean isEntered = path.enterIfStored();
        boolean isPending = dialogs.pending(turn).isPresent();
        if (isPending
                && commanded().stream()
                        .anyMatch(dialog -> matching(dialog, input).isPresent())) {
            throw new UnfinishedWorkException();
        }
        runFirst(input);
        if (isEntered) {
            var unused = !isPending && command(commanded(), input);
            return counted();
        }
        if (isPending) {
            return List.copyOf(replies);
        }
        Optional<Position<I, O, ?>> position = path.position();
        Optional<O> lateAnswer = lateAnswer(input);
        if (lateAnswer.isPresent()) {
            say(lateAnswer.get());
        } else if (position.isEmpty()) {
            var unused = command(commanded(), input);
        } else {
            inState(position.get(), input);
        }
        return counted();
    }

    /** Enters the stored state if it has not been entered. */
    List<O> entered() {
        return path.enterIfStored() ? counted() : List.of();
    }

    /** Handles a command that arrived while there was work to do, after that work is done. */
    List<O> command(I input) {
        if (dialogs.pending(turn).isPresent()) {
            throw new UnfinishedWorkException();
        }
        var unusedIfNone = takeOver();
        runFirst(input);
        return command(commanded(), input) ? counted() : List.copyOf(replies);
    }

    private void runFirst(I input) {
        dialogs.roots().forEach(dialog -> runFirst(dialog, input));
    }

    private <D> void runFirst(DialogDefinition<I, O, D> dialog, I input) {
        dialog.first().forEach(handler -> handler.accept(HandlerTurn.undecided(this, dialog), input));
    }

    private Optional<O> lateAnswer(I input) {
        return dialogs.roots().stream()
                .flatMap(dialog -> dialog.lateAnswers().stream())
                .filter(lateAnswers -> lateAnswers
                        .stateOf()
                        .apply(input)
                        .filter(state -> !turn.state().equals(Optional.of(state)))
                        .isPresent())
                .map(DialogDefinition.LateAnswers::ifLate)
                .findFirst();
    }

    private <D> void inState(Position<I, O, D> at, I input) {
        for (Reaction<I, O, D> reaction : at.state().reactions()) {
            if (reaction.test().test(input)) {
                run(at.dialog(), reaction, input);
                return;
            }
        }
        if (command(commanded(), input)) {
            return;
        }
        at.state()
                .answer()
                .ifPresent(handler -> HandlerTurn.run(this, at.dialog(), view -> handler.apply(view, input)));
        at.state().byHand().ifPresent(handler -> {
            handler.apply(turn, input).forEach(this::say);
            path.movedByHand(at);
        });
    }

    /** Returns the dialogs whose commands are recognized: sub-dialogs before the flows. */
    private List<DialogDefinition<I, O, ?>> commanded() {
        List<DialogDefinition<I, O, ?>> commanded = new ArrayList<>();
        path.position().filter(at -> at.dialog().isSub()).ifPresent(at -> commanded.add(at.dialog()));
        commanded.addAll(dialogs.roots());
        return commanded;
    }

    private boolean command(List<DialogDefinition<I, O, ?>> candidates, I input) {
        for (DialogDefinition<I, O, ?> dialog : candidates) {
            if (command(dialog, input)) {
                return true;
            }
        }
        return false;
    }

    private <D> boolean command(DialogDefinition<I, O, D> dialog, I input) {
        Optional<Reaction<I, O, D>> match = matching(dialog, input);
        match.ifPresent(reaction -> run(dialog, reaction, input));
        return match.isPresent();
    }

    private <D> Optional<Reaction<I, O, D>> matching(DialogDefinition<I, O, D> dialog, I input) {
        return dialog.reactions().stream()
                .filter(reaction -> !reaction.is(Reaction.Kind.BACK) || path.contains(dialog))
                .filter(reaction -> reaction.test().test(input))
                .findFirst();
    }

    private <D> void run(DialogDefinition<I, O, D> dialog, Reaction<I, O, D> reaction, I input) {
        HandlerTurn.run(
                this, dialog, reaction.exits(), view -> reaction.handler().apply(view, input));
    }

    /** Handles the result of work; empty if it was already handled. */
    Optional<List<O>> handleResult(String id, Object result) {
        Optional<FlowDialogs.PendingWork<I, O>> pending =
                dialogs.pending(turn).filter(work -> work.id().equals(id));
        if (pending.isEmpty()) {
            return Optional.empty();
        }
        marks.work(Optional.empty());
        handleResult(pending.get().at(), result);
        return Optional.of(counted());
    }

    private <D> void handleResult(Position<I, O, D> at, Object result) {
        HandlerTurn.run(
                this,
                at.dialog(),
                view -> at.state().work().orElseThrow().then().apply(view, result));
    }

    /** Returns from a sub-dialog. */
    void returned(DialogDefinition<I, O, ?> sub, Object result) {
        if (marks.frames().isEmpty()) { // it was not a sub-dialog in the build that entered it
            path.leave();
            return;
        }
        FlowMarks.Frame frame = path.pop();
        Optional<String> command = frame.command();
        if (command.isPresent()) {
            dialogs.dialog(command.get()).ifPresentOrElse(caller -> returnedByCommand(caller, sub, result), path::stay);
            return;
        }
        Optional<Position<I, O, ?>> caller = path.position();
        if (caller.isEmpty()) { // a state that this build does not have
            return;
        }
        returnedTo(caller.get(), sub, result);
    }

    /**
     * Returns from the call of a command. If this build no longer has the command, the conversation only goes back to
     * where it was called.
     */
    private <D> void returnedByCommand(DialogDefinition<I, O, D> caller, DialogDefinition<I, O, ?> sub, Object result) {
        SubCall<I, O, D> call = caller.calls().get(sub.scope());
        if (call != null) {
            returned(caller, call, result);
        } else {
            path.stay();
        }
    }

    private <D> void returnedTo(Position<I, O, D> caller, DialogDefinition<I, O, ?> sub, Object result) {
        Optional<SubCall<I, O, D>> call =
                caller.state().call().filter(c -> c.dialog().is(sub));
        if (call.isPresent()) {
            returned(caller.dialog(), call.get(), result);
        } else {
            path.enter(caller.dialog(), caller.state().state());
        }
    }

    private <D> void returned(DialogDefinition<I, O, D> caller, SubCall<I, O, D> call, Object result) {
        HandlerTurn.run(this, caller, call.exits(), view -> call.onReturn().apply(view, result));
    }

    /**
     * Does what is due at the deadline, which the conversation still has: runs a timeout, or asks again if the replies
     * of a timeout may not have been sent. Work that is due is left to be done outside the turn. Returns empty, and
     * leaves the deadline unchanged, if it does not belong to the flow.
     */
    Optional<List<O>> due(Instant deadline) {
        boolean isUnsent = FlowMarks.unsent(scoped)
                .filter(unsent -> unsent.due().equals(deadline))
                .isPresent();
        if (isOfAnotherBuild() || !(isUnsent || isTimed())) {
            return Optional.empty();
        }
        if (dialogs.pending(turn).isPresent()) {
            return Optional.of(List.of());
        }
        if (takeOver()) {
            var unused = asked();
        } else {
            timedOut(deadline);
        }
        keepUntilSent(false);
        return Optional.of(List.copyOf(replies));
    }

    private boolean isOfAnotherBuild() {
        return turn.state().isPresent() && path.position().isEmpty();
    }

    /**
     * Returns whether the deadline of the current state belongs to the flow, which it does not if the bot's own code
     * handles the state.
     */
    private boolean isTimed() {
        return path.position().filter(at -> at.state().byHand().isEmpty()).isPresent();
    }

    private void timedOut(Instant deadline) {
        Optional<String> before = turn.state();
        List<Timeout.OfDialog<I, O, ?>> timeouts = timeouts();
        int passed = marks.passed();
        if (passed >= timeouts.size()) { // such as if a former build had more timeouts
            var unused = turn.clearTimeout();
            return;
        }
        run(timeouts.get(passed));
        if (!turn.state().equals(before) || dialogs.pending(turn).isPresent()) {
            var unused = counted();
            return;
        }
        marks.passed(passed + 1);
        if (passed + 1 < timeouts.size()) {
            Duration more =
                    timeouts.get(passed + 1).after().minus(timeouts.get(passed).after());
            scoped.deadline(deadline.plus(more));
        } else {
            var unused = turn.clearTimeout();
        }
        var unused = asked();
    }

    /**
     * Keeps the conversation due until its replies are sent, if there are any. Pending work keeps it due anyway.
     *
     * @param repliedBefore whether an earlier turn of the same timeout had replies
     */
    void keepUntilSent(boolean repliedBefore) {
        if (dialogs.pending(turn).isPresent() || (replies.isEmpty() && !repliedBefore)) {
            return;
        }
        Snapshot after = turn.snapshot();
        if (after.state().isEmpty() && after.data().isEmpty()) {
            var unused = turn.put(FlowMarks.UNSENT_ENTRY, true);
        }
        Instant due = timeout(REDELIVERY_TIMEOUT);
        marks.unsent(Optional.of(new FlowMarks.Unsent(due, after.deadline())));
    }

    /**
     * Makes the conversation due after a time, and returns that deadline. If a deadline is being fired, it has passed
     * by the storage's clock. If this machine's clock is behind, the new deadline is counted from the fired one;
     * counted from this machine's time, it would be due at once, for every instance.
     */
    private Instant timeout(Duration wait) {
        Instant byClock = turn.timeout(wait).snapshot().deadline().orElseThrow();
        Instant due = fired.map(deadline -> deadline.plus(wait))
                .filter(byClock::isBefore)
                .orElse(byClock);
        scoped.deadline(due);
        return turn.snapshot().deadline().orElseThrow();
    }

    /**
     * Removes the mark of replies that may not have been sent. Returns whether there were any and the conversation was
     * due again because of them. In a state that this build does not have, they are left to a build that has it.
     */
    boolean takeOver() {
        Optional<FlowMarks.Unsent> unsent = isOfAnotherBuild() ? Optional.empty() : FlowMarks.unsent(scoped);
        if (unsent.isEmpty()) {
            return false;
        }
        boolean isDue = turn.snapshot().deadline().equals(unsent.map(FlowMarks.Unsent::due));
        marks.unsent(Optional.empty());
        if (isDue) {
            scoped.restoreDeadline(unsent.get().wanted());
        }
        var unused = turn.remove(FlowMarks.UNSENT_ENTRY);
        return isDue;
    }

    private <D> void run(Timeout.OfDialog<I, O, D> due) {
        Function<FlowTurn<O, D>, Next> handler = due.timeout().handler()::apply;
        HandlerTurn.run(this, due.dialog(), due.timeout().exits(), handler);
    }

    /**
     * Returns the timeouts of the current state and, if an input is expected, of its dialog and of the dialogs that
     * wait for it; the shortest first.
     */
    private List<Timeout.OfDialog<I, O, ?>> timeouts() {
        List<Timeout.OfDialog<I, O, ?>> timeouts = new ArrayList<>();
        path.position().ifPresent(at -> {
            addTimeouts(at, timeouts);
            if (!at.state().isResting()) {
                path.callers().forEach(dialog -> addTimeouts(dialog, timeouts));
            }
        });
        timeouts.sort(Comparator.comparing(Timeout.OfDialog::after));
        return timeouts;
    }

    private <D> void addTimeouts(Position<I, O, D> at, List<Timeout.OfDialog<I, O, ?>> timeouts) {
        at.state().timeouts().forEach(timeout -> timeouts.add(new Timeout.OfDialog<>(at.dialog(), timeout)));
    }

    private <D> void addTimeouts(DialogDefinition<I, O, D> dialog, List<Timeout.OfDialog<I, O, ?>> timeouts) {
        dialog.timeouts().forEach(timeout -> timeouts.add(new Timeout.OfDialog<>(dialog, timeout)));
    }

    /** Starts counting the timeouts, and asks. */
    private List<O> counted() {
        if (!isOfAnotherBuild()) {
            marks.passed(0);
        }
        if (isTimed()) {
            List<Timeout.OfDialog<I, O, ?>> timeouts = timeouts();
            if (dialogs.pending(turn).isPresent()) {
                var unused = timeout(WORK_TIMEOUT);
            } else if (timeouts.isEmpty()) {
                var unused = turn.clearTimeout();
            } else {
                var unused = timeout(timeouts.get(0).after());
            }
        }
        return asked();
    }

    /** Asks within the turn, so that a turn whose question cannot be asked is not stored. */
    private List<O> asked() {
        replies.addAll(dialogs.question(turn));
        return List.copyOf(replies);
    }
}
