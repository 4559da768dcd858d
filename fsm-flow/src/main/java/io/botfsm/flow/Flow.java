package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StateNames;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.transition.TransitionRules;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Defines what a bot asks in each state of its conversations, and how it handles the answers. Immutable and
 * thread-safe; create one for the lifetime of the program.
 *
 * <pre>{@code
 * Flow<String, String> pizza = Flow.of(Order.class, new Pizza(null, null), f -> {
 *     f.idle("Send /order.").begin("/order"::equals, Order.SIZE);
 *     f.state(Order.SIZE, s -> {
 *         s.ask("Small or large?").to(Order.ADDRESS);
 *         s.answer((turn, text) -> turn.data(new Pizza(text, null)).goTo(Order.ADDRESS));
 *     });
 *     f.state(Order.ADDRESS, s -> {
 *         s.ask(order -> "Where to with your " + order.size() + " one?").to(Order.PLACED);
 *         s.answer((turn, text) -> turn.change(order -> order.to(text)).goTo(Order.PLACED));
 *     });
 *     f.state(Order.PLACED, s -> s.ask("On its way."));
 * });
 * }</pre>
 *
 * <p>Each input is handled in one turn: its handler decides what happens next, and the next question is asked within
 * the same turn, so that a turn whose question cannot be asked is not stored. A redelivered event is answered with the
 * current question. The data of a dialog is stored under the name of its states' group; dialogs never see each other's
 * data.
 *
 * @param <I> the inputs of the bot, such as texts or updates of a messenger
 * @param <O> the replies of the bot: immutable messages without an address
 */
public final class Flow<I, O> {
    private final FlowDialogs<I, O> dialogs;

    private Flow(List<DialogDefinition<I, O, ?>> dialogs) {
        this.dialogs = new FlowDialogs<>(dialogs);
    }

    /**
     * Creates a flow with one dialog.
     *
     * @param states the enum of its states; every constant must be declared
     * @param empty the data of a dialog that has just begun: a record, or an object whose properties the codec can
     *     write. Each property is stored as an entry of its own; one that is null is not stored
     * @param declaration declares the dialog
     * @throws FlowDefinitionException if the dialog cannot work
     */
    public static <I, O, D, E extends Enum<E>> Flow<I, O> of(
            Class<E> states, D empty, Consumer<? super Dialog<I, O, D>> declaration) {
        return of(states, empty, names -> {}, declaration);
    }

    /**
     * Creates a flow with one dialog whose states are stored under names of your choice, so that conversations remain
     * readable when the states are renamed.
     *
     * @param states the enum of its states; every constant must be declared
     * @param empty the data of a dialog that has just begun: a record, or an object whose properties the codec can
     *     write
     * @param names the stored names
     * @param declaration declares the dialog
     * @throws FlowDefinitionException if the dialog cannot work
     * @throws IllegalArgumentException if a stored name stands for two states
     */
    public static <I, O, D, E extends Enum<E>> Flow<I, O> of(
            Class<E> states, D empty, Consumer<StateNames<E>> names, Consumer<? super Dialog<I, O, D>> declaration) {
        requireNonNull(empty, "empty");
        Dialog<I, O, D> dialog = new Dialog<>(StoredStates.of(states, names), empty, false);
        requireNonNull(declaration, "declaration").accept(dialog);
        return new Flow<>(List.of(dialog.build()));
    }

    /**
     * Creates a flow with several dialogs. A conversation is in one of them at a time. The commands of each dialog
     * except {@link Dialog#back} are recognized in all of them; if several match an input, that of the earlier flow
     * handles it.
     *
     * @throws FlowDefinitionException if two dialogs would be stored under the same group
     */
    @SafeVarargs
    public static <I, O> Flow<I, O> join(Flow<I, O>... flows) {
        requireNonNull(flows, "flows");
        List<DialogDefinition<I, O, ?>> all = new ArrayList<>();
        for (Flow<I, O> flow : flows) {
            all.addAll(requireNonNull(flow, "flow").dialogs.roots());
        }
        return new Flow<>(all);
    }

    /**
     * Returns an {@link Fsm} with the conversations of this bot in a storage, with default settings.
     *
     * @throws IllegalArgumentException if the storage lacks {@link StateStorage.Capability#ATTRIBUTES}, or
     *     {@link StateStorage.Capability#DEADLINE} if the flow has work or timeouts
     */
    public Fsm fsm(StateStorage storage) {
        Set<StateStorage.Capability> capabilities =
                requireNonNull(storage, "storage").capabilities();
        if (!capabilities.contains(StateStorage.Capability.ATTRIBUTES)) {
            throw new IllegalArgumentException("a flow could not remember the way back: the storage lacks ATTRIBUTES");
        }
        if (dialogs.haveTimeouts() && !capabilities.contains(StateStorage.Capability.DEADLINE)) {
            throw new IllegalArgumentException("a flow could not keep its timeouts: the storage lacks DEADLINE");
        }
        return register(Fsm.builder(storage)).build();
    }

