package io.botfsm.redis.client.testing;

import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.LeaseStore.Subscription;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** Calls of a lease store as tests make them: with a bound on every wait. */
public final class Leases {
    private static final Duration TTL = Duration.ofSeconds(30);

    private Leases() {}

    /** Opens a store, with retries: on a busy machine a first connection may take longer than a command. */
    public static LeaseStore opened(Supplier<LeaseStore> opening) {
        return Awaitility.await()
                .atMost(Calls.PATIENCE)
                .pollDelay(Duration.ZERO)
                .ignoreException(StorageUnavailableException.class)
                .until(opening::get, store -> true);
    }

    public static Claim claim() {
        return new Claim(UUID.randomUUID().toString(), "host 1");
    }

    public static LeaseRequest request(String name, Claim claim) {
        return new LeaseRequest(name, claim, TTL, 0, Fences.KEPT);
    }

    public static Granted granted(LeaseStore store, String name, Claim claim) {
        return (Granted) Calls.get(store.acquire(request(name, claim)));
    }

    public static void renewed(LeaseStore store, String name, Claim claim) {
        if (!(Calls.get(store.renew(request(name, claim))) instanceof Renewed)) {
            throw new AssertionError("not renewed");
        }
    }

    public static boolean released(LeaseStore store, String name, Claim claim) {
        return Calls.get(store.release(name, claim));
    }

    public static Subscription subscribed(LeaseStore store, String name, Runnable hint) {
        return Calls.get(store.subscribe(name, hint));
    }

    public static LeaseStoreException failure(CompletionStage<?> stage) {
        try {
            Object result = stage.toCompletableFuture().get(Calls.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError("it did not fail: " + result);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LeaseStoreException failure) {
                return failure;
            }
            throw new AssertionError("not the expected failure", e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("it did not complete in time", e);
        }
    }

    /** Waits until the store answers again, and returns how long that took. */
    public static Duration untilItAnswers(LeaseStore store) {
        long begin = System.nanoTime();
        Awaitility.await()
                .atMost(Calls.PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> Calls.succeeds(store.read("any")));
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
