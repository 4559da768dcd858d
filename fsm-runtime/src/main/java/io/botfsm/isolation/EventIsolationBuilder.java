package io.botfsm.isolation;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.LockClock;
import io.botfsm.lock.store.LeaseStore;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Collects how updates are isolated. Not thread-safe. */
public final class EventIsolationBuilder {
    /** How many handlers of one conversation may wait or run unless chosen otherwise: Telegram keeps 100 unconfirmed. */
    public static final int DEFAULT_PER_CONVERSATION = 128;

    /** How many handlers may wait or run in total unless chosen otherwise. */
    public static final int DEFAULT_IN_TOTAL = 10_000;

    /** How long submitting waits for room in total unless chosen otherwise. */
    public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(10);

    /** How long a lease lasts unless renewed or chosen otherwise. */
    public static final Duration DEFAULT_TTL = Duration.ofSeconds(10);

    /** How long a handler waits for other processes unless chosen otherwise: longer than a crashed one can be in the way. */
    public static final Duration DEFAULT_LEASE_PATIENCE = Duration.ofSeconds(15);

    private static final Duration LONGEST = Duration.ofDays(1);

    private Optional<Executor> executor = Optional.empty();
    private Optional<Integer> threads = Optional.empty();
    private int perConversation = DEFAULT_PER_CONVERSATION;
    private int inTotal = DEFAULT_IN_TOTAL;
    private Duration patience = DEFAULT_PATIENCE;
    private Optional<Duration> handlerLimit = Optional.empty();
    private Optional<LeaseStore> store = Optional.empty();
    private Optional<Duration> ttl = Optional.empty();
    private Optional<Duration> leasePatience = Optional.empty();
    private LockClock clock = LockClock.system();

    EventIsolationBuilder() {}

    /**
     * What runs handlers: one task for each conversation that has some, which ends after each handler. Virtual threads will do.
     * Not closed. By default {@linkplain #threads threads} of the isolation's own.
     */
    public EventIsolationBuilder executor(Executor forHandlers) {
        requireNonNull(forHandlers, "forHandlers");
        executor = Optional.of(forHandlers);
        return this;
    }

    /**
     * How many threads of its own the isolation may have for handlers: daemons that end when they are idle. Four for each
     * processor by default, at least 16, since handlers wait for storages most of the time.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public EventIsolationBuilder threads(int most) {
        threads = Optional.of(positive("threads", most));
        return this;
    }

    /**
     * How many handlers of one conversation may wait or run, {@value #DEFAULT_PER_CONVERSATION} by default.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public EventIsolationBuilder perConversation(int most) {
        perConversation = positive("perConversation", most);
        return this;
    }

    /**
     * How many handlers may wait or run in total, {@value #DEFAULT_IN_TOTAL} by default.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public EventIsolationBuilder inTotal(int most) {
        inTotal = positive("inTotal", most);
        return this;
    }

    /**
     * How long submitting waits for room in total, {@link #DEFAULT_PATIENCE} by default; zero does not wait.
     *
     * @throws IllegalArgumentException if it is negative or longer than a day
     */
    public EventIsolationBuilder patience(Duration limit) {
        requireNonNull(limit, "limit");
        patience = waiting("patience", limit);
        return this;
    }

    /**
     * Interrupts a handler that runs longer than this, and logs a warning; never by default. A handler that goes on all the same
     * holds up its conversation until it ends.
     *
     * @throws IllegalArgumentException if it is not positive or longer than a day
     */
    public EventIsolationBuilder handlerLimit(Duration limit) {
        requireNonNull(limit, "limit");
        if (waiting("handlerLimit", limit).isZero()) {
            throw new IllegalArgumentException("handlerLimit must be positive: " + limit);
        }
        handlerLimit = Optional.of(limit);
        return this;
    }

    /**
     * Isolates across all processes that share the store, by a lease for each conversation that is being handled. Not closed.
     */
    public EventIsolationBuilder across(LeaseStore leases) {
        requireNonNull(leases, "store");
        store = Optional.of(leases);
        return this;
    }

    /**
     * How long a lease lasts unless renewed, {@link #DEFAULT_TTL} by default; the same in all processes. What a crashed process
     * was handling can be handled by another after that time.
     *
     * @throws IllegalArgumentException if it is not 100 milliseconds to a day
     */
    public EventIsolationBuilder ttl(Duration d) {
        requireNonNull(d, "ttl");
        LeaseTimes.of(d);
        ttl = Optional.of(d);
        return this;
    }

    /**
     * How long a handler whose turn has come waits for another process to let the conversation go,
     * {@link #DEFAULT_LEASE_PATIENCE} by default; zero tries once. Those of the same conversation behind one that waited in vain
     * try once.
     *
     * @throws IllegalArgumentException if it is negative or longer than a day
     */
    public EventIsolationBuilder leasePatience(Duration limit) {
        requireNonNull(limit, "limit");
        leasePatience = Optional.of(waiting("leasePatience", limit));
        return this;
    }

    /** Measures leases with another clock; for tests. */
    EventIsolationBuilder clock(LockClock c) {
        clock = c;
        return this;
    }

    private static int positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
        return value;
    }

    private static Duration waiting(String name, Duration limit) {
        if (limit.isNegative() || limit.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s must be zero to %s: %s", name, LONGEST, limit));
        }
        return limit;
    }

    /**
     * The isolation. Has threads once it is used.
     *
     * @throws IllegalArgumentException if settings contradict each other; the message names them
     */
    public EventIsolation build() {
        return queued();
    }

    QueuedIsolation queued() {
        if (executor.isPresent() && threads.isPresent()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "threads(%d) contradicts executor(…), which has its own", threads.get()));
        }
        requireStore("ttl", ttl);
        requireStore("leasePatience", leasePatience);
        OwnThreads own = new OwnThreads(threads.orElseGet(OwnThreads::defaultSize));
        Admission admission = store.<Admission>map(leases -> new LeaseAdmission(
                        leases,
                        LeaseTimes.of(ttl.orElse(DEFAULT_TTL)),
                        leasePatience.orElse(DEFAULT_LEASE_PATIENCE),
                        clock,
                        own))
                .orElse((turn, again) -> ProcessHold.INSTANCE);
        return new QueuedIsolation(
                admission, own, executor.orElse(own.handlers()), perConversation, inTotal, patience, handlerLimit);
    }

    private void requireStore(String name, Optional<Duration> setting) {
        if (setting.isPresent() && store.isEmpty()) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s(%s) without across(…)", name, setting.get()));
        }
    }
}
