package io.botfsm.redis.catalog;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Finds keys by {@code SCAN} on every server, some at a time. On a cluster, slots that moved meanwhile are read one by
 * one, including keys that do not match the pattern. Thread-safe.
 */
public final class KeyScan {
    /** The number of keys per page; more would block the server for longer. */
    private static final int KEYS_PER_PAGE = 100;

    private static final int KEYS_OF_A_SLOT = 1_000;
    private static final int MOST_TRIES = 3;

    private final Duration timeout;
    private final CatalogCalls calls;
    private final ScannedServers servers;

    /**
     * Creates an object for scans through a client.
     *
     * @param timeout how long the client lets a command take
     */
    public KeyScan(RedisPort port, Duration timeout, CatalogCalls calls) {
        this.timeout = timeout;
        this.calls = calls;
        this.servers = new ScannedServers(port, timeout, calls);
    }

    /**
     * Passes on all keys that match a pattern during the whole scan. It may also pass on other keys, and some keys more
     * than once.
     */
    public void forEach(String pattern, Consumer<String> key) {
        Optional<ScanPosition> at = Optional.of(first());
        while (at.isPresent()) {
            Page page = page(at.get(), pattern);
            page.keys().forEach(key);
            at = page.next();
        }
    }

    /** The keys that were found, and the position of the next page; empty if the scan has ended. */
    record Page(Set<String> keys, Optional<ScanPosition> next) {}

    ScanPosition first() {
        return ScanPosition.first(servers.view());
    }

    /**
     * Reads the cursor of a page.
     *
     * @throws IllegalArgumentException if it is not a cursor, or is one of a cluster for a single server, or vice versa
     */
    ScanPosition parsed(String cursor) {
        ScanPosition at = ScanPosition.parse(cursor);
        servers.requireSameKind(at);
        return at;
    }

    Page page(ScanPosition at, String pattern) {
        Listed listed = at.isRoundOver() ? new Listed(Set.of(), at) : listed(at, pattern);
        return new Page(listed.keys(), next(listed.next()));
    }

    /** Keys that were listed, and how far the round has come. */
    private record Listed(Set<String> keys, ScanPosition next) {}

    private Optional<ScanPosition> next(ScanPosition at) {
        if (!at.isRoundOver()) {
            return Optional.of(at);
        }
        return at.isOnOneServer() ? Optional.empty() : at.nextRound(servers.view());
    }

    private Listed listed(ScanPosition at, String pattern) {
        return at.left().isEmpty() ? ofSlot(at) : ofServer(at, pattern.getBytes(UTF_8));
    }

    /** Lists keys of the server whose turn it is. */
    private Listed ofServer(ScanPosition at, byte[] pattern) {
        calls.pace(KEYS_PER_PAGE);
        byte[] cursor = at.cursor().getBytes(US_ASCII);
        return on(at.server(), server -> scanned(at, server, cursor, pattern))
                .orElseGet(() -> new Listed(Set.of(), at.withoutServer())); // others serve its slots now
    }

    private Listed scanned(ScanPosition at, RedisPort server, byte[] cursor, byte[] pattern) {
        for (int i = 0; i < MOST_TRIES; i++) {
            long connection = server.connection();
            CompletionStage<String> info = server.info("server");
            CompletionStage<List<Object>> scan = server.scan(cursor, pattern, KEYS_PER_PAGE);
            String runId = ScannedServers.runId(calls.await("INFO", info));
            List<Object> reply = calls.await("SCAN", scan);
            if (connection == server.connection()) { // so both replies are from one process
                return runId.equals(at.server().runId())
                        ? listed(at, reply)
                        : new Listed(Set.of(), at.restarted(runId));
            }
        }
        throw new StorageUnavailableException("SCAN: connections kept being replaced", timeout, null);
    }

    private static Listed listed(ScanPosition at, List<Object> reply) {
        String next = new String((byte[]) reply.get(0), US_ASCII);
        return new Listed(names((List<?>) reply.get(1)), at.at(next));
    }

    /** Lists the keys of the slot whose turn it is. */
    private Listed ofSlot(ScanPosition at) {
        Set<String> keys = new LinkedHashSet<>();
        for (ScannedServer holder : at.serversOfSlot()) {
            on(holder, server -> names(keysInSlot((ClusterNode) server, at.slot())))
                    .ifPresent(keys::addAll);
        }
        calls.pace(KEYS_PER_PAGE + keys.size());
        return new Listed(keys, at.withoutSlot());
    }

    private List<byte[]> keysInSlot(ClusterNode server, int slot) {
        int most = KEYS_OF_A_SLOT;
        while (true) {
            List<byte[]> keys = calls.await("CLUSTER GETKEYSINSLOT", server.keysInSlot(slot, most));
            if (keys.size() < most) {
                return keys;
            }
            most *= 10;
        }
    }

    /**
     * Calls a server; empty if it is no longer a master. If the server is now reached in another way, it is called
     * again.
     */
    private <T> Optional<T> on(ScannedServer called, Function<RedisPort, T> call) {
        Optional<RedisPort> known = servers.port(called.id());
        try {
            return known.map(call);
        } catch (FsmException e) {
            servers.forget();
            if (called.id().isEmpty() || !wasNotSent(e)) {
                throw e;
            }
        }
        return servers.port(called.id()).map(call);
    }

    /** Returns whether a call was not sent. The port of a node that is no longer used is closed. */
    private static boolean wasNotSent(FsmException failure) {
        return failure instanceof StorageClosedException
                || (failure.getCause() instanceof RedisPortException known && known.kind() == CommandOutcome.NOT_SENT);
    }

    /** Returns keys as text, without those that are not UTF-8, which are not keys of this library. */
    private static Set<String> names(List<?> keys) {
        Set<String> names = new LinkedHashSet<>();
        for (Object key : keys) {
            String name = new String((byte[]) key, UTF_8);
            if (Arrays.equals(name.getBytes(UTF_8), (byte[]) key)) {
                names.add(name);
            }
        }
        return names;
    }
}
