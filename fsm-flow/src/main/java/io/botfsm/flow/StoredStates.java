package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Fsm;
import io.botfsm.internal.state.StateGroup;
import io.botfsm.internal.state.StateRegistry;
import io.botfsm.storage.StateNames;
import io.botfsm.transition.TransitionRules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The states of one dialog, and the names under which they are stored. Immutable. */
final class StoredStates {
    private final Class<?> type;
    private final List<Enum<?>> all;
    private final Map<String, Enum<?>> byName = new LinkedHashMap<>();
    private final Map<Enum<?>, String> written = new LinkedHashMap<>();
    private final Consumer<Fsm.Builder> ofFsm;
    private final Consumer<TransitionRules.Builder> ofRules;

    private StoredStates(
            Class<?> type,
            List<Enum<?>> all,
            StateGroup<?> group,
            Consumer<Fsm.Builder> ofFsm,
            Consumer<TransitionRules.Builder> ofRules) {
        this.type = type;
        this.all = all;
        this.ofFsm = ofFsm;
        this.ofRules = ofRules;
        group.forEachName((name, state) -> {
            byName.put(name, state);
            written.putIfAbsent(state, name);
        });
    }

    /** @throws IllegalArgumentException if a stored name stands for two states */
    static <E extends Enum<E>> StoredStates of(Class<E> type, Consumer<StateNames<E>> names) {
        StateGroup<E> group = new StateGroup<>(requireNonNull(type, "states"));
        requireNonNull(names, "names").accept(group);
        var unused = new StateRegistry(Map.<Class<?>, StateGroup<?>>of(type, group));
        return new StoredStates(
                type,
                List.of(type.getEnumConstants()),
                group,
                fsm -> fsm.states(type, names),
                rules -> rules.states(type, names));
    }

    Class<?> type() {
        return type;
    }

    List<Enum<?>> all() {
        return all;
    }

    /** Returns every name, including former ones, with its state. */
    Map<String, Enum<?>> byName() {
        return byName;
    }

    /** Returns the name under which a state is written. */
    String name(Enum<?> state) {
        return requireNonNull(written.get(state));
    }

    void register(Fsm.Builder fsm) {
        ofFsm.accept(fsm);
    }

    void register(TransitionRules.Builder rules) {
        ofRules.accept(rules);
    }

    /** Returns the group of a stored name, which is the scope of the data of its dialog. */
    static String scope(String stored) {
        return stored.substring(0, Math.max(0, stored.indexOf(':')));
    }
}
