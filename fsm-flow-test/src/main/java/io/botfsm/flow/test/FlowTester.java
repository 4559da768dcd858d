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
 * One user's conversation with a flow, line by line: what the user does, and what the bot is expected to say.
 *
 * <pre>{@code
 * FlowTester.of(PIZZA).say("/order").expect("Small or large?").say("small").inState(Order.ADDRESS);
 * }</pre>
 *
 * <p>Works on a storage in memory that refuses every transition the flow does not declare. What the bot says is
 * compared by {@code equals}. An expectation that fails is an {@link AssertionError} that shows the dialog so far.
 * Works with any test framework. Not thread-safe.
 *
 * @param <I> what the bot hears
 * @param <O> what the bot says
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

    /** A user who has not said anything. */
    public static <I, O> FlowTester<I, O> of(Flow<I, O> flow) {
        return new FlowTester<>(requireNonNull(flow, "flow"));
    }

    private Fsm newFsm() {
        return flow.register(Fsm.builder(new TransitionCheckingStateStorage(storage, flow.rules(), Undeclared.REFUSE))
                        .clock(() -> now))
                .build();
    }

    /** The user says something. An exception of a handler comes out as it is, and stands in the dialog. */
    public FlowTester<I, O> say(I input) {
        return handle("> " + input, requireNonNull(input, "input"));
    }

    /** The user presses a button; the same as {@link #say}, but for how it stands in the dialog. */
    public FlowTester<I, O> press(I button) {
        return handle("> [" + button + "]", requireNonNull(button, "button"));
    }

    private FlowTester<I, O> handle(String line, I input) {
        lastInput = input;
        events++;
        return heard(line, input);
    }

    /**
     * The messenger delivers the last input again.
     *
     * @throws IllegalStateException if there is none
     */
    public FlowTester<I, O> redeliver() {
        if (lastInput == null) {
            throw new IllegalStateException("nothing to redeliver: nothing was said");
        }
        return heard("> " + lastInput + " (redelivered)", lastInput);
    }

    private FlowTester<I, O> heard(String line, I input) {
        return step(line, () -> add(flow.handle(fsm, KEY, EventId.of(events), input)));
    }

    /**
     * Time passes in which the user says nothing. Every timeout that is due within it is handled, each at its time;
     * what the bot says then are the replies of this step. Nothing waits.
     *
     * @throws IllegalArgumentException if the time is negative
     */
    public FlowTester<I, O> pass(Duration time) {
        if (requireNonNull(time, "time").isNegative()) {
            throw new IllegalArgumentException("time does not go back: " + time);
        }
        Instant end = now.plus(time);
        return step("-- " + time + " pass", () -> {
            Optional<Instant> due = due(end);
            while (due.isPresent()) {
                Instant fired = due.get();
                now = fired.isAfter(now) ? fired : now;
                boolean isDone = flow.fire(fsm, KEY, fired, this::add);
                due = isDone ? due(end) : Optional.empty(); // for a handler beside the flow
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

    private void add(List<O> said) {
        said.forEach(reply -> dialog.add("< " + reply));
        replies.addAll(said);
    }

    /** The bot restarts: all that it has not stored is lost. */
    public FlowTester<I, O> restart() {
        dialog.add("-- restart");
        fsm = newFsm();
        return this;
    }

    /**
     * Expects that the bot answered the last step by exactly this, in this order.
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

    /** The conversation as it is stored, for expectations of its data. */
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