    /** Registers the states of this bot with the builder of an {@link Fsm}, for settings other than the defaults. */
    public Fsm.Builder register(Fsm.Builder builder) {
        requireNonNull(builder, "builder");
        dialogs.all().forEach(dialog -> dialog.names().register(builder));
        return builder;
    }

    /**
     * Handles an input in one turn. An event that was already handled changes nothing.
     *
     * @param fsm the conversations
     * @param key the conversation
     * @param eventId the id of the input, which is the same when the input is redelivered
     * @param input the input
     * @return the replies, in order; for a redelivered event, the current question
     * @throws UndeclaredExitException if a handler used an exit that is not declared
     * @throws HandlerDecisionException if a handler did not decide exactly once
     * @throws WorkFailedException if the work of a state threw: the state is stored, and the work will be repeated
     * @throws io.botfsm.storage.FsmException as {@link Fsm#handle(StorageKey, EventId, java.util.function.Function)}
     *     does. Nothing is stored, unless the exception says that it may be
     */
    public List<O> handle(Fsm fsm, StorageKey key, EventId eventId, I input) {
        requireNonNull(fsm, "fsm");
        requireNonNull(input, "input");
        requireNonNull(eventId, "event id");
        return run(fsm, key, Optional.empty()).input(input, handler -> fsm.handle(key, eventId, handler));
    }

    /** Handles an input without an id. Unlike an input with an id, a redelivered one is handled again. */
    public List<O> handle(Fsm fsm, StorageKey key, I input) {
        requireNonNull(fsm, "fsm");
        requireNonNull(input, "input");
        return run(fsm, key, Optional.empty()).input(input, handler -> fsm.handle(key, handler));
    }

    /**
     * Handles a timeout that has passed, or work that was left unfinished, and sends the replies. Changes nothing
     * unless the conversation still has the deadline: if a user was faster, or another instance fires the same
     * deadline, the call only takes one read.
     *
     * <p>The turn is stored first, then the replies are sent, then a second turn stores that they were sent. The first
     * turn also sets a deadline a minute after this machine's time or the fired deadline, whichever is later; the
     * second turn puts the conversation's own deadline, if any, in its place. If the process dies or the sender throws
     * in between, firing the deadline of the first turn does not run the handler again, but asks the current question
     * again. A timeout therefore takes effect once, and its replies are sent at least once, unless the user says
     * something meanwhile. If there are no replies, there is no second turn. A turn takes a read and a write.
     *
     * <p>A deadline that was not set by the flow is left unchanged. If this build does not have the conversation's
     * state, the deadline is left to a build that has it; if the state is handled {@linkplain Dialog#byHand by hand},
     * or the conversation has no state, it is left to the handler of your own that set it.
     *
     * @param fsm the conversations
     * @param key the conversation
     * @param deadline the deadline as in {@link io.botfsm.storage.Snapshot#deadline()}
     * @param sender sends the replies, if there are any, after the turn is stored
     * @param <X> the exception that the sender may throw
     * @return whether the deadline is settled; if not, the conversation still has it, it does not belong to the flow,
     *     and nothing was changed
     * @throws X if the sender throws it
     * @throws io.botfsm.storage.FsmException as {@link #handle(Fsm, StorageKey, EventId, Object)} does; the timeout, or
     *     the question after it, is due again
     */
    public <X extends Exception> boolean fire(
            Fsm fsm, StorageKey key, Instant deadline, ReplySender<? super O, ? extends X> sender) throws X {
        requireNonNull(fsm, "fsm");
        requireNonNull(deadline, "deadline");
        return run(fsm, key, Optional.of(deadline)).timeout(requireNonNull(sender, "sender"));
    }

    private FlowRun<I, O> run(Fsm fsm, StorageKey key, Optional<Instant> fired) {
        return new FlowRun<>(dialogs, fsm, requireNonNull(key, "key"), fired);
    }

    /**
     * Returns the question that is currently asked in a conversation, which is also the answer to a redelivered event;
     * empty while there is work to do first.
     */
    public List<O> question(Conversation now) {
        return dialogs.question(requireNonNull(now, "now"));
    }

    /**
     * Returns whether conversations of this flow get deadlines that have to be fired, because of timeouts or because of
     * work that may be left unfinished.
     */
    public boolean hasTimeouts() {
        return dialogs.haveTimeouts();
    }

    /**
     * Returns the counts of its states' work in this process; a {@linkplain #join joined} flow has counts of its own.
     */
    public WorkCounts workCounts() {
        return dialogs.workCounts();
    }

    /** Returns which state may follow which, according to the declarations. */
    public TransitionRules rules() {
        return FlowRules.of(dialogs);
    }

    /** Returns the rules as a Mermaid state diagram that ends with a line feed. */
    public String toMermaid() {
        return rules().toMermaid();
    }
}
