package io.botfsm.redis.aiogram;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.aiogram.PythonJson.JsonMember;
import io.botfsm.redis.internal.CallFailures;
import io.botfsm.redis.internal.Script;
import io.botfsm.redis.internal.ScriptCalls;
import io.botfsm.redis.internal.ServerProbe;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import io.botfsm.redis.spi.ServerAccess;
import io.botfsm.storage.ContentionException;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationCatalog;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A storage in the layout of aiogram 3, byte for byte: a Java bot can continue where a Python bot has stopped, and vice
 * versa. Unlike in aiogram, state and data are read and written together, and no write overwrites a concurrent one;
 * aiogram's own {@code update_data} may still do so. A read takes one round trip. A write takes two: it reads, and
 * writes if nothing has changed meanwhile. Otherwise it is retried until the timeout, and then fails with a
 * {@link ContentionException}.
 *
 * <p>This layout cannot store fencing tokens, event ids, attributes and deadlines, and its versions are hashes of the
 * content, which do not increase: the {@link #capabilities()} are {@link StateStorage.Capability#COMPARE_AND_SET} and
 * {@link StateStorage.Capability#TTL}. A write with one of the unsupported parts is refused. Ids are restricted as
 * described in {@link AiogramLayout}. JSON texts keep their value, but are stored in Python's format.
 *
 * <p>Redis Cluster is not supported, since the two keys of a conversation may be on different nodes.
 *
 * <p>Thread-safe. Stages complete on a thread of the client, and fail as {@link StateStorage} says: with
 * {@link StorageUnavailableException} when Redis is unavailable or temporarily rejects requests, with
 * {@link StorageRefusedException} when it refuses permanently, or what is stored cannot be read.
 */
public final class AiogramStateStorage implements StateStorage {
    private static final Set<Capability> CAPABILITIES =
            Set.copyOf(EnumSet.of(Capability.COMPARE_AND_SET, Capability.TTL));
    static final Script READ = Script.read(AiogramStateStorage.class.getResourceAsStream("aiogram-read.lua"));
    static final Script WRITE = Script.read(AiogramStateStorage.class.getResourceAsStream("aiogram-write.lua"));

    private static final byte[] NONE = {'-'};
    private static final byte[] KEPT = {'k'};
    private static final Script PROBE = Script.read(AiogramStateStorage.class.getResourceAsStream("aiogram-probe.lua"));
    private static final long FIRST_PAUSE = 200_000;
    private static final int MOST_DOUBLINGS = 7;

    private final AiogramLayout layout;
    private final Duration timeout;
    private final CallFailures failures;
    private final ScriptCalls scripts;
    private final ConversationCatalog catalog;
    private volatile boolean closed;

    /**
     * A storage over a client.
     *
     * @param port the client, not of a cluster; stays open when the storage is closed, since others may share it
     * @param timeout the command timeout of the client, and the timeout of a whole write
     * @param layout the layout
     * @throws IllegalArgumentException if the timeout is not positive
     */
    public AiogramStateStorage(RedisPort port, Duration timeout, AiogramLayout layout) {
        requireNonNull(port, "port");
        requireNonNull(timeout, "timeout");
        requireNonNull(layout, "layout");
        this.layout = layout;
        this.timeout = timeout;
        this.failures = new CallFailures(timeout);
        this.scripts = new ScriptCalls(port, timeout);
        this.catalog = new AiogramCatalog(port, timeout, layout, this::read, () -> closed);
    }

    /**
     * Creates a storage that takes over a bot from aiogram, or hands one back. This first checks that the server
     * supports it, which blocks.
     *
     * @param redis stays open when the storage is closed
     * @throws StorageUnavailableException if the server does not answer
     * @throws StorageRefusedException if the server belongs to a cluster, or the user lacks a permission for such keys
     */
    public static AiogramStateStorage of(BotRedis redis, AiogramLayout layout) {
        requireNonNull(redis, "redis");
        requireNonNull(layout, "layout");
        ServerAccess access = redis.access();
        requireSupported(access, layout);
        return new AiogramStateStorage(access.port(), access.timeout(), layout);
    }

    /**
     * Checks the server's version, loads the scripts and tries the permissions that they need; throws as {@link #of}
     * does.
     */
    static void requireSupported(ServerAccess access, AiogramLayout layout) {
        ServerProbe probe = new ServerProbe(access.port(), access.server(), access.timeout());
        if (probe.requireVersion().equals("cluster")) {
            throw probe.refused(
                    "belongs to a cluster, where the two keys of a conversation of aiogram may be on different nodes");
        }
        probe.load(List.of(READ, WRITE, PROBE));
        probe.tryRights(PROBE, layout.spareKeys(UUID.randomUUID().toString()), " on keys " + layout.pattern());
    }

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        requireNonNull(key, "key");
        CompletableFuture<Snapshot> snapshot = new CompletableFuture<>();
        settle(snapshot, () -> {
            List<byte[]> keys = begin(key);
            scripts.run(
                    READ,
                    keys,
                    List.of(),
                    (reply, failure) -> settle(snapshot, () -> {
                        if (reply == null) {
                            throw failures.of(key, false, failure);
                        }
                        snapshot.complete(
                                readable(key, () -> AiogramTexts.of(reply).snapshot()));
                    }));
        });
        return snapshot;
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        requireNonNull(key, "key");
        requireNonNull(mutation, "mutation");
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        settle(outcome, () -> new Write(key, begin(key), mutation, outcome).attempt());
        return outcome;
    }

    private List<byte[]> begin(StorageKey key) {
        if (closed) {
            throw new StorageClosedException();
        }
        return layout.keys(key);
    }

    /** Runs a step of a stage, which fails with whatever the step throws. */
    private static void settle(CompletableFuture<?> stage, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            stage.completeExceptionally(e);
        }
    }

    private static <T> T readable(StorageKey key, Supplier<T> decode) {
        try {
            return decode.get();
        } catch (RuntimeException e) { // its message may quote the record
            throw new ConversationRefusedException(
                    key, "the stored value is not a conversation of aiogram", false, null);
        }
    }

    /** One write, until it is settled. */
    private final class Write {
        private final StorageKey key;
        private final List<byte[]> keys;
        private final Mutation mutation;
        private final Map<String, JsonMember> puts;
        private final CompletableFuture<Outcome> outcome;
        private final long start = System.nanoTime();
        private int attempts;

        Write(StorageKey key, List<byte[]> keys, Mutation mutation, CompletableFuture<Outcome> outcome) {
            mutation.fencingToken().ifPresent(token -> refuse(key, "fencing token " + token));
            mutation.eventId().ifPresent(id -> refuse(key, "event id " + id));
            mutation.deadline().ifPresent(due -> refuse(key, "deadline " + due));
            mutation.attributes().keySet().forEach(name -> refuse(key, "attribute " + name));
            this.key = key;
            this.keys = keys;
            this.mutation = mutation;
            this.puts = members(key, mutation.puts());
            this.outcome = outcome;
        }

        private static void refuse(StorageKey key, String what) {
            throw new StorageRefusedException(key, "the aiogram layout cannot store " + what, false, null);
        }

        private static Map<String, JsonMember> members(StorageKey key, Map<String, String> puts) {
            Map<String, JsonMember> members = new LinkedHashMap<>();
            puts.forEach((name, json) -> {
                try {
                    members.put(name, new JsonMember(PythonJson.quoted(name), PythonJson.rewritten(json)));
                } catch (IllegalArgumentException e) {
                    throw new ConversationRefusedException(
                            key,
                            String.format(Locale.ROOT, "data entry %s is not JSON", PythonJson.quoted(name)),
                            false,
                            null);
                }
            });
            return members;
        }

        void attempt() {
            attempts++;
            scripts.runSince(
                    start,
                    READ,
                    keys,
                    List.of(),
                    (reply, failure) -> settle(outcome, () -> {
                        if (reply == null) {
                            throw failure(false, failure);
                        }
                        change(readable(key, () -> AiogramTexts.of(reply)));
                    }));
        }

        private FsmException failure(boolean writes, @Nullable Throwable failure) {
            boolean late = attempts > 1 && nanosLeft() <= 0;
            return late && failure instanceof RedisPortException known && known.kind() == CommandOutcome.NOT_SENT
                    ? new ContentionException(key, attempts - 1, timeout)
                    : failures.of(key, writes, failure);
        }

        private long nanosLeft() {
            return timeout.toNanos() - (System.nanoTime() - start);
        }

        private void change(AiogramTexts now) {
            if (mutation.expectedVersion().orElse(now.version()) != now.version()
                    || (mutation.expectsState() && !mutation.expectedState().equals(now.state()))) {
                outcome.complete(Conflict.of(readable(key, now::snapshot)));
                return;
            }
            AiogramTexts next = readable(key, () -> now.with(mutation, puts));
            scripts.runSince(
                    start,
                    WRITE,
                    keys,
                    arguments(now, next),
                    (reply, failure) -> settle(outcome, () -> end(now, next, reply, failure)));
        }

        private List<byte[]> arguments(AiogramTexts now, AiogramTexts next) {
            return List.of(
                    now.stamp().getBytes(US_ASCII),
                    argument(now.state(), next.state()),
                    argument(now.data(), next.data()),
                    argument(mutation.ttl(layout.stateTtl())),
                    argument(mutation.ttl(layout.dataTtl())));
        }

        private static byte[] argument(Optional<String> now, Optional<String> next) {
            return now.equals(next) && now.isPresent()
                    ? KEPT
                    : next.map(text -> ("=" + text).getBytes(UTF_8)).orElse(NONE);
        }

        private static byte[] argument(Optional<Duration> ttl) {
            return Long.toString(ttl.map(Duration::toMillis).orElse(-1L)).getBytes(US_ASCII);
        }

        private void end(
                AiogramTexts now, AiogramTexts next, @Nullable List<Object> reply, @Nullable Throwable failure) {
            if (reply == null) {
                throw failure(true, failure);
            }
            if (reply.equals(List.of(1L))) {
                outcome.complete(Applied.of(now.state(), next.state(), now.version(), next.version()));
            } else {
                attemptLater();
            }
        }

        /** Retries after a random pause, so that concurrent writers do not collide again. */
        private void attemptLater() {
            long pause = ThreadLocalRandom.current().nextLong(FIRST_PAUSE << Math.min(attempts - 1, MOST_DOUBLINGS));
            if (pause >= nanosLeft()) {
                throw new ContentionException(key, attempts, timeout);
            }
            CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS, Runnable::run)
                    .execute(() -> settle(outcome, this::attempt));
        }
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    /**
     * Offers a {@link ConversationCatalog}, which needs one more permission ({@code +scan}). It follows the rules with
     * one exception: a conversation that changes from having only data to having only a state within one scan may be
     * missed. A Redis key that may belong to two conversations is reported as an unreadable record, and neither is
     * found.
     */
    @Override
    public <T> Optional<T> extension(Class<T> type) {
        requireNonNull(type, "type");
        return type == ConversationCatalog.class ? Optional.of(type.cast(catalog)) : Optional.empty();
    }

    /** Closes the storage, but not the client. */
    @Override
    public void close() {
        closed = true;
    }
}
