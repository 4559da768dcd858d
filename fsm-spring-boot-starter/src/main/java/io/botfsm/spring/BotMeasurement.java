package io.botfsm.spring;

import io.botfsm.Fsm;
import io.botfsm.lock.LockListener;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.TransitionListener;
import java.util.Optional;

/** What measures a bot; nothing does, unless there is a meter registry. */
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

    /** The same listener each time for a lock of a name. */
    default Optional<LockListener> lock(String name) {
        return Optional.empty();
    }
}
