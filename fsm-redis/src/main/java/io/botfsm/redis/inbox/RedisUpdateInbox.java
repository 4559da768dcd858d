package io.botfsm.redis.inbox;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.redis.catalog.CatalogCalls;
import io.botfsm.redis.catalog.KeyScan;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.InboxFencedException;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps updates in Redis: for each bot, in one slot, the waiting updates and dead letters by position, and their
 * records by name. A call is one script; a list or an erasure takes one script per mebibyte or so. Thread-safe.
 */
public final class RedisUpdateInbox implements UpdateInbox {
    private static final Logger LOGGER = LoggerFactory.getLogger(RedisUpdateInbox.class.getPackageName());

    private static final long FENCED = 2;

    private final InboxKeys keys;
    private final BooleanSupplier isClosed;
    private final KeyScan scan;
    private final InboxCalls calls;

    /**
     * An inbox over a client.
     *
     * @param timeout how long the client lets a command take
     * @param isClosed whether the storage is closed
     */
    public RedisUpdateInbox(
            RedisPort port, InboxWrites writes, Duration timeout, InboxKeys keys, BooleanSupplier isClosed) {
        this.keys = keys;
        this.isClosed = isClosed;
        this.scan = new KeyScan(port, timeout, new CatalogCalls(timeout));
        this.calls = new InboxCalls(port, writes, timeout, keys);
    }

    private static String id(Object bot) {
        return ConversationFilter.bot(bot).bot().orElseThrow();
    }

    private void requireUsable() {
        requireOpen();
        calls.requirePermission();
    }

    private void requireOpen() {
        if (isClosed.getAsBoolean()) {
            throw new StorageClosedException();
        }
    }

    @Override
    public boolean add(Object bot, List<InboxUpdate> updates, InboxLimits limits, OptionalLong fencingToken) {
        String id = id(bot);
        List<InboxUpdate> all = UpdateInbox.requireRoom(UpdateInbox.requireUpdates(id, updates), limits);
        UpdateInbox.requireFence(fencingToken);
        requireUsable();
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(token(fencingToken));
        arguments.add(ascii("" + limits.updates()));
        arguments.add(ascii("" + limits.bytes()));
        for (InboxUpdate update : all) {
            arguments.add(InboxRecord.name(update));
            arguments.add(InboxRecord.of(update));
        }
        List<Object> reply = passed(id, fencingToken, calls.add(id, arguments));
        return reply.get(0).equals(1L);
    }

    /** Returns the confirmed reply of a call; throws if the call was fenced off. */
    private List<Object> passed(String bot, OptionalLong token, List<Object> reply) {
        if (reply.get(0).equals(FENCED)) {
            throw new InboxFencedException(bot, token.orElseThrow(), number(reply.get(1)));
        }
        return calls.confirmed(reply);
    }

    private static long number(Object text) {
        return Long.parseLong(new String((byte[]) text, US_ASCII));
    }

    @Override
    public List<WaitingUpdate> waiting(Object bot, long after, int limit) {
        String id = id(bot);
        UpdateInbox.requirePosition(after);
        UpdateInbox.requireLimit(limit);
        requireUsable();
        return listed(
                id,
                after,
                limit,
                calls::waiting,
                (position, record) -> InboxRecord.waiting(record)
                        .map(known -> WaitingUpdate.of(position, known.update(), known.time())));
    }

    @Override
    public List<DeadUpdate> dead(Object bot, long after, int limit) {
        String id = id(bot);
        UpdateInbox.requirePosition(after);
        UpdateInbox.requireLimit(limit);
        requireUsable();
        return listed(
                id,
                after,
                limit,
                calls::dead,
                (position, record) -> InboxRecord.dead(record)
                        .map(known -> DeadUpdate.of(position, known.update(), known.reason(), known.time())));
    }

    /** Lists a part of an inbox. */
    private interface Listing {
        InboxCalls.Page page(String bot, long after, int limit);
    }

    private static <T> List<T> listed(
            String bot, long after, int limit, Listing listing, BiFunction<Long, byte[], Optional<T>> read) {
        List<T> found = new ArrayList<>();
        long last = after;
        boolean isMore = true;
        while (isMore && found.size() < limit) {
            InboxCalls.Page page = listing.page(bot, last, limit - found.size());
            for (int i = 0; i < page.positions().size(); i++) {
                last = page.positions().get(i);
                Optional<T> known = read.apply(last, page.records().get(i));
                known.ifPresent(found::add);
                if (known.isEmpty()) {
                    LOGGER.warn(
                            "inbox of bot {}: the update at position {} cannot be read and is skipped",
                            Text.field(bot),
                            last);
                }
            }
            isMore = page.isMore();
        }
        return List.copyOf(found);
    }

