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
 * Checks whether one part of a bot works, and returns a result within a timeout, even if the part hangs. Create a check
 * once and reuse it: a check that hangs blocks one thread, however often it is called, but each new {@code HealthCheck}
 * blocks another. Thread-safe.
 *
 * <pre>{@code
 * HealthCheck storage = HealthCheck.storage(redis.stateStorage(), botId);
 * boolean ready = storage.check().isUp();
 * }</pre>
 */
public final class HealthCheck {
    /** The default timeout of a check. */
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
     * Returns a custom check.
     *
     * @param name what is checked, such as {@code storage}
     * @param question runs the check; the part is down if it throws. It may block, since it runs on a separate thread.
     *     It is not called again until it has returned
     * @throws IllegalArgumentException if the name is blank
     */
    public static HealthCheck of(String name, Callable<Health> question) {
        if (requireNonNull(name, "name").isBlank()) {
            throw new IllegalArgumentException("the name of a health check must not be blank");
        }
        requireNonNull(question, "question");
        Callable<Health> answered = () -> requireNonNull(question.call(), "the health check returned null");
        return new HealthCheck(name, new BoundedCall<>("botfsm-health-" + name, answered), DEFAULT_TIMEOUT);
    }

    /**
     * Returns a check of whether a storage answers a read, named {@code storage}. It does not check writes, which a
     * storage may refuse even if it can be read.
     *
     * @param storage the innermost storage, so that only the database is checked
     * @param bot the bot's id, as in {@link StorageKey#bot(Object)}; the check reads its conversation with user 0 in
     *     chat 0, which does not exist
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
     * Returns a check of whether the store of a lock answers, named {@code lock}. It is up no matter who holds the
     * lock. The details {@code host}, {@code pid} and {@code remaining} describe the holder; if there is none,
     * {@code holder} is {@code none}.
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
     * Returns a check of whether the bot polls for updates, named {@code polling}. It is down if the messenger has not
     * answered for too long, with the detail {@code sinceLastPoll}, or if polling has failed permanently, such as
     * because of a revoked token. An instance that does not poll because it stands by or stops is up, with the detail
     * {@code polling=no}.
     *
     * @param session returns the session that was started last, if any
     * @param atMost how old the last answer may be; it must be longer than a long poll, for example two minutes
     * @throws IllegalArgumentException if {@code atMost} is not positive
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
                                ? Health.down("polling has failed permanently; see the log for the reason")
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
     * Returns this check with another timeout. The default is {@link #DEFAULT_TIMEOUT}.
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

    /** Returns the name of what is checked. */
    public String name() {
        return name;
    }

    /**
     * Runs the check. The result is down if the check fails, does not complete within the timeout, or the calling
     * thread is interrupted, in which case its interrupt flag is set again. Never throws.
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
        } catch (Throwable e) { // such as an error because no thread could be started
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
