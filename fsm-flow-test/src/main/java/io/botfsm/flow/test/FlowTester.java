package io.botfsm.flow.test;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.transition.TransitionCheckingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage.Undeclared;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tests a flow as a conversation with one user, step by step: what the user does, and what the bot is expected to say.
 *
 * <pre>{@code
 * FlowTester.of(PIZZA).say("/order").expect("Small or large?").say("small").inState(Order.ADDRESS);
 * }</pre>
 *
 * <p>Uses a storage in memory that refuses every transition the flow does not declare. Replies are compared by
 * {@code equals}. A failed expectation throws an {@link AssertionError} that shows the dialog so far. Works with any
 * test framework. Not thread-safe.
 *
 * @param <I> the inputs of the bot
 * @param <O> the replies of the bot
 */
public final class FlowTester<I, O> {
    private static final StorageKey KEY = StorageKey.bot(1).chat(1).user(1).build();

    private final Flow<I, O> flow;
    private final StateStorage storage = new MemoryStateStorage();
    private final List<String> dialog = new ArrayList<>();
    private final List<O> replies = new ArrayList<>();
    private Fsm fsm;
    private @Nullable I lastInput;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long events;

    private FlowTester(Flow<I, O> flow) {
        this.flow = flow;
        this.fsm = newFsm();
    }

    /** Creates a tester for a user who has not said anything yet. */
    public static <I, O> FlowTester<I, O> of(Flow<I, O> flow) {
        return new FlowTester<>(requireNonNull(flow, "flow"));
    }

    private Fsm newFsm() {
        return flow.register(Fsm.builder(new TransitionCheckingStateStorage(storage, flow.rules(), Undeclared.REFUSE))
                        .clock(() -> now))
                .build();
    }

    /**
     * Handles an input that the user says. An exception of a handler is passed on unchanged, and recorded in the
     * dialog.
     */
    public FlowTester<I, O> say(I input) {
        return handle("> " + input, requireNonNull(input, "input"));
    }

    /** Handles the press of a button. It is the same as {@link #say}, except for how the dialog shows it. */
    public FlowTester<I, O> press(I button) {
        return handle("> [" + button + "]", requireNonNull(button, "button"));
    }

    private FlowTester<I, O> handle(String line, I input) {
        lastInput = input;
        events++;
        return process(line, input);
    }

    /**
     * Redelivers the last input.
     *
     * @throws IllegalStateException if there is no last input
     */
    public FlowTester<I, O> redeliver() {
        if (lastInput == null) {
            throw new IllegalStateException("nothing to redeliver: nothing was said");
        }
        return process("> " + lastInput + " (redelivered)", lastInput);
    }

    private FlowTester<I, O> process(String line, I input) {
        return step(line, () -> add(flow.handle(fsm, KEY, EventId.of(events), input)));
    }

    /**
     * Lets time pass in which the user says nothing. Every timeout that becomes due is handled, each at its time; what
     * the bot says then are the replies of this step. The method does not actually wait.
     *
     * @throws IllegalArgumentException if the time is negative
     */
    public FlowTester<I, O> pass(Duration time) {
        if (requireNonNull(time, "time").isNegative()) {
            throw new IllegalArgumentException("time must not be negative: " + time);
        }
        Instant end = now.plus(time);
        return step("-- " + time + " pass", () -> {
            Optional<Instant> due = due(end);
            while (due.isPresent()) {
                Instant fired = due.get();
                now = fired.isAfter(now) ? fired : now;
                boolean isDone = flow.fire(fsm, KEY, fired, this::add);
                due = isDone ? due(end) : Optional.empty(); // the deadline is not the flow's
            }
            now = end;
        });
    }

    private Optional<Instant> due(Instant end) {
        return conversation().snapshot().deadline().filter(deadline -> !deadline.isAfter(end));
    }

    private FlowTester<I, O> step(String line, Runnable step) {
        dialog.add(line);
        replies.clear();
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            dialog.add("! " + e);
            throw e;
        }
        return this;
    }

    private void add(List<O> newReplies) {
        newReplies.forEach(reply -> dialog.add("< " + reply));
        replies.addAll(newReplies);
    }

    /** Restarts the bot: everything that it has not stored is lost. */
    public FlowTester<I, O> restart() {
        dialog.add("-- restart");
        fsm = newFsm();
        return this;
    }

    /**
     * Expects that the bot answered the last step with exactly these replies, in this order.
     *
     * @throws AssertionError if it did not
     */
    @SafeVarargs
    public final FlowTester<I, O> expect(O... all) {
        requireNonNull(all, "replies");
        List<O> expected = new ArrayList<>();
        for (O reply : all) {
            expected.add(reply);
        }
        return expect(replies.equals(expected), "expected the replies " + expected + ", but they were " + replies);
    }

    /**
     * Expects that the conversation is in a state.
     *
     * @throws AssertionError if it is not
     */
    public FlowTester<I, O> inState(Enum<?> state) {
        Optional<? extends Enum<?>> actual =
                conversation().state(requireNonNull(state, "state").getDeclaringClass());
        return expect(
                actual.filter(state::equals).isPresent(),
                "expected the state " + state + ", but it was "
                        + conversation().state().orElse("none"));
    }

    /**
     * Expects that the conversation is in no state.
     *
     * @throws AssertionError if it is in one
     */
    public FlowTester<I, O> ended() {
        Optional<String> state = conversation().state();
        return expect(state.isEmpty(), "expected no state, but it was " + state.orElse(""));
    }

    /** Returns the conversation as it is stored, to check its data. */
    public Conversation conversation() {
        return fsm.context(KEY).read();
    }

    private FlowTester<I, O> expect(boolean isMet, String problem) {
        if (!isMet) {
            throw new AssertionError(problem + ", after this dialog:\n  " + String.join("\n  ", dialog));
        }
        return this;
    }
}
