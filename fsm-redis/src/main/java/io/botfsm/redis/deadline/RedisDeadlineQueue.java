package io.botfsm.redis.deadline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.catalog.CatalogCalls;
import io.botfsm.redis.catalog.KeyScan;
import io.botfsm.redis.deadline.DeadlineCalls.Checked;
import io.botfsm.redis.deadline.DeadlineCalls.Verdict;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import io.botfsm.storage.deadline.MendReport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds conversations whose deadline has passed, using one sorted set for each bot and slot. Each search covers every
 * slot, with one call for up to 1,024 slots; on a cluster, the slots of a call are all on the same node. Thread-safe.
 */
public final class RedisDeadlineQueue implements DeadlineQueue {
    private static final Logger LOGGER = LoggerFactory.getLogger(RedisDeadlineQueue.class.getPackageName());

    private static final int AT_ONCE = 100;

    /** More would block a server for longer while it sorts. */
    private static final int MOST_AT_ONCE = 10_000;

    private static final int ENTRIES_PER_PAGE = 100;
    private static final int INDEXES_AT_ONCE = 64;

    private final DeadlineKeys keys;
    private final ConversationCatalog catalog;
    private final InstantSource clock;
    private final BooleanSupplier isClosed;
    private final CatalogCalls calls;
    private final KeyScan scan;
    private final DeadlineCalls scripts;

    /**
     * A queue over a client.
     *
     * @param timeout how long the client lets a command take
     * @param catalog the catalog of the same storage
     * @param clock the clock of the storage
     * @param isClosed whether the storage is closed
     */
    public RedisDeadlineQueue(
            RedisPort port,
            Duration timeout,
            DeadlineKeys keys,
            ConversationCatalog catalog,
            InstantSource clock,
            BooleanSupplier isClosed) {
        this.keys = keys;
        this.catalog = catalog;
        this.clock = clock;
        this.isClosed = isClosed;
        this.calls = new CatalogCalls(timeout);
        this.scan = new KeyScan(port, timeout, calls);
        this.scripts = new DeadlineCalls(port, timeout, keys, calls);
    }

    private void requireOpen() {
        if (isClosed.getAsBoolean()) {
            throw new StorageClosedException();
        }
    }

    @Override
    public List<DueConversation> due(Object bot, int limit) {
        String id = ConversationFilter.bot(bot).bot().orElseThrow();
        DeadlineQueue.requireLimit(limit);
        requireOpen();
        scripts.requirePermission();
        Instant now = clock.instant();
        List<byte[]> indexes = keys.indexes(id);
        List<DueConversation> due = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        int most = Math.max(limit, AT_ONCE);
        while (addDue(indexes, scripts.earliest(indexes, now, most), seen, now, limit, due) && due.size() < limit) {
            most = Math.min(10 * most, MOST_AT_ONCE);
        }
        due.sort(Comparator.comparing(DueConversation::queuedAt));
        return List.copyOf(due.subList(0, Math.min(limit, due.size())));
    }

    /**
     * Compares entries with their conversations. Returns whether some entries were not due or were moved; these may
     * have hidden others.
     */
    private boolean addDue(
            List<byte[]> indexes,
            List<QueuedEntry> entries,
            Set<String> seen,
            Instant now,
            int limit,
            List<DueConversation> due) {
        List<StorageKey> left = new ArrayList<>();
        boolean anyNotDue = false;
        String stray = "";
        for (QueuedEntry entry : entries) {
            if (seen.add(entry.index() + " " + entry.bytes())) {
                byte[] index = indexes.get(entry.index());
                Optional<StorageKey> key = keys.conversation(index, entry);
                key.ifPresent(left::add);
                if (key.isEmpty()) {
                    anyNotDue = true;
                    var unused = scripts.putAside(index, entry, now, true);
                    stray = text(index);
                }
            }
        }
        if (!stray.isEmpty()) {
            LOGGER.warn("{}: an entry does not belong in this index; it is checked again in a minute", stray);
        }
        for (int from = 0; from < left.size() && due.size() < limit; from += AT_ONCE) {
            List<StorageKey> batch = left.subList(from, Math.min(left.size(), from + AT_ONCE));
            List<Checked> checked = scripts.check(batch, now, MAX_DEFERRAL, true);
            for (int i = 0; i < batch.size(); i++) {
                Checked each = checked.get(i);
                if (each.verdict() == Verdict.DUE) {
                    due.add(DueConversation.of(batch.get(i), each.deadline(), each.version(), each.place()));
                } else {
                    anyNotDue = true;
                }
                if (each.verdict() == Verdict.UNREADABLE) {
                    LOGGER.warn(
                            "{}: the conversation is due, but its record cannot be read; it is checked again in a"
                                    + " minute",
                            batch.get(i));
                }
                warnIfUnreachable(batch.get(i), each);
            }
        }
        return anyNotDue;
    }

