package io.botfsm.integration.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.deadline.DeadlineQueue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The indexes of deadlines on some servers, compared with what the conversations there say. */
final class DeadlineIndexes {
    private final List<RedisServerProcess> servers;
    private final StateStorage storage;
    private final Instant begun;

    /**
     * The indexes of these servers.
     *
     * @param begun what counted as now for the {@link DeadlineWriter}s
     */
    DeadlineIndexes(List<RedisServerProcess> servers, StateStorage storage, Instant begun) {
        this.servers = servers;
        this.storage = storage;
        this.begun = begun;
    }

    /** Waits until all short lives have ended; then nothing changes any more. */
    static void awaitEnds() {
        Instant last = Instant.now().plus(DeadlineWriter.SHORT_LIFE.multipliedBy(4));
        Awaitility.await().until(() -> Instant.now().isAfter(last));
    }

    /** Deadlines without an entry, or with one that is too late and no deferral. */
    List<String> violations() {
        List<String> violations = new ArrayList<>();
        Map<String, Long> entries = entries();
        conversations()
                .forEach((key, snapshot) -> snapshot.deadline().ifPresent(deadline -> {
                    Optional<Instant> place =
                            Optional.ofNullable(entries.get(key.toText())).map(unit -> Instant.ofEpochMilli(unit * 10));
                    boolean mayBeDeferred = deadline.isBefore(begun);
                    Instant latest = mayBeDeferred ? Instant.now().plus(DeadlineWriter.HOUR.multipliedBy(2)) : deadline;
                    if (place.isEmpty() || place.get().isAfter(latest)) {
                        violations.add(key + " is due at " + deadline + ", and its entry is at " + place);
                    }
                }));
        return violations;
    }

    /** The conversations that are due according to the queue. */
    Set<StorageKey> foundDue() {
        DeadlineQueue queue = storage.extension(DeadlineQueue.class).orElseThrow();
        Set<StorageKey> found = new HashSet<>();
        for (int bot = 0; bot < 2; bot++) {
            queue.due(bot, DeadlineQueue.MAX_LIMIT).forEach(due -> found.add(due.key()));
        }
        return found;
    }

    /** The conversations that are due according to their records, without those that are deferred. */
    Set<StorageKey> due() {
        Set<StorageKey> due = new HashSet<>();
        Map<String, Long> entries = entries();
        conversations().forEach((key, snapshot) -> {
            boolean isPast = snapshot.deadline().filter(begun::isAfter).isPresent();
            long place = entries.getOrDefault(key.toText(), 0L);
            if (isPast && place * 10 <= Instant.now().toEpochMilli()) {
                due.add(key);
            }
        });
        return due;
    }

    /** Deletes some of the indexes; returns how many entries of deadlines were lost. */
    int lose(Random random) {
        Set<String> withDeadline = new HashSet<>(); // others' entries are kept for a minute, and are no loss
        conversations().forEach((key, snapshot) -> {
            if (snapshot.deadline().isPresent()) {
                withDeadline.add(key.toText());
            }
        });
        int[] lost = {0};
        forEachIndex((server, index) -> {
            if (random.nextInt(5) == 0) {
                lost[0] += (int) ((List<?>) requireNonNull(server.call("ZRANGE", index, "0", "-1")))
                        .stream()
                                .map(DeadlineIndexes::text)
                                .filter(withDeadline::contains)
                                .count();
                server.call("DEL", index);
            }
        });
        return lost[0];
    }

    private Map<StorageKey, Snapshot> conversations() {
        Map<StorageKey, Snapshot> all = new HashMap<>();
        try (Stream<FoundConversation> found =
                storage.extension(ConversationCatalog.class).orElseThrow().find(ConversationFilter.all())) {
            found.forEach(each -> all.put(each.key(), each.snapshot()));
        }
        return all;
    }

    /** The places of all entries, by their text. */
    private Map<String, Long> entries() {
        Map<String, Long> entries = new HashMap<>();
        forEachIndex((server, index) -> {
            List<?> flat = (List<?>) requireNonNull(server.call("ZRANGE", index, "0", "-1", "WITHSCORES"));
            for (int i = 0; i + 1 < flat.size(); i += 2) {
                entries.put(text(flat.get(i)), Long.valueOf(text(flat.get(i + 1))));
            }
        });
        return entries;
    }

    private void forEachIndex(BiConsumer<RespConnection, String> action) {
        for (RedisServerProcess server : servers) {
            try (RespConnection admin = server.connect()) {
                ((List<?>) requireNonNull(admin.call("KEYS", "fsm:due:*")))
                        .forEach(index -> action.accept(admin, text(index)));
            }
        }
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, UTF_8);
    }
}
