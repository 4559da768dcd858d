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
 * What a bot asks in each state of its conversations, and what it does with the answers. Immutable, but for the counts
 * of its work, and thread-safe; one for the life of the program.
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
 * <p>An input is one turn: its handler decides, and the next question is asked within the same turn, so what cannot be
 * asked is not stored. A redelivered event is answered by the present question. The data of a dialog is stored under
 * the name of its states' group; two dialogs never see each other's.
 *
 * @param <I> what the bot hears, such as a text or an update of a messenger
 * @param <O> what the bot says: an immutable message without an address
 */
public final class Flow<I, O> {
    private final FlowDialogs<I, O> dialogs;

    private Flow(List<DialogDefinition<I, O, ?>> dialogs) {
        this.dialogs = new FlowDialogs<>(dialogs);
    }

    /**
     * A bot of one dialog.
     *
     * @param states the enum of its states; each is declared
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
     * A bot of one dialog whose states are stored under names of your choice, so that renaming them locks nobody out.
     *
     * @param states the enum of its states; each is declared
     * @param empty the data of a dialog that has just begun, as above
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
     * A bot of several dialogs, of which a conversation is in one at a time. The commands of each are heard in all;
     * where several take an input, the earlier flow's does.
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
     * The conversations of this bot in a storage, with all settings at their defaults.
     *
     * @throws IllegalArgumentException if the storage lacks {@link StateStorage.Capability#ATTRIBUTES}, or
     *     {@link StateStorage.Capability#DEADLINE} where the flow has work or timeouts
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

    /** Registers the states of this bot with an {@link Fsm} that has settings of your choice. */
    public Fsm.Builder register(Fsm.Builder builder) {
        requireNonNull(builder, "builder");
        dialogs.all().forEach(dialog -> dialog.names().register(builder));
        return builder;
    }

    /**
     * Handles an input, in one turn. An event that had been handled before changes nothing.
     *
     * @param fsm the conversations
     * @param key the conversation
     * @param eventId the id by which the input would be delivered again
     * @param input what was heard
     * @return what to say, in this order; for a redelivered event, the present question
     * @throws UndeclaredExitException if a handler went where its declaration does not lead
     * @throws HandlerDecisionException if a handler did not decide exactly once
     * @throws WorkFailedException if the work of a state threw: the state is stored, and the work is to be repeated
     * @throws io.botfsm.storage.FsmException as {@link Fsm#handle(StorageKey, EventId, java.util.function.Function)}
     *     does. Nothing is stored, unless the exception says that it may be
     */
    public List<O> handle(Fsm fsm, StorageKey key, EventId eventId, I input) {
        requireNonNull(fsm, "fsm");
        requireNonNull(input, "input");
        requireNonNull(eventId, "event id");
        return run(fsm, key, Optional.empty()).input(input, handler -> fsm.handle(key, eventId, handler));
    }

    /** Handles an input without an id, as the other does: one that is delivered again is handled again. */
    public List<O> handle(Fsm fsm, StorageKey key, I input) {
        requireNonNull(fsm, "fsm");
        requireNonNull(input, "input");
        return run(fsm, key, Optional.empty()).input(input, handler -> fsm.handle(key, handler));
    }

    /**
     * Handles a timeout that has passed, or work that was left undone, and sends what is to be said. Changes nothing
     * unless the conversation still holds the deadline, so a user who was faster, or another who fires the same, costs
     * one read.
     *
     * <p>The turn is stored first, then the replies are sent, then a second turn stores that they were. Until that the
     * conversation is due again after a minute, counted from the later of this machine's time and the deadline: if the
     * process dies or the sender throws in between, firing that deadline runs no handler again, but asks the present
     * question again. So a timeout takes effect once, and its words are sent at least once; a user who says something
     * meanwhile needs none. Where nothing is said there is no second turn. A turn is a read and a write.
     *
     * <p>A deadline that is not the flow's stays as it is: in a state that this build does not have, for a build that
     * has it; in a state that is handled {@linkplain Dialog#byHand by hand}, and in no state, for a handler of your own
     * that set it.
     *
     * @param fsm the conversations
     * @param key the conversation
     * @param deadline as {@link io.botfsm.storage.Snapshot#deadline()} has it
     * @param sender is given the replies after they are stored, if there are any
     * @param <X> what the sender throws
     * @return whether nothing is left to be done about the deadline; if not, the conversation holds it, it is not the
     *     flow's, and nothing was changed
     * @throws X what the sender has thrown
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
     * What is asked in a conversation, which is what a redelivered event is answered by; nothing while there is work to
     * do before.
     */
    public List<O> question(Conversation now) {
        return dialogs.question(requireNonNull(now, "now"));
    }

    /**
     * Whether its conversations get deadlines, which have to be fired: by timeouts, or by work that may be left undone.
     */
    public boolean hasTimeouts() {
        return dialogs.haveTimeouts();
    }

    /** How the work of its states has gone in this process; those of a {@linkplain #join joined} flow are its own. */
    public WorkCounts workCounts() {
        return dialogs.workCounts();
    }

    /** Which state may follow which, by the declarations. */
    public TransitionRules rules() {
        return FlowRules.of(dialogs);
    }

    /** The rules as a Mermaid state diagram, ending with a line feed. */
    public String toMermaid() {
        return rules().toMermaid();
    }
}
