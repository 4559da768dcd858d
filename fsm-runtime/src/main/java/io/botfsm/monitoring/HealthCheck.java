package io.botfsm.monitoring;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.guard.BoundedCall;
import io.botfsm.internal.text.Text;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Asks one part of a bot whether it works, and has an answer within a timeout, whatever the part does. Create it once
 * and keep it: a check has one thread waiting for a part that hangs, however often it is made, but each new
 * {@code HealthCheck} has another. Thread-safe.
 *
 * <pre>{@code
 * HealthCheck storage = HealthCheck.storage(redis.stateStorage(), botId);
 * boolean ready = storage.check().isUp();
 * }</pre>
 */
public final class HealthCheck {
    /** How long a check takes at most unless chosen otherwise. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);

    private final String name;
    private final BoundedCall<Health> question;
    private final Duration timeout;

    private HealthCheck(String name, BoundedCall<Health> question, Duration timeout) {
        this.name = name;
        this.question = question;
        this.timeout = timeout;
    }

    /**
     * A check of your own.
     *
     * @param name what is checked, such as {@code storage}
     * @param question may block, on a thread of this check's own; a part for which it throws is down. While it has not
     *     returned it is not called again
     * @throws IllegalArgumentException if the name is blank
     */
    public static HealthCheck of(String name, Callable<Health> question) {
        if (requireNonNull(name, "name").isBlank()) {
            throw new IllegalArgumentException("the name of a health check must not be blank");
        }
        requireNonNull(question, "question");
        Callable<Health> answered = () -> requireNonNull(question.call(), "the answer of the question");
        return new HealthCheck(name, new BoundedCall<>("botfsm-health-" + name, answered), DEFAULT_TIMEOUT);
    }

    /**
     * Whether a storage answers a read, by the name {@code storage}. That says nothing about writes, which a storage
     * may refuse although it can be read.
     *
     * @param storage the innermost one, so that nothing but the database is checked
     * @param bot the bot's id, as in {@link StorageKey#bot(Object)}; the conversation of its user 0 in its chat 0 is
     *     read, which no bot has
     */
    public static HealthCheck storage(StateStorage storage, Object bot) {
        requireNonNull(storage, "storage");
        StorageKey key =
                StorageKey.bot(requireNonNull(bot, "bot")).chat(0).user(0).build();
        return of("storage", () -> {
            var unused = storage.read(key).toCompletableFuture().get();
            return Health.up();
        });
    }

    /**
     * Whether the store of a lock answers, by the name {@code lock}. It is up no matter who holds the lock; the details
     * {@code host}, {@code pid} and {@code remaining} are the holder's, or {@code holder} is {@code none}.
     */
    public static HealthCheck lock(InstanceLock lock) {
        requireNonNull(lock, "lock");
        return of(
                "lock",
                () -> lock.holder()
                        .map(HealthCheck::heldBy)
                        .orElseGet(() -> Health.up().with("holder", "none")));
    }

    private static Health heldBy(LockHolder holder) {
        return Health.up()
                .with("host", Text.oneLine(holder.host()))
                .with("pid", Long.toString(holder.pid()))
                .with("remaining", holder.remaining().toString());
    }

    /**
     * Whether updates are polled for, by the name {@code polling}. It is down if the messenger has not answered for too
     * long, with the detail {@code sinceLastPoll}, and if polling has ended by a failure, such as a revoked token; an
     * instance that does not poll, since it stands by or stops, is up, with {@code polling} as {@code no}.
     *
     * @param session the last that was started, if any was
     * @param atMost how old the last answer may be; longer than a long poll takes, such as two minutes
     * @throws IllegalArgumentException if that is not positive
     */
    public static HealthCheck polling(Supplier<? extends Optional<? extends PollingStatus>> session, Duration atMost) {
        requireNonNull(session, "session");
        if (requireNonNull(atMost, "atMost").isNegative() || atMost.isZero()) {
            throw new IllegalArgumentException("atMost must be positive: " + atMost);
        }
        return of(
                "polling",
                () -> session.get()
                        .filter(polling -> polling.isPolling() || polling.hasFailed())
                        .map(polling -> polling.hasFailed()
                                ? Health.down("polling has ended by a failure, which is in the log")
                                : polling(polling.sinceLastPoll(), atMost))
                        .orElseGet(() -> Health.up().with("polling", "no")));
    }

    private static Health polling(Duration since, Duration atMost) {
        Health health = since.compareTo(atMost) <= 0
                ? Health.up()
                : Health.down("the messenger has not answered for longer than " + atMost);
        return health.with("sinceLastPoll", since.toString());
    }

    /**
     * The same check with another timeout, {@link #DEFAULT_TIMEOUT} by default.
     *
     * @throws IllegalArgumentException if it is not positive, or longer than a minute
     */
    public HealthCheck timeout(Duration atMost) {
        requireNonNull(atMost, "atMost");
        if (atMost.isNegative() || atMost.isZero() || atMost.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("timeout must be positive and at most a minute: " + atMost);
        }
        return new HealthCheck(name, question, atMost);
    }

    /** What is checked. */
    public String name() {
        return name;
    }

    /**
     * Asks the part. Down if it fails, or has no answer within the timeout; throws nothing. If this thread is
     * interrupted, that is down too, and the flag is set again.
     */
    public Health check() {
        try {
            return question.get(timeout);
        } catch (TimeoutException e) {
            return Health.down("no answer within " + timeout);
        } catch (ExecutionException e) {
            return Health.down(reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Health.down("interrupted");
        } catch (Throwable e) { // such as one for a thread that could not be started
            return Health.down(reason(e));
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return Text.oneLine(cause.toString());
    }
}
