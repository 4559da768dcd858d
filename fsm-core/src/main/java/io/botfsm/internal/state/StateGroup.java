package io.botfsm.internal.state;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.StateNames;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;

/** Collects the stored names of one enum's states. */
public final class StateGroup<E extends Enum<E>> implements StateNames<E> {
    private final Class<E> type;
    private final Map<E, String> names;
    private final Map<String, E> formerNames = new LinkedHashMap<>();
    private String group;

    public StateGroup(Class<E> type) {
        this.type = requireNonNull(type, "group");
        this.group = type.getSimpleName();
        this.names = new EnumMap<>(type);
        for (E state : type.getEnumConstants()) {
            names.put(state, state.name());
        }
    }

    @Override
    public StateNames<E> group(String stored) {
        if (checked("group", stored).contains(":")) {
            throw new IllegalArgumentException(
                    "a group's name must not contain a colon: \"" + Text.printable(stored) + "\"");
        }
        group = stored;
        return this;
    }

    @Override
    public StateNames<E> name(E state, String stored) {
        names.put(requireNonNull(state, "state"), checked("state name", stored));
        return this;
    }

    @Override
    public StateNames<E> formerly(String stored, E state) {
        if (!checked("former name", stored).contains(":")) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a former name includes its group: \"%1$s:%2$s\", not \"%2$s\"",
                    group,
                    Text.printable(stored)));
        }
        formerNames.put(stored, requireNonNull(state, "state"));
        return this;
    }

    public Class<E> type() {
        return type;
    }

    /**
     * Passes every stored name with its state to the consumer: first the name that is written, then those that are only
     * read.
     */
    public void forEachName(BiConsumer<String, Enum<?>> consumer) {
        names.forEach((state, name) -> consumer.accept(group + ":" + name, state));
        formerNames.forEach(consumer);
    }

    private static String checked(String what, String name) {
        if (requireNonNull(name, what).isEmpty()) {
            throw new IllegalArgumentException("a " + what + " must not be empty");
        }
        return Text.wellFormed(what, name);
    }
}
