package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.Mutation;
import java.time.Duration;
import java.util.Set;
import java.util.function.Function;

/** What is done when a user says nothing for a while. */
record Timeout<O, D>(Duration after, Function<? super FlowTurn<O, D>, Next> handler, Set<Enum<?>> exits) {
    Timeout {
        Mutation.requireTtl(requireNonNull(after, "after"));
        requireNonNull(handler, "handler");
    }

    /** A timeout and the dialog whose handler it runs. */
    record OfDialog<I, O, D>(DialogDefinition<I, O, D> dialog, Timeout<O, D> timeout) {
        Duration after() {
            return timeout.after();
        }
    }
}
