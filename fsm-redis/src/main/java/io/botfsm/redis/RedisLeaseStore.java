package io.botfsm.redis;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import io.botfsm.redis.LeaseReply.Grant;
import io.botfsm.redis.ServerMemory.Memory;
import io.botfsm.redis.internal.Script;
import io.botfsm.redis.internal.ScriptCalls;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A lease store in Redis, with one key for each lease and one for its fence. Every operation is one {@code EVALSHA}; if
 * the server has forgotten the script, it is sent again within the same attempt. The layout is described in the
 * project's documentation, page "Redis layout".
 *
 * <p>The {@linkplain Granted#memory memory} that a grant reports is unlimited if the server responds only after data is
 * on disk ({@code appendonly yes} with {@code appendfsync always}, and the user may query that with {@code CONFIG
 * GET}). Otherwise it is the time since the server started, or since the fence of the lock was created if that is less,
 * since a server that was emptied has lost the fence too. A recent fence does not reduce it if the store is
 * {@linkplain RedisLeaseOptions#isNewStore declared new}, or if the server shows by {@code INFO} that it has lost
 * nothing since it started. The start of the server is determined once per connection, together with the first
 * acquisition; on a cluster, it is that of the node that holds the lease. What the server has lost is determined after
 * each grant with a fence that is younger than the lease's time to live. The memory does not account for data that a
 * promoted replica is missing, or for keys that are evicted or deleted manually.
 *
 * <p>Thread-safe. Stages complete on a thread of the client, within the timeout, which includes determining the memory
 * after a new connection.
 */
public final class RedisLeaseStore implements LeaseStore {
    /** The error code of a script that finds no higher fencing token. */
    private static final String NO_HIGHER_TOKEN = "FENCE";

    private final RedisPort port;
    private final Duration timeout;
    private final ScriptCalls scripts;
    private final ServerMemory memory = new ServerMemory();
    private final LeaseKeys keys;
    private final boolean newStore;
    private final Consumer<RedisLeaseStore> onClose;
    private volatile boolean closed;

    /**
     * A store over a client.
     *
     * @param port the client; owned by the store and closed with it, since a lock should have its own connection
     * @param timeout the command timeout of the client; also the limit of an operation that has to send the script too
     * @param options the options
     * @throws IllegalArgumentException if the timeout is not positive
     */
    public RedisLeaseStore(RedisPort port, Duration timeout, RedisLeaseOptions options) {
        this(port, timeout, options, store -> {});
    }

    RedisLeaseStore(RedisPort port, Duration timeout, RedisLeaseOptions options, Consumer<RedisLeaseStore> onClose) {
        requireNonNull(port, "port");
        requireNonNull(timeout, "timeout");
        requireNonNull(options, "options");
        this.port = port;
        this.timeout = timeout;
        this.scripts = new ScriptCalls(port, timeout);
        this.keys = new LeaseKeys(options.keyPrefix());
        this.newStore = options.isNewStore();
        this.onClose = onClose;
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        requireNonNull(request, "request");
        if (closed) {
            return CompletableFuture.failedFuture(closed(null));
        }
        long start = System.nanoTime();
        List<byte[]> leaseAndFence = keys.leaseAndFence(request.name());
        byte[] lease = leaseAndFence.get(0);
        RedisPort server = port.at(lease);
        long connection = server.connection();
        var unused = memory.of(server); // a query, if needed, runs at the same time
        CompletableFuture<Acquisition> result = new CompletableFuture<>();
        run(Scripts.ACQUIRE, request.name(), leaseAndFence, LeaseArguments.of(request), result, reply -> {
            Optional<Grant> grant = LeaseReply.grant(reply);
            if (grant.isPresent()) {
                granted(result, grant.get(), request, port.at(lease), new AskedServer(server, connection, start));
            } else {
                result.complete(LeaseReply.occupied(reply));
            }
        });
        return result;
    }

    /** The server that was asked for a lease, the number of its connection, and the time. */
    private record AskedServer(RedisPort server, long connection, long begin) {
        private <T> CompletableFuture<T> inTime(CompletableFuture<T> answer, Duration timeout) {
            if (answer.isDone()) {
                return answer;
            }
            long left = Math.max(1, timeout.toNanos() - (System.nanoTime() - begin));
            return answer.copy().orTimeout(left, TimeUnit.NANOSECONDS);
        }
    }

    private void granted(
            CompletableFuture<Acquisition> result,
            Grant grant,
            LeaseRequest request,
            RedisPort granting,
            AskedServer asked) {
        var unused = asked.inTime(memory.of(granting), timeout)
                .handle((found, failure) -> granting == asked.server() ? found : null) // else either may have granted
                .thenCompose(known -> remembered(known, grant.fenceAge(), request, asked))
                .exceptionally(failure -> Duration.ZERO)
                .thenAccept(remembered -> result.complete(new Granted(grant.token(), remembered)));
    }

    /**
     * Returns the memory of a grant. If a server was emptied, the fence is younger than the server's uptime, or there
     * was none. The same is true where the lock is used for the first time, but that server may be able to show that it
     * was not emptied.
     */
    private CompletionStage<Duration> remembered(
            @Nullable Memory found, Duration fenceAge, LeaseRequest request, AskedServer asked) {
        if (found == null) {
            return CompletableFuture.completedFuture(Duration.ZERO);
        }
        Duration sinceStart = found.at(asked.begin());
        boolean mayBeEmptied = request.fences() == Fences.KEPT && !newStore && !found.everything();
        if (!mayBeEmptied || fenceAge.compareTo(sinceStart) >= 0) {
            return CompletableFuture.completedFuture(sinceStart);
        }
        if (fenceAge.compareTo(request.ttl()) >= 0) { // nobody has to wait, whatever the server says
            return CompletableFuture.completedFuture(fenceAge);
        }
        return asked.inTime(ServerHistory.isUnbroken(asked.server(), asked.connection()), timeout)
                .handle((unbroken, failure) -> Boolean.TRUE.equals(unbroken) ? sinceStart : fenceAge);
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        requireNonNull(request, "request");
        return call(Scripts.RENEW, request.name(), LeaseArguments.of(request), LeaseReply::renewal);
    }

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        requireNonNull(name, "name");
        requireNonNull(claim, "claim");
        return call(Scripts.RELEASE, name, List.of(LeaseArguments.claim(claim)), LeaseReply::isDone);
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        requireNonNull(name, "name");
        return call(Scripts.READ, name, List.of(), LeaseReply::stored);
    }

    @Override
    public CompletionStage<Void> force(String name) {
        requireNonNull(name, "name");
        CompletableFuture<Void> result = new CompletableFuture<>();
        run(
                Scripts.FORCE,
                name,
                keys.leaseAndFence(name),
                LeaseArguments.ofForce(),
                result,
                reply -> result.complete(null));
        return result;
    }

    private <T> CompletionStage<T> call(
            Script script, String name, List<byte[]> args, Function<List<Object>, T> decode) {
        CompletableFuture<T> result = new CompletableFuture<>();
        run(script, name, keys.leaseAndFence(name), args, result, reply -> result.complete(decode.apply(reply)));
        return result;
    }

    private void run(
            Script script,
            String name,
            List<byte[]> leaseAndFence,
            List<byte[]> args,
            CompletableFuture<?> result,
            Consumer<List<Object>> complete) {
        if (closed) {
            result.completeExceptionally(closed(null));
            return;
        }
        scripts.run(script, leaseAndFence, args, (reply, failure) -> {
            if (reply == null) {
                result.completeExceptionally(failure(name, failure));
                return;
            }
            try {
                complete.accept(reply);
            } catch (RuntimeException e) {
                result.completeExceptionally(
                        failure(name, "the stored value was not written by this library", true, e));
            }
        });
    }

    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
        requireNonNull(name, "name");
        requireNonNull(hint, "hint");
        if (closed) {
            return CompletableFuture.failedFuture(closed(null));
        }
        CompletableFuture<Subscription> result = new CompletableFuture<>();
        port.subscribe(keys.lease(name), hint).whenComplete((subscription, failure) -> {
            if (failure == null) {
                result.complete(subscription::close);
            } else {
                result.completeExceptionally(failure(name, ScriptCalls.unwrapped(failure)));
            }
        });
        return result;
    }

    private LeaseStoreException failure(String name, @Nullable Throwable failure) {
        if (!(failure instanceof RedisPortException known)) {
            return failure(name, "the Redis client failed", false, failure);
        }
        if (known.kind() == CommandOutcome.CLOSED) {
            return closed(known);
        }
        String why = known.code().equals(NO_HIGHER_TOKEN)
                ? "the key of its fence, " + keys.lease(name) + ":fence, does not hold a number that can be increased"
                : String.valueOf(known.getMessage());
        return failure(name, why, known.isLastingOnceConnected(), known);
    }

    private LeaseStoreException failure(String name, String why, boolean lasting, @Nullable Throwable cause) {
        return new LeaseStoreException(
                String.format(Locale.ROOT, "lease at key %s: %s", keys.lease(name), why), lasting, cause);
    }

    private static LeaseStoreException closed(@Nullable Throwable cause) {
        return new LeaseStoreException("the store is closed", true, cause);
    }

    /** Closes the store and its client. */
    @Override
    public void close() {
        closed = true;
        onClose.accept(this);
        port.close();
    }
}
