package io.botfsm.lifecycle;

import io.botfsm.lifecycle.BotRunner.Bot;
import io.botfsm.lifecycle.BotRunner.BotFactory;
import io.botfsm.lifecycle.Ending.BotEnded;
import io.botfsm.lifecycle.Ending.BotFailed;
import io.botfsm.lifecycle.Ending.LeaseExpiring;
import io.botfsm.lifecycle.Ending.LeaseLost;
import io.botfsm.lock.Lease;
import io.botfsm.lock.internal.text.UnicodeText;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lease and the bot that runs under it. Confined to the thread of the run; other threads only complete the future
 * that ends their round.
 */
final class Generation {
    private static final Logger LOG = LoggerFactory.getLogger(Generation.class.getPackageName());

    private final Lease lease;
    private final CompletableFuture<Ending> ending;
    private final StopTimeouts timeouts;
    private final AtomicReference<RunState> state;
    private Optional<OwnThread<Bot>> starting = Optional.empty();
    private volatile boolean leaseLost;

    Generation(Lease lease, CompletableFuture<Ending> ending, StopTimeouts timeouts, AtomicReference<RunState> state) {
        this.lease = lease;
        this.ending = ending;
        this.timeouts = timeouts;
        this.state = state;
        state.set(RunState.STARTING);
    }

    /** Starts the bot, unless the round has already ended. */
    void start(BotFactory factory) {
        lease.onExpiring(() -> ending.complete(new LeaseExpiring()));
        lease.onLost(reason -> {
            leaseLost = true;
            ending.complete(new LeaseLost(reason));
        });
        if (!ending.isDone()) {
            OwnThread<Bot> start = OwnThread.call("botfsm-start", () -> begin(factory));
            var unused = start.result().exceptionally(this::notStarted);
            starting = Optional.of(start);
        }
    }

    private Bot begin(BotFactory factory) throws Exception {
        Bot bot = Objects.requireNonNull(factory.start(lease), "the factory returned null");
        try {
            state.compareAndSet(RunState.STARTING, RunState.ACTIVE);
            LOG.info("The bot has started with fencing token {}", lease.fencingToken());
            bot.ended().whenComplete((end, failure) -> ending.complete(ended(failure)));
        } catch (Throwable e) { // the bot is running, so it is stopped like any other
            ending.complete(ended(e));
        }
        return bot;
    }

    private @Nullable Bot notStarted(Throwable failure) {
        if (!ending.complete(new BotFailed("it could not be started", failure))) {
            LOG.info("The start of the bot was abandoned: {}", UnicodeText.oneLine(failure.toString()));
        }
        return null;
    }

    private static Ending ended(@Nullable Throwable failure) {
        if (failure == null) {
            return new BotEnded();
        }
        Throwable cause = failure.getCause();
        return new BotFailed("it failed", failure instanceof CompletionException && cause != null ? cause : failure);
    }

    /** Stops what was started. Returns whether it is certain that nothing of it is still running. */
    boolean stop() {
        state.set(RunState.DRAINING);
        return starting.map(this::stop).orElse(true);
    }

    private boolean stop(OwnThread<Bot> start) {
        if (!start.result().isDone()) {
            start.interrupt();
            if (!start.endsWithin(timeouts.interrupted())) {
                LOG.error("The start of the bot was interrupted but has not ended");
                var unused = start.result().thenAccept(this::stop);
                return false;
            }
        }
        return start.value().map(this::stop).orElse(true);
    }

    private boolean stop(Bot bot) {
        return ShutdownSequence.builder()
                .step("stop polling", timeouts.stopPolling(), bot::stopPolling)
                .step("drain", timeouts.drainStep(), () -> bot.drain(timeouts.drain()))
                .build()
                .run()
                .isClean();
    }

    boolean hasLostLease() {
        return leaseLost;
    }
}