    private static String text(byte[] index) {
        return new String(index, UTF_8);
    }

    private static void warnIfUnreachable(StorageKey key, Checked checked) {
        if (checked.verdict() == Verdict.UNREACHABLE) {
            LOGGER.warn("{}: the deadline is skipped until the conversation's cluster slot has been moved", key);
        }
    }

    @Override
    public boolean defer(DueConversation due, Instant until) {
        return !defer(List.of(due), until).isEmpty();
    }

    /** Moves them in one pipeline. */
    @Override
    public List<DueConversation> defer(List<DueConversation> due, Instant until) {
        Instant now = clock.instant();
        due.forEach(each -> DeadlineQueue.requireDeferral(each, until, now));
        requireOpen();
        if (due.isEmpty()) {
            return List.of();
        }
        scripts.requirePermission();
        List<Boolean> deferred = scripts.defer(due, now, Mutation.requireDeadline(until));
        return IntStream.range(0, due.size())
                .filter(deferred::get)
                .mapToObj(due::get)
                .toList();
    }

    /** Needs no more than the permissions of a catalog if no conversation has a deadline. */
    @Override
    public MendReport mend(ConversationFilter filter) {
        DeadlineQueue.requireByKey(filter);
        requireOpen();
        Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        long deadlines = 0;
        try (Stream<FoundConversation> found = catalog.find(filter.dueBefore(Mutation.MAX_DEADLINE.plusMillis(1)))) {
            Iterator<FoundConversation> each = found.iterator();
            List<StorageKey> batch = new ArrayList<>();
            while (each.hasNext()) {
                deadlines++;
                batch.add(each.next().key());
                if (batch.size() == AT_ONCE) {
                    check(batch, verdicts);
                }
            }
            check(batch, verdicts);
        }
        deadlines -= verdicts.getOrDefault(Verdict.UNREACHABLE, 0);
        for (String bot : bots()) {
            if (filter.bot().orElse(bot).equals(bot)) {
                scripts.requirePermission();
                checkEntries(keys.indexes(bot), filter, verdicts);
            }
        }
        return MendReport.of(
                deadlines,
                verdicts.getOrDefault(Verdict.ADDED, 0),
                verdicts.getOrDefault(Verdict.LATE, 0),
                verdicts.getOrDefault(Verdict.WITHOUT_DEADLINE, 0));
    }

    private void check(List<StorageKey> batch, Map<Verdict, Integer> verdicts) {
        if (batch.isEmpty()) {
            return;
        }
        scripts.requirePermission();
        calls.pace(batch.size());
        List<Checked> checked = scripts.check(batch, clock.instant(), MAX_DEFERRAL, false);
        for (int i = 0; i < batch.size(); i++) {
            verdicts.merge(checked.get(i).verdict(), 1, Integer::sum);
            warnIfUnreachable(batch.get(i), checked.get(i));
        }
        batch.clear();
    }

    private void checkEntries(List<byte[]> indexes, ConversationFilter filter, Map<Verdict, Integer> verdicts) {
        for (int from = 0; from < indexes.size(); from += INDEXES_AT_ONCE) {
            List<byte[]> window = indexes.subList(from, Math.min(indexes.size(), from + INDEXES_AT_ONCE));
            calls.pace(window.size());
            List<StorageKey> matching = new ArrayList<>();
            List<QueuedEntry> strays = new ArrayList<>();
            int offset = 0;
            List<QueuedEntry> page;
            do {
                page = scripts.page(window, offset, ENTRIES_PER_PAGE);
                calls.pace(page.size());
                for (QueuedEntry entry : page) {
                    keys.conversation(window.get(entry.index()), entry)
                            .ifPresentOrElse(matching::add, () -> strays.add(entry));
                }
                offset += ENTRIES_PER_PAGE;
            } while (!page.isEmpty());
            matching.removeIf(key -> !filter.matches(key));
            for (QueuedEntry stray : strays) {
                if (stray.key().filter(key -> !filter.matches(key)).isEmpty()) {
                    calls.pace(1);
                    verdicts.merge(
                            scripts.putAside(window.get(stray.index()), stray, clock.instant(), false)
                                    .verdict(),
                            1,
                            Integer::sum);
                }
            }
            for (int at = 0; at < matching.size(); at += AT_ONCE) {
                check(new ArrayList<>(matching.subList(at, Math.min(matching.size(), at + AT_ONCE))), verdicts);
            }
        }
    }

    /** The bots that have an index. */
    private Set<String> bots() {
        Set<String> bots = new TreeSet<>();
        scan.forEach(keys.pattern(), key -> keys.bot(key).ifPresent(bots::add));
        return bots;
    }
}
