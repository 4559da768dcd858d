package io.botfsm.micrometer;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.Turn;
import io.botfsm.storage.StorageKey;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Conversations whose events are timed. Thread-safe. */
final class MeasuredFsm extends DecoratedFsm {
    private final HandleTimers timers;

    MeasuredFsm(Fsm fsm, HandleTimers timers) {
        super(fsm);
        this.timers = timers;
    }

    @Override
    Fsm around(Fsm other) {
        return new MeasuredFsm(other, timers);
    }

    @Override
    <R extends @Nullable Object> Handled<R> around(
            Function<? super Turn, ? extends R> handler,
            Function<Function<? super Turn, ? extends R>, Handled<R>> event) {
        long start = timers.now();
        try {
            Handled<R> handled = event.apply(handler);
            timers.end(start, handled, null);
            return handled;
        } catch (RuntimeException | Error e) {
            timers.end(start, null, e);
            throw e;
        }
    }

    @Override
    <R extends @Nullable Object> CompletionStage<Handled<R>> aroundAsync(
            StorageKey key,
            Function<? super Turn, ? extends R> handler,
            Function<Function<? super Turn, ? extends R>, CompletionStage<Handled<R>>> event) {
        long start = timers.now();
        try {
            CompletionStage<Handled<R>> stage = event.apply(handler);
            // not the dependent stage, which a caller could complete before this one has ended
            var unused = stage.whenComplete((handled, failure) -> timers.end(start, handled, failure));
            return stage;
        } catch (RuntimeException | Error e) {
            timers.end(start, null, e);
            throw e;
        }
    }
}
