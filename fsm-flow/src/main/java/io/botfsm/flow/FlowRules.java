package io.botfsm.flow;

import io.botfsm.transition.TransitionRules;

/** The transitions that the declarations of dialogs allow. */
final class FlowRules<I, O> {
    private final TransitionRules.Builder rules = TransitionRules.builder();

    private FlowRules() {}

    static <I, O> TransitionRules of(FlowDialogs<I, O> dialogs) {
        FlowRules<I, O> all = new FlowRules<>();
        dialogs.all().forEach(dialog -> dialog.names().register(all.rules));
        dialogs.all().forEach(all::add);
        if (dialogs.endAnywhere()) {
            all.rules.endFromAny();
        }
        return all.rules.build();
    }

    private <D> void add(DialogDefinition<I, O, D> dialog) {
        dialog.states().values().forEach(from -> {
            from.exits().forEach(to -> rules.allow(from.state(), to));
            if (from.ends()) {
                rules.end(from.state());
            }
            if (dialog.has(Reaction.Kind.BACK)) {
                dialog.states().values().stream()
                        .filter(before -> dialog.leads(before, from.state()) && !from.isResting())
                        .forEach(before -> rules.allow(from.state(), before.state()));
            }
        });
        dialog.exitsFromAnywhere().forEach(rules::allowFromAny);
    }
}
