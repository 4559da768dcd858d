package io.botfsm.lifecycle;

import io.botfsm.lock.internal.text.UnicodeText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the named steps of a shutdown one after another in the given order, each with its own time limit. All steps run,
 * even if earlier ones fail. A step that exceeds its limit is interrupted and abandoned. Each step is logged with its
 * name, the time it took, and the exception if it failed.
 *
 * <p>Runs once. Thread-safe. Each step has its own daemon thread, which ends with the step; only threads of steps that
 * ignore the interrupt remain.
 */
public final class ShutdownSequence {
    private static final Logger LOG = LoggerFactory.getLogger(ShutdownSequence.class.getPackageName());

    private final List<Step> steps;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CompletableFuture<Result> result = new CompletableFuture<>();

    private ShutdownSequence(List<Step> steps) {
        this.steps = steps;
    }

    /** Returns a builder for a sequence. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Runs the steps, unless they have already been started, and waits for their end. An interrupt does not shorten the
     * wait; the interrupt flag stays set.
     *
     * @return the result of the steps, the same with each call
     */
    public Result run() {
        if (begun.compareAndSet(false, true)) {
            result.complete(runSteps());
        }
        return result.join();
    }

    /** Returns the longest time that the sequence can take. */
    Duration limit() {
        return steps.stream().map(Step::limit).reduce(Duration.ZERO, Duration::plus);
    }

    private Result runSteps() {
        List<String> failed = new ArrayList<>();
        List<String> overran = new ArrayList<>();
        for (Step step : steps) {
            switch (run(step)) {
                case FAILED -> failed.add(step.name);
                case OVERRAN -> overran.add(step.name);
                case DONE -> {}
            }
        }
        return new Result(List.copyOf(failed), List.copyOf(overran));
    }

    private static End run(Step step) {
        long begin = System.nanoTime();
        OwnThread<Boolean> call = OwnThread.call("botfsm-shutdown: " + step.name, () -> {
            step.action.close();
            return true;
        });
        boolean ended = call.endsWithin(step.limit);
        if (!ended) {
            call.interrupt();
        }
        Optional<Throwable> failure = ended ? call.failure() : Optional.empty();
        End end = ended ? (failure.isPresent() ? End.FAILED : End.DONE) : End.OVERRAN;
        try {
            log(step, end, failure, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        } catch (Throwable e) {
            // A failing appender must not keep the other steps from running, nor make callers wait forever.
        }
        return end;
    }

    private static void log(Step step, End end, Optional<Throwable> failure, long millis) {
        switch (end) {
            case DONE -> LOG.info("Shutdown step \"{}\": done in {} ms", UnicodeText.printable(step.name), millis);
            case FAILED ->
                LOG.error(
                        "Shutdown step \"{}\": failed after {} ms",
                        UnicodeText.printable(step.name),
                        millis,
                        failure.orElse(null));
            case OVERRAN ->
                LOG.error(
                        "Shutdown step \"{}\": not done in {} ms, interrupted and abandoned",
                        UnicodeText.printable(step.name),
                        step.limit.toMillis());
        }
    }

    private enum End {
        DONE,
        FAILED,
        OVERRAN
    }

    private record Step(String name, Duration limit, AutoCloseable action) {}

    /**
     * The result of the steps.
     *
     * @param failed the names of the steps that threw an exception, in order
     * @param overran the names of the steps that did not end in time, in order
     */
    public record Result(List<String> failed, List<String> overran) {
        /** Returns whether all steps succeeded in time. */
        public boolean isClean() {
            return failed.isEmpty() && overran.isEmpty();
        }
    }

    /** Collects the steps. Not thread-safe. */
    public static final class Builder {
        private final List<Step> steps = new ArrayList<>();

        private Builder() {}

        /**
         * Adds a step.
         *
         * @param name the name for the log; unique in the sequence
         * @param limit how long it may take, at most a day
         * @param action the action, which runs on its own thread and is interrupted when its time is over
         * @throws IllegalArgumentException if the name is already used, or the limit is not positive or longer than a
         *     day
         */
        public Builder step(String name, Duration limit, AutoCloseable action) {
            if (name.isBlank()) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "the name of a step must not be blank: \"%s\"", name));
            }
            if (steps.stream().anyMatch(step -> step.name.equals(name))) {
                throw new IllegalArgumentException(String.format(Locale.ROOT, "there is already a step \"%s\"", name));
            }
            Limit.checked(String.format(Locale.ROOT, "the limit of step \"%s\"", name), limit);
            steps.add(new Step(name, limit, Objects.requireNonNull(action, "action")));
            return this;
        }

        /** Builds the sequence. */
        public ShutdownSequence build() {
            return new ShutdownSequence(List.copyOf(steps));
        }
    }
}
