package io.botfsm.flow;

import io.botfsm.Conversation;
import io.botfsm.internal.scope.ScopedConversation;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The dialogs of one bot. Immutable. */
final class FlowDialogs<I, O> {
    private final List<DialogDefinition<I, O, ?>> all;
    private final Map<String, Position<I, O, ?>> byName = new LinkedHashMap<>();

    /** @throws FlowDefinitionException if two dialogs would be stored under the same names */
    FlowDialogs(List<DialogDefinition<I, O, ?>> dialogs) {
        all = List.copyOf(dialogs);
        Set<String> scopes = new LinkedHashSet<>();
        for (DialogDefinition<I, O, ?> dialog : all) {
            Set<String> own = new LinkedHashSet<>();
            dialog.names().byName().forEach((name, state) -> {
                own.add(StoredStates.scope(name));
                byName.put(name, Position.of(dialog, state, name));
            });
            for (String scope : own) {
                if (!scopes.add(scope)) {
                    throw new FlowDefinitionException(
                            dialog.names().type(),
                            Optional.empty(),
                            "another flow is stored under the group \"" + scope
                                    + "\" too; give one of them another by names -> names.group(...)");
                }
            }
        }
    }

    List<DialogDefinition<I, O, ?>> all() {
        return all;
    }

    Optional<Position<I, O, ?>> position(Optional<String> stored) {
        return stored.map(byName::get);
    }

    /** Whether data of that name belongs to a dialog. */
    boolean own(String dataName) {
        return dataName.indexOf(':') >= 0
                && byName.keySet().stream()
                        .anyMatch(state -> dataName.startsWith(ScopedConversation.prefix(StoredStates.scope(state))));
    }

    boolean endAnywhere() {
        return all.stream().anyMatch(dialog -> dialog.has(Reaction.Kind.END));
    }

    /** What is asked, of the conversation alone. */
    List<O> question(Conversation now) {
        Optional<Position<I, O, ?>> position = position(now.state());
        return position.isPresent() ? position.get().question(now) : idle(now);
    }

    private List<O> idle(Conversation now) {
        Stream<O> unknown =
                now.state().isEmpty() ? Stream.of() : all.stream().flatMap(dialog -> dialog.unknownState().stream());
        return Stream.concat(unknown, all.stream().map(dialog -> dialog.idle().apply(now)))
                .distinct()
                .toList();
    }

    static ScopedConversation scoped(Conversation now) {
        if (now instanceof ScopedConversation scoped) {
            return scoped;
        }
        throw new IllegalArgumentException("a flow works on conversations of an Fsm, not of "
                + now.getClass().getName());
    }
}
