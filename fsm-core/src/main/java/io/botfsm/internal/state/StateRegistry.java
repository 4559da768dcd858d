package io.botfsm.internal.state;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.StateNames;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.UnknownStateException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The registered enum groups: maps stored names to states, and states to stored names. Immutable. */
public final class StateRegistry {
    private final Set<Class<?>> groups;
    private final Map<String, Enum<?>> states;
    private final Map<Enum<?>, List<String>> names;

    public StateRegistry(Map<Class<?>, StateGroup<?>> registered) {
        groups = Set.copyOf(registered.keySet());
        Map<String, Enum<?>> byName = new HashMap<>();
        Map<Enum<?>, List<String>> byState = new HashMap<>();
        registered
                .values()
                .forEach(group -> group.forEachName((name, state) -> {
                    Enum<?> taken = byName.put(name, state);
                    if (taken != null && taken != state) {
                        throw new IllegalArgumentException(String.format(
                                Locale.ROOT,
                                "stored state \"%s\" would stand for both %s and %s",
                                Text.printable(name),
                                qualified(taken),
                                qualified(state)));
                    }
                    byState.computeIfAbsent(state, s -> new ArrayList<>()).add(name);
                }));
        states = Map.copyOf(byName);
        names = Map.copyOf(byState);
    }

    /**
     * Registers a group, in place of its earlier registration.
     *
     * @param groups the groups registered so far; not changed if the new one conflicts with them
     * @throws IllegalArgumentException if a stored name would stand for two states
     */
    public static <E extends Enum<E>> void register(
            Map<Class<?>, StateGroup<?>> groups, Class<E> group, Consumer<StateNames<E>> names) {
        StateGroup<E> named = new StateGroup<>(group);
        requireNonNull(names, "names").accept(named);
        Map<Class<?>, StateGroup<?>> all = new LinkedHashMap<>(groups);
        all.put(group, named);
        new StateRegistry(all);
        groups.put(group, named);
    }

    /** The name under which the state is written. */
    public String name(Enum<?> state) {
        return names(state).get(0);
    }

    /** Every name under which the state may be stored; the name that is written comes first. */
    public List<String> names(Enum<?> state) {
        requireRegistered(state.getDeclaringClass());
        return names.getOrDefault(state, List.of());
    }

    /** Every name under which a state may be stored, former ones included. */
    public Set<String> storedNames() {
        return states.keySet();
    }

    /** The state of that name, if it belongs to {@code group}, which must be registered. */
    public <E extends Enum<E>> Optional<E> state(StorageKey key, String name, Class<E> group) {
        Enum<?> state = states.get(name);
        if (state == null) {
            throw new UnknownStateException(key, name);
        }
        return Optional.of(state).filter(group::isInstance).map(group::cast);
    }

    /** Throws if the group is not registered, whatever is stored. */
    public void requireRegistered(Class<?> group) {
        if (!groups.contains(group)) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s is not registered: add .states(%s.class) to Fsm.builder(...)",
                    group.getName(),
                    group.getSimpleName()));
        }
    }

    private static String qualified(Enum<?> state) {
        return state.getDeclaringClass().getName() + "." + state.name();
    }
}
