package io.botfsm.flow;

import io.botfsm.transition.TransitionRules;
import java.util.ArrayList;
import java.util.List;

/**
 * Derives the transitions that the declarations of dialogs allow, as a storage sees them: a state that calls a
 * sub-dialog is never stored, but the states of the sub-dialog are.
 */
final class FlowRules<I, O> {
    private final FlowDialogs<I, O> dialogs;
    private final TransitionRules.Builder rules = TransitionRules.builder();

    private FlowRules(FlowDialogs<I, O> dialogs) {
        this.dialogs = dialogs;
    }

    static <I, O> TransitionRules of(FlowDialogs<I, O> dialogs) {
        return new FlowRules<>(dialogs).build();
    }

    private TransitionRules build() {
        dialogs.all().forEach(dialog -> dialog.names().register(rules));
        dialogs.all().forEach(this::add);
        if (dialogs.endAnywhere()) {
            rules.endFromAny();
        }
        return rules.build();
    }

    private <D> void add(DialogDefinition<I, O, D> dialog) {
        boolean hasBack = dialogs.all().stream().anyMatch(any -> any.has(Reaction.Kind.BACK));
        dialog.states().values().forEach(from -> {
            leaving(from).forEach(stored -> {
                from.exits().forEach(to -> allow(stored, entered(dialog, to)));
                from.call().ifPresent(call -> allow(stored, entered(dialog, from.state())));
                if (from.ends() && !dialog.isSub()) {
                    rules.end(stored);
                }
            });
            if (hasBack) {
                allowBack(dialog, from);
            }
        });
        dialog.exitsFromAnywhere().forEach(to -> rules.allowFromAny(entered(dialog, to)));
        dialog.calls().values().forEach(call -> allowDetour(call.dialog()));
    }

    private <D> void allowBack(DialogDefinition<I, O, D> dialog, StateDefinition<I, O, D> from) {
        dialog.states().values().stream()
                .filter(before -> !from.isResting() && dialog.hasPath(before, from.state()))
                .forEach(before -> within(from).forEach(stored -> allow(stored, entered(dialog, before.state()))));
    }

    /** Adds the transitions of a sub-dialog that a command calls, which returns to where it was called. */
    private void allowDetour(DialogDefinition<I, O, ?> sub) {
        rules.allowFromAny(entered(sub, sub.start()));
        List<Enum<?>> anywhere = new ArrayList<>();
        dialogs.all()
                .forEach(dialog -> dialog.states().values().stream()
                        .filter(state -> state.call().isEmpty())
                        .forEach(state -> anywhere.add(state.state())));
        sub.states()
                .values()
                .forEach(state -> within(state).forEach(stored -> {
                    anywhere.forEach(to -> allow(stored, to));
                    rules.end(stored);
                }));
    }

    private void allow(Enum<?> from, Enum<?> to) {
        if (from != to) {
            rules.allow(from, to);
        }
    }

    /** Returns the state that is stored on entering a state. */
    private Enum<?> entered(DialogDefinition<I, O, ?> dialog, Enum<?> state) {
        return dialog.state(state)
                .call()
                .<Enum<?>>map(call -> entered(call.dialog(), call.dialog().start()))
                .orElse(state);
    }

    /** Returns the states that may be stored when the exits of a state are taken. */
    private List<Enum<?>> leaving(StateDefinition<I, O, ?> state) {
        List<Enum<?>> stored = new ArrayList<>();
        if (state.call().isEmpty()) {
            stored.add(state.state());
        } else {
            state.call().get().dialog().states().values().stream()
                    .filter(StateDefinition::ends)
                    .forEach(end -> stored.addAll(leaving(end)));
        }
        return stored;
    }

    /** Returns the states that may be stored while the conversation is in a state. */
    private List<Enum<?>> within(StateDefinition<I, O, ?> state) {
        List<Enum<?>> stored = new ArrayList<>();
        if (state.call().isEmpty()) {
            stored.add(state.state());
        } else {
            state.call().get().dialog().states().values().forEach(inner -> stored.addAll(within(inner)));
        }
        return stored;
    }
}
