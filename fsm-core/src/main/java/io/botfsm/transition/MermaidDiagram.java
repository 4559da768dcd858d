package io.botfsm.transition;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Builds a state diagram in Mermaid syntax. */
final class MermaidDiagram {
    private static final String BEGIN_OR_END = "[*]";

    private final Map<String, String> ids = new LinkedHashMap<>();
    private final Set<String> arrows = new LinkedHashSet<>();

    /** @param states the states to draw, in this order, whether or not they have arrows */
    MermaidDiagram(Set<String> states) {
        states.forEach(state -> ids.put(state, newId(state)));
    }

    private String newId(String state) {
        String base = state.replaceAll("[^A-Za-z0-9_]", "_");
        String id = base;
        for (int i = 2; ids.containsValue(id); i++) {
            id = base + "_" + i;
        }
        return id;
    }

    /**
     * Adds an arrow between two states, one of which may be absent. Each arrow is drawn once, however often it is
     * added.
     */
    void arrow(Optional<String> from, Optional<String> to) {
        arrows.add(String.format(Locale.ROOT, "    %s --> %s\n", end(from), end(to)));
    }

    private String end(Optional<String> state) {
        return state.map(name -> ids.getOrDefault(name, BEGIN_OR_END)).orElse(BEGIN_OR_END);
    }

    private static String label(String state) {
        return state.codePoints()
                .mapToObj(c -> isPlain(c) ? Character.toString(c) : String.format(Locale.ROOT, "#%d;", c))
                .collect(Collectors.joining());
    }

    private static boolean isPlain(int c) {
        return Character.isLetterOrDigit(c) || " _-.:/".indexOf(c) >= 0;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("stateDiagram-v2\n");
        ids.forEach(
                (state, id) -> text.append(String.format(Locale.ROOT, "    state \"%s\" as %s\n", label(state), id)));
        arrows.forEach(text::append);
        return text.toString();
    }
}
