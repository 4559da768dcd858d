package io.botfsm.micrometer;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.Turn;
import io.botfsm.storage.StorageKey;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Conversations whose events are observed. Thread-safe. */
final class ObservedFsm extends DecoratedFsm {
    private final BotObservations observations;

    ObservedFsm(Fsm fsm, BotObservations observations) {
        super(fsm);
        this.observations = observations;
    }

    @Override
    Fsm around(Fsm other) {
        return new ObservedFsm(other, observations);
    }

    @Override
    <R extends @Nullable Object> Handled<R> around(
            Function<? super Turn, ? extends R> handler,
            Function<Function<? super Turn, ? extends R>, Handled<R>> event) {
        StartedObservation turn = observations.turn();
        try {
            Handled<R> handled = turn.scoped(() -> event.apply(handler));
            observations.end(turn, handled, null);
            return handled;
        } catch (RuntimeException | Error e) {
            observations.end(turn, null, e);
            throw e;
        }
    }

    @Override
    <R extends @Nullable Object> CompletionStage<Handled<R>> aroundAsync(
            StorageKey key,
            Function<? super Turn, ? extends R> handler,
            Function<Function<? super Turn, ? extends R>, CompletionStage<Handled<R>>> event) {
        StartedObservation turn = observations.turnAsync(key);
        try {
            CompletionStage<Handled<R>> stage =
                    turn.scoped(() -> event.apply(of -> turn.<R>scoped(() -> handler.apply(of))));
            // not the dependent stage, which a caller could complete before this one has ended
            var unused = stage.whenComplete((handled, failure) -> observations.endAsync(key, turn, handled, failure));
            return stage;
        } catch (RuntimeException | Error e) {
            observations.endAsync(key, turn, null, e);
            throw e;
        }
    }
}