    @Override
    public void remove(Object bot, List<InboxUpdate> updates, OptionalLong fencingToken) {
        String id = id(bot);
        List<InboxUpdate> all = UpdateInbox.requireUpdates(id, updates);
        UpdateInbox.requireFence(fencingToken);
        requireUsable();
        var unused = removed(id, all, fencingToken);
    }

    private long removed(String bot, List<InboxUpdate> updates, OptionalLong fencingToken) {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(token(fencingToken));
        updates.forEach(update -> arguments.add(InboxRecord.name(update)));
        return (Long) passed(bot, fencingToken, calls.remove(bot, arguments)).get(1);
    }

    @Override
    public void bury(Object bot, InboxUpdate update, String reason, InboxLimits limits, OptionalLong fencingToken) {
        bury(bot, update, reason, limits, fencingToken, "");
    }

    @Override
    public void buryWaiting(
            Object bot, InboxUpdate update, String reason, InboxLimits limits, OptionalLong fencingToken) {
        bury(bot, update, reason, limits, fencingToken, "1");
    }

    private void bury(
            Object bot,
            InboxUpdate update,
            String reason,
            InboxLimits limits,
            OptionalLong fencingToken,
            String onlyIfWaiting) {
        String id = id(bot);
        UpdateInbox.requireOf(id, update);
        String kept = UpdateInbox.reasonToKeep(reason);
        requireNonNull(limits, "limits");
        UpdateInbox.requireFence(fencingToken);
        requireUsable();
        List<byte[]> arguments = List.of(
                token(fencingToken),
                InboxRecord.name(update),
                InboxRecord.of(update, kept),
                ascii("" + limits.deadLetters()),
                ascii(onlyIfWaiting));
        var unused = passed(id, fencingToken, calls.bury(id, arguments));
    }

    @Override
    public boolean replay(Object bot, long position) {
        String id = id(bot);
        requireUsable();
        return calls.take(id, position, "replay");
    }

    @Override
    public boolean drop(Object bot, long position) {
        String id = id(bot);
        requireUsable();
        return calls.take(id, position, "drop");
    }

    @Override
    public InboxCounts counts(Object bot) {
        String id = id(bot);
        requireUsable();
        List<Object> reply = calls.counts(id);
        long oldest = (Long) reply.get(3);
        return InboxCounts.of(
                (Long) reply.get(0),
                (Long) reply.get(1),
                oldest < 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(oldest)),
                (Long) reply.get(2));
    }

    /** Needs the permissions of a catalog too, and no more than those if there is no inbox. */
    @Override
    public long erase(ConversationFilter filter) {
        UpdateInbox.requireByKey(filter);
        requireOpen();
        long erased = 0;
        for (String bot : bots(filter)) {
            // the second pass over dead letters finds updates that are given up in the meantime
            erased += eraseDead(bot, filter) + eraseWaiting(bot, filter) + eraseDead(bot, filter);
        }
        return erased;
    }

    private long eraseWaiting(String bot, ConversationFilter filter) {
        long erased = 0;
        List<WaitingUpdate> page;
        long last = 0;
        do {
            page = waiting(bot, last, MAX_UPDATES);
            List<InboxUpdate> matching = page.stream()
                    .map(WaitingUpdate::update)
                    .filter(update -> UpdateInbox.matches(filter, bot, update))
                    .toList();
            erased += matching.isEmpty() ? 0 : removed(bot, matching, OptionalLong.empty());
            last = page.isEmpty() ? last : page.get(page.size() - 1).position();
        } while (page.size() == MAX_UPDATES);
        return erased;
    }

    private long eraseDead(String bot, ConversationFilter filter) {
        long erased = 0;
        List<DeadUpdate> page;
        long last = 0;
        do {
            page = dead(bot, last, MAX_UPDATES);
            for (DeadUpdate letter : page) {
                boolean matches = UpdateInbox.matches(filter, bot, letter.update());
                erased += matches && drop(bot, letter.position()) ? 1 : 0;
                last = letter.position();
            }
        } while (page.size() == MAX_UPDATES);
        return erased;
    }

    /** The bots that match and have an inbox. */
    private Set<String> bots(ConversationFilter filter) {
        Set<String> bots = new TreeSet<>();
        scan.forEach(
                keys.pattern(filter.bot()),
                key -> keys.bot(key)
                        .filter(bot -> filter.bot().orElse(bot).equals(bot))
                        .ifPresent(bots::add));
        return bots;
    }

    private static byte[] token(OptionalLong fencingToken) {
        return ascii(fencingToken.isPresent() ? "" + fencingToken.getAsLong() : "");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
