package io.botfsm.redis.client.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/** Calls of a storage as tests make them: with a bound on every wait. */
public final class Calls {
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private Calls() {}

    public static StorageKey freshKey() {
        return StorageKey.bot("test-" + UUID.randomUUID()).chat(1).user(2).build();
    }

    public static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed", e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("it did not complete in time", e);
        }
    }

    public static Applied applied(StateStorage storage, StorageKey key, Mutation.Builder mutation) {
        return (Applied) get(storage.write(key, mutation.build()));
    }

    public static Snapshot read(StateStorage storage, StorageKey key) {
        return get(storage.read(key));
    }

    public static FsmException failure(CompletionStage<?> stage) {
        try {
            Object result = stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError("it did not fail: " + result);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof CompletionException c ? c.getCause() : e.getCause();
            if (cause instanceof FsmException failure) {
                return failure;
            }
            throw new AssertionError("not the expected failure", cause);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("it did not complete in time", e);
        }
    }

    public static StorageUnavailableException unavailable(CompletionStage<?> stage) {
        FsmException failure = failure(stage);
        assertThat(failure).isInstanceOf(StorageUnavailableException.class);
        return (StorageUnavailableException) failure;
    }

    public static boolean succeeds(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            return false;
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("it did not complete in time", e);
        }
    }

    /** Waits until the storage reads again, and returns how long that took. */
    public static Duration untilItReads(StateStorage storage, StorageKey key) {
        long begin = System.nanoTime();
        Awaitility.await()
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> succeeds(storage.read(key)));
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
