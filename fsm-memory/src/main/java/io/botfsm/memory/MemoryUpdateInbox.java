package io.botfsm.memory;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;

/** The inboxes of a storage in memory; calls are serialized. Thread-safe. */
final class MemoryUpdateInbox implements UpdateInbox {
    private final Object lock = new Object();
    private final Map<String, BotInbox> bots = new HashMap<>();
    private final InstantSource clock;
    private boolean closed;

    MemoryUpdateInbox(InstantSource clock) {
        this.clock = clock;
    }

    private <T> T locked(Object bot, Function<BotInbox, T> call) {
        String id = id(bot);
        synchronized (lock) {
            requireOpen();
            return call.apply(bots.computeIfAbsent(id, BotInbox::new));
        }
    }

    private static String id(Object bot) {
        return ConversationFilter.bot(bot).bot().orElseThrow();
    }

    private void requireOpen() {
        if (closed) {
            throw new StorageClosedException();
        }
    }

    @Override
    public boolean add(Object bot, List<InboxUpdate> updates, InboxLimits limits, OptionalLong fencingToken) {
        List<InboxUpdate> all = UpdateInbox.requireRoom(UpdateInbox.requireUpdates(id(bot), updates), limits);
        UpdateInbox.requireFence(fencingToken);
        return locked(bot, inbox -> {
            inbox.pass(fencingToken);
            return inbox.add(all, limits, clock.instant());
        });
    }

    @Override
    public List<WaitingUpdate> waiting(Object bot, long after, int limit) {
        UpdateInbox.requirePosition(after);
        UpdateInbox.requireLimit(limit);
        return locked(bot, inbox -> inbox.waiting(after, limit));
    }

    @Override
    public void remove(Object bot, List<InboxUpdate> updates, OptionalLong fencingToken) {
        List<InboxUpdate> all = UpdateInbox.requireUpdates(id(bot), updates);
        UpdateInbox.requireFence(fencingToken);
        var unused = locked(bot, inbox -> {
            inbox.pass(fencingToken);
            return inbox.remove(all);
        });
    }

    @Override
    public void bury(Object bot, InboxUpdate update, String reason, InboxLimits limits, OptionalLong fencingToken) {
        bury(bot, update, reason, limits, fencingToken, inbox -> true);
    }

    @Override
    public void buryWaiting(
            Object bot, InboxUpdate update, String reason, InboxLimits limits, OptionalLong fencingToken) {
        bury(bot, update, reason, limits, fencingToken, inbox -> inbox.isWaiting(update));
    }

    private void bury(
            Object bot,
            InboxUpdate update,
            String reason,
            InboxLimits limits,
            OptionalLong fencingToken,
            Predicate<BotInbox> condition) {
        UpdateInbox.requireOf(id(bot), update);
        String kept = UpdateInbox.reasonToKeep(reason);
        requireNonNull(limits, "limits");
        UpdateInbox.requireFence(fencingToken);
        var unused = locked(bot, inbox -> {
            inbox.pass(fencingToken);
            return condition.test(inbox) && inbox.bury(update, kept, limits.deadLetters(), clock.instant());
        });
    }

    @Override
    public List<DeadUpdate> dead(Object bot, long after, int limit) {
        UpdateInbox.requirePosition(after);
        UpdateInbox.requireLimit(limit);
        return locked(bot, inbox -> inbox.dead(after, limit));
    }

    @Override
    public boolean replay(Object bot, long position) {
        return locked(bot, inbox -> inbox.replay(position, clock.instant()));
    }

    @Override
    public boolean drop(Object bot, long position) {
        return locked(bot, inbox -> inbox.drop(position));
    }

    @Override
    public InboxCounts counts(Object bot) {
        return locked(bot, BotInbox::counts);
    }

    @Override
    public long erase(ConversationFilter filter) {
        UpdateInbox.requireByKey(filter);
        synchronized (lock) {
            requireOpen();
            return bots.values().stream()
                    .mapToLong(inbox -> inbox.erase(filter))
                    .sum();
        }
    }

    /** How many updates and dead letters are in memory. */
    long size() {
        synchronized (lock) {
            return bots.values().stream()
                    .map(BotInbox::counts)
                    .mapToLong(counts -> counts.waiting() + counts.dead())
                    .sum();
        }
    }

    void close() {
        synchronized (lock) {
            closed = true;
            bots.clear();
        }
    }
}
