package io.botfsm.redis.catalog;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Finds conversations by {@code SCAN} on every server, some keys at a time, and reads them as the storage does. On a
 * cluster, what moved meanwhile is read slot by slot. Thread-safe.
 */
public final class RedisCatalog implements ConversationCatalog {
    /** More at a time would hold up the server for longer. */
    private static final int KEYS_A_PAGE = 100;

    private static final int KEYS_OF_A_SLOT = 1_000;
    private static final int MOST_TRIES = 3;

    private final CatalogedStorage storage;
    private final Duration timeout;
    private final CatalogCalls calls;
    private final ScannedServers servers;

    /**
     * A catalog over a client.
     *
     * @param timeout how long the client lets a command take
     */
    public RedisCatalog(RedisPort port, Duration timeout, CatalogedStorage storage) {
        this.storage = storage;
        this.timeout = timeout;
        this.calls = new CatalogCalls(timeout);
        this.servers = new ScannedServers(port, timeout, calls);
    }

    /** Keys that were listed, and where the scan goes on. */
    private record Listed(Set<String> keys, ScanPosition next) {}

    @Override
    public CatalogPage page(ConversationFilter filter, Optional<String> cursor) {
        requireNonNull(filter, "filter");
        requireNonNull(cursor, "cursor");
        if (storage.isClosed().getAsBoolean()) {
            throw new StorageClosedException();
        }
        ScanPosition at = cursor.map(this::parsed).orElseGet(() -> ScanPosition.first(servers.view()));
        Listed listed = at.isRoundOver() ? new Listed(Set.of(), at) : listed(at, filter);
        List<FoundConversation> found = new ArrayList<>();
        List<UnreadableRecord> unreadable = new ArrayList<>();
        read(listed.keys(), filter, found, unreadable);
        return CatalogPage.of(found, unreadable, next(listed.next()));
    }

    private ScanPosition parsed(String cursor) {
        ScanPosition at = ScanPosition.parse(cursor);
        servers.requireSameKind(at);
        return at;
    }

    private Optional<String> next(ScanPosition at) {
        if (!at.isRoundOver()) {
            return Optional.of(at.text());
        }
        return at.isOnOneServer()
                ? Optional.empty()
                : at.nextRound(servers.view()).map(ScanPosition::text);
    }

    private Listed listed(ScanPosition at, ConversationFilter filter) {
        return at.left().isEmpty() ? ofSlot(at) : ofServer(at, filter);
    }

    /** Lists keys of the server whose turn it is. */
    private Listed ofServer(ScanPosition at, ConversationFilter filter) {
        calls.pace(KEYS_A_PAGE);
        byte[] cursor = at.cursor().getBytes(US_ASCII);
        byte[] pattern = storage.pattern().apply(filter).getBytes(UTF_8);
        return on(at.server(), server -> scanned(at, server, cursor, pattern))
                .orElseGet(() -> new Listed(Set.of(), at.withoutServer())); // others serve its slots now
    }

    private Listed scanned(ScanPosition at, RedisPort server, byte[] cursor, byte[] pattern) {
        for (int i = 0; i < MOST_TRIES; i++) {
            long connection = server.connection();
            CompletionStage<String> info = server.info("server");
            CompletionStage<List<Object>> scan = server.scan(cursor, pattern, KEYS_A_PAGE);
            String runId = ScannedServers.runId(calls.await("INFO", info));
            List<Object> reply = calls.await("SCAN", scan);
            if (connection == server.connection()) { // so both are of one process
                return runId.equals(at.server().runId()) ? listed(at, reply) : new Listed(Set.of(), at.anew(runId));
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
        calls.pace(KEYS_A_PAGE + keys.size());
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

    /** Calls a server; empty if it is no master any more. One that is reached another way by now is called again. */
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

    /** As after a node that was given up, whose port is closed then. */
    private static boolean wasNotSent(FsmException failure) {
        return failure instanceof StorageClosedException
                || (failure.getCause() instanceof RedisPortException known && known.kind() == CommandOutcome.NOT_SENT);
    }

    /** Keys as text; one that is not UTF-8 is no conversation's. */
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

    private void read(
            Set<String> redisKeys,
            ConversationFilter filter,
            List<FoundConversation> found,
            List<UnreadableRecord> unreadable) {
        List<StorageKey> keys = conversations(redisKeys, unreadable).stream()
                .filter(filter::matches)
                .toList();
        List<CompletionStage<Snapshot>> reading =
                keys.stream().map(storage.read()).toList();
        for (int i = 0; i < keys.size(); i++) {
            StorageKey key = keys.get(i);
            try {
                Snapshot snapshot = calls.await("reading " + key, reading.get(i));
                if (filter.matches(key, snapshot)) {
                    found.add(FoundConversation.of(key, snapshot));
                }
            } catch (ConversationRefusedException e) {
                String reason = String.valueOf(e.getMessage()).replace(key + ": storage refused: ", "");
                unreadable.add(UnreadableRecord.of(key.toString(), reason));
            }
        }
    }

    private Set<StorageKey> conversations(Set<String> redisKeys, List<UnreadableRecord> unreadable) {
        Set<StorageKey> keys = new LinkedHashSet<>();
        for (String redisKey : redisKeys) {
            try {
                storage.conversation().apply(redisKey).ifPresent(keys::add);
            } catch (IllegalArgumentException e) {
                unreadable.add(UnreadableRecord.of(Text.field(redisKey), String.valueOf(e.getMessage())));
            }
        }
        return keys;
    }
}
