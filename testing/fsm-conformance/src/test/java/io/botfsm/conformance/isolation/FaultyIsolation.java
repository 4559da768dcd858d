package io.botfsm.conformance.isolation;

import io.botfsm.isolation.ConversationLease;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** An isolation that does as the honest one, unless a fault does something else instead. */
final class FaultyIsolation implements EventIsolation {
    interface Submitting {
        CompletionStage<Object> submit(StorageKey key, Handler<Object> handler);
    }

    interface Calling {
        Object call(StorageKey key, Handler<Object> handler) throws Exception;
    }

    interface Draining {
        boolean drain(Duration limit) throws InterruptedException;
    }

    /** A lease made by hand. */
    record FaultyLease(
            BooleanSupplier held, Supplier<OptionalLong> token, Consumer<Runnable> whenLost, LongConsumer fencing)
            implements ConversationLease {
        @Override
        public boolean isHeld() {
            return held.getAsBoolean();
        }

        @Override
        public OptionalLong fencingToken() {
            return token.get();
        }

        @Override
        public void onLost(Runnable action) {
            whenLost.accept(action);
        }

        @Override
        public void fenced(long highestSeen) {
            fencing.accept(highestSeen);
        }
    }

    final EventIsolation honest;
    Submitting submit;
    Calling call;
    Draining drain;
    Runnable close;

    FaultyIsolation(EventIsolation honest) {
        this.honest = honest;
        submit = honest::submit;
        call = honest::call;
        drain = honest::drain;
        close = honest::close;
    }

    /** Hands the handlers something other than their lease. */
    void replaceLease(UnaryOperator<ConversationLease> wrong) {
        submit = (key, handler) -> honest.submit(key, lease -> handler.handle(wrong.apply(lease)));
    }

    @Override
    @SuppressWarnings("unchecked") // what comes out is what the handler returned
    public <T> CompletionStage<T> submit(StorageKey key, Handler<T> handler) {
        return (CompletionStage<T>) submit.submit(key, (Handler<Object>) handler);
    }

    @Override
    @SuppressWarnings("unchecked") // what comes out is what the handler returned
    public <T> T call(StorageKey key, Handler<T> handler) throws Exception {
        return (T) call.call(key, (Handler<Object>) handler);
    }

    @Override
    public int handlers() {
        return honest.handlers();
    }

    @Override
    public int conversations() {
        return honest.conversations();
    }

    @Override
    public long refused() {
        return honest.refused();
    }

    @Override
    public boolean drain(Duration limit) throws InterruptedException {
        return drain.drain(limit);
    }

    @Override
    public void close() {
        close.run();
    }
}
