package io.botfsm.flow;

import io.botfsm.Conversation;
import io.botfsm.internal.scope.ScopedConversation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The dialogs of one bot: its own, and all sub-dialogs that they call. Immutable. */
final class FlowDialogs<I, O> {
    private final List<DialogDefinition<I, O, ?>> roots;
    private final List<DialogDefinition<I, O, ?>> all = new ArrayList<>();
    private final Map<String, Position<I, O, ?>> byName = new LinkedHashMap<>();
    private final Set<String> scopes = new LinkedHashSet<>();
    private final WorkCounts workCounts = new WorkCounts();

    /** @throws FlowDefinitionException if two dialogs would be stored under the same group */
    FlowDialogs(List<DialogDefinition<I, O, ?>> dialogs) {
        roots = List.copyOf(dialogs);
        roots.forEach(this::add);
    }

    private void add(DialogDefinition<I, O, ?> dialog) {
        if (dialog.isSub() && all.stream().anyMatch(dialog::is)) {
            return; // called in several places
        }
        all.add(dialog);
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
                        "another flow is also stored under the group \"" + scope
                                + "\"; give one of them another group by names -> names.group(...)");
            }
        }
        dialog.called().forEach(this::add);
    }

    /** Returns the dialogs whose commands are recognized everywhere. */
    List<DialogDefinition<I, O, ?>> roots() {
        return roots;
    }

    List<DialogDefinition<I, O, ?>> all() {
        return all;
    }

    WorkCounts workCounts() {
        return workCounts;
    }

    /** The dialog whose states are, or were, stored under a group. */
    Optional<DialogDefinition<I, O, ?>> dialog(String scope) {
        return all.stream()
                .filter(dialog -> dialog.names().byName().keySet().stream()
                        .anyMatch(name -> StoredStates.scope(name).equals(scope)))
                .findFirst();
    }

    Optional<Position<I, O, ?>> position(Optional<String> stored) {
        return stored.map(byName::get);
    }

    /** Returns whether data of that name belongs to a dialog. */
    boolean isOwnData(String dataName) {
        return dataName.indexOf(':') >= 0 && scopes.contains(StoredStates.scope(dataName));
    }

    /** Returns whether the conversation may end in any state. */
    boolean endAnywhere() {
        return all.stream()
                .anyMatch(dialog ->
                        dialog.has(Reaction.Kind.END) || !dialog.timeouts().isEmpty());
    }

    boolean haveTimeouts() {
        return all.stream()
                .anyMatch(dialog -> !dialog.timeouts().isEmpty()
                        || dialog.states().values().stream()
                                .anyMatch(state -> !state.timeouts().isEmpty()
                                        || state.work().isPresent()));
    }

    /** Returns the work that has to be done before anything is asked. */
    Optional<PendingWork<I, O>> pending(Conversation now) {
        Optional<String> id = FlowMarks.work(scoped(now));
        return position(now.state())
                .filter(at -> at.state().work().isPresent())
                .flatMap(at -> id.map(job -> new PendingWork<>(at, job)));
    }

    /** @param id the id of the job */
    record PendingWork<I, O>(Position<I, O, ?> at, String id) {}

    /** Returns the question, based on the conversation alone. */
    List<O> question(Conversation now) {
        if (pending(now).isPresent()) {
            return List.of();
        }
        Optional<Position<I, O, ?>> position = position(now.state());
        return position.isPresent() ? position.get().question(now) : idle(now);
    }

    private List<O> idle(Conversation now) {
        Stream<O> unknown =
                now.state().isEmpty() ? Stream.of() : roots.stream().flatMap(dialog -> dialog.unknownState().stream());
        Stream<O> idle =
                roots.stream().flatMap(dialog -> dialog.idle().stream()).map(words -> words.apply(now));
        return Stream.concat(unknown, idle).distinct().toList();
    }

    static ScopedConversation scoped(Conversation now) {
        if (now instanceof ScopedConversation scoped) {
            return scoped;
        }
        throw new IllegalArgumentException("a flow works on conversations of an Fsm, not of "
                + now.getClass().getName());
    }
}
