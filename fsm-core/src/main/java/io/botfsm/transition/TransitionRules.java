package io.botfsm.transition;

import static java.util.Objects.requireNonNull;

import io.botfsm.Fsm;
import io.botfsm.internal.state.StateGroup;
import io.botfsm.internal.state.StateRegistry;
import io.botfsm.internal.text.Text;
import io.botfsm.storage.StateNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Declares which state may follow which. A {@link io.botfsm.transition.TransitionCheckingStateStorage} warns of a
 * change that is not declared here, or refuses it; {@link #toMermaid()} draws the rules as a diagram. Keeping a state
 * is not a change and needs no rule. Immutable and thread-safe.
 */
public final class TransitionRules {
    private static final Optional<String> NONE = Optional.empty();

    private final Map<String, String> written;
    private final Set<String> states;
    private final Set<Change> declared;
    private final Set<Optional<String>> fromAnywhere;

    /** A change from a state, or none, to another. */
    private record Change(Optional<String> from, Optional<String> to) {}

    private TransitionRules(Builder builder) {
        Map<Class<?>, StateGroup<?>> groups = builder.groups;
        StateRegistry registry = new StateRegistry(groups);
        Map<String, String> names = new LinkedHashMap<>();
        groups.values().forEach(group -> group.forEachName((name, state) -> names.put(name, registry.name(state))));
        Set<Change> changes = new LinkedHashSet<>();
        builder.changes.forEach(change -> changes.add(new Change(
                change.from().map(from -> name(from, registry)), change.to().map(to -> name(to, registry)))));
        Set<Optional<String>> targets = new LinkedHashSet<>();
        builder.fromAnywhere.forEach(to -> targets.add(to.map(state -> name(state, registry))));
        Set<String> all = new LinkedHashSet<>(names.values());
        changes.forEach(change -> {
            change.from().ifPresent(all::add);
            change.to().ifPresent(all::add);
        });
        targets.forEach(to -> to.ifPresent(all::add));
        this.written = names;
        this.states = all;
        this.declared = changes;
        this.fromAnywhere = targets;
    }

    private static String name(Object state, StateRegistry registry) {
        return state instanceof Enum<?> constant ? registry.name(constant) : (String) state;
    }

    /** Returns a builder for rules that starts with none. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns whether a change is declared, or is not a change at all.
     *
     * @param from the stored name of the previous state, which may be a former name; empty for none
     * @param to the stored name of the new state; empty for none
     */
    public boolean declare(Optional<String> from, Optional<String> to) {
        Optional<String> source = requireNonNull(from, "from").map(this::current);
        Optional<String> target = requireNonNull(to, "to").map(this::current);
        return source.equals(target) || fromAnywhere.contains(target) || declared.contains(new Change(source, target));
    }

    /** Returns the current name of a state, which may be given by a former name. */
    private String current(String name) {
        return written.getOrDefault(name, name);
    }

    /**
     * Returns the rules as a Mermaid state diagram that ends with a line feed. The same rules, declared in the same
     * order, give the same diagram.
     */
    public String toMermaid() {
        MermaidDiagram diagram = new MermaidDiagram(states);
        declared.forEach(change -> diagram.arrow(change.from(), change.to()));
        for (Optional<String> to : fromAnywhere) {
            if (to.isPresent()) {
                diagram.arrow(NONE, to);
            }
            states.stream().map(Optional::of).filter(from -> !from.equals(to)).forEach(from -> diagram.arrow(from, to));
        }
        return diagram.toString();
    }

    /**
     * Collects rules. A state is given as an enum constant, or as a plain name if the bot uses plain names. Not
     * thread-safe.
     *
     * <p>Every method that takes a name refuses an unpaired surrogate with an {@link IllegalArgumentException}.
     */
    public static final class Builder {
        private final Map<Class<?>, StateGroup<?>> groups = new LinkedHashMap<>();
        private final List<Rule> changes = new ArrayList<>();
        private final List<Optional<Object>> fromAnywhere = new ArrayList<>();

        /** A change between states as the user names them. */
        private record Rule(Optional<Object> from, Optional<Object> to) {}

        private Builder() {}

        /**
         * Declares how a group's states are stored. Use the same names as for {@link Fsm.Builder#states(Class,
         * Consumer)}. Not needed for a group that is stored under its own names.
         *
         * @throws IllegalArgumentException if a stored name would stand for two states
         */
        public <E extends Enum<E>> Builder states(Class<E> group, Consumer<StateNames<E>> names) {
            StateRegistry.register(groups, group, names);
            return this;
        }

        /** Allows a conversation to begin in this state: no state → {@code to}. */
        public Builder begin(Enum<?> to) {
            return add(Optional.empty(), Optional.of(known(to)));
        }

        /** Allows a conversation to begin in this state: no state → {@code to}. */
        public Builder begin(String to) {
            return add(Optional.empty(), Optional.of(checked(to)));
        }

        /** Allows the changes from one state to others. */
        public Builder allow(Enum<?> from, Enum<?>... to) {
            requireNonNull(from, "from");
            requireNonNull(to, "to");
            for (Enum<?> each : to) {
                add(Optional.of(known(from)), Optional.of(known(each)));
            }
            return this;
        }

        /** Allows the changes from one state to others. */
        public Builder allow(String from, String... to) {
            requireNonNull(from, "from");
            requireNonNull(to, "to");
            for (String each : to) {
                add(Optional.of(checked(from)), Optional.of(checked(each)));
            }
            return this;
        }

        /** Allows the change to this state from every state, and from none. */
        public Builder allowFromAny(Enum<?> to) {
            fromAnywhere.add(Optional.of(known(to)));
            return this;
        }

        /** Allows the change to this state from every state, and from none. */
        public Builder allowFromAny(String to) {
            fromAnywhere.add(Optional.of(checked(to)));
            return this;
        }

        /** Allows a conversation to end in this state: {@code from} → no state. */
        public Builder end(Enum<?> from) {
            return add(Optional.of(known(from)), Optional.empty());
        }

        /** Allows a conversation to end in this state: {@code from} → no state. */
        public Builder end(String from) {
            return add(Optional.of(checked(from)), Optional.empty());
        }

        /** Allows a conversation to end in any state. */
        public Builder endFromAny() {
            fromAnywhere.add(Optional.empty());
            return this;
        }

        /** Builds the rules. */
        public TransitionRules build() {
            return new TransitionRules(this);
        }

        private Builder add(Optional<Object> from, Optional<Object> to) {
            changes.add(new Rule(from, to));
            return this;
        }

        private Enum<?> known(Enum<?> state) {
            groups.computeIfAbsent(
                    requireNonNull(state, "state").getDeclaringClass(),
                    group -> new StateGroup<>(state.getDeclaringClass()));
            return state;
        }

        private static String checked(String state) {
            return Text.wellFormed("state", state);
        }
    }
}
