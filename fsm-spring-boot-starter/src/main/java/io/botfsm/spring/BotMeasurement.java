package io.botfsm.spring;

import io.botfsm.Fsm;
import io.botfsm.lock.LockListener;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.TransitionListener;
import java.util.Optional;

/** Measures a bot; the defaults measure nothing, for an application without a meter registry. */
interface BotMeasurement {
    default StateStorage measured(StateStorage storage) {
        return storage;
    }

    default Fsm measured(Fsm fsm) {
        return fsm;
    }

    default Optional<TransitionListener> transitions() {
        return Optional.empty();
    }

    /** Returns the same listener each time for a lock with this name. */
    default Optional<LockListener> lock(String name) {
        return Optional.empty();
    }
}
