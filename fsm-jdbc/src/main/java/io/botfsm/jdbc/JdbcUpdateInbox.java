package io.botfsm.jdbc;

import static java.util.Objects.requireNonNull;

import io.botfsm.jdbc.InboxTable.Identity;
import io.botfsm.jdbc.InboxTable.Locked;
import io.botfsm.jdbc.InboxTable.Page;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The inboxes of bots in a SQL database. Each change is one transaction; transactions of one bot are serialized.
 * Thread-safe.
 */
final class JdbcUpdateInbox implements UpdateInbox {
    private static final String UNREADABLE = "the inbox could not be read";
    private static final String UNWRITABLE = "the inbox could not be written";

    private final AwaitedCalls calls;
    private final InboxTable table;

    JdbcUpdateInbox(AwaitedCalls calls, InboxTable table) {
        this.calls = calls;
        this.table = table;
    }

    private interface Change<T> {
        T of(Locked inbox) throws SQLException;
    }

    private interface Reading<T> {
        Optional<Page<T>> page(DatabaseCall call, long after, int limit) throws SQLException;
    }

    private <T> T change(String bot, OptionalLong token, Change<T> change) {
        return calls.call(
                UNWRITABLE,
                call -> call.transaction(transaction -> {
                    Locked inbox = table.lock(transaction, bot);
                    inbox.pass(bot, token);
                    return change.of(inbox);
                }));
    }

    private static String id(Object bot) {
        return ConversationFilter.bot(bot).bot().orElseThrow();
    }

    @Override
    public boolean add(Object bot, List<InboxUpdate> updates, InboxLimits limits, OptionalLong fencingToken) {
        String id = id(bot);
        Map<Identity, InboxUpdate> all =
                byIdentity(UpdateInbox.requireRoom(UpdateInbox.requireUpdates(id, updates), limits));
        return change(id, UpdateInbox.requireFence(fencingToken), inbox -> add(inbox, all, limits));
    }

    private static Map<Identity, InboxUpdate> byIdentity(List<InboxUpdate> updates) {
        Map<Identity, InboxUpdate> all = new LinkedHashMap<>();
        updates.forEach(update -> all.putIfAbsent(Identity.of(update), update));
        return all;
    }

    private static boolean add(Locked inbox, Map<Identity, InboxUpdate> all, InboxLimits limits) throws SQLException {
        Set<Identity> known = inbox.waiting(all.keySet());
        Map<Identity, InboxUpdate> fresh = new LinkedHashMap<>(all);
        fresh.keySet().removeAll(known);
        if (fresh.isEmpty()) {
            return true;
        }
        InboxCounts counts = inbox.counts();
        long more = fresh.values().stream().mapToLong(InboxUpdate::size).sum();
        if (counts.waiting() + fresh.size() > limits.updates() || counts.bytes() + more > limits.bytes()) {
            return false;
        }
        inbox.append(fresh.values());
        return true;
    }

    @Override
    public List<WaitingUpdate> waiting(Object bot, long after, int limit) {
        String id = id(bot);
        return list(after, limit, (call, from, most) -> table.waiting(call, id, from, most));
    }

    @Override
    public List<DeadUpdate> dead(Object bot, long after, int limit) {
        String id = id(bot);
        return list(after, limit, (call, from, most) -> table.dead(call, id, from, most));
    }

    private <T> List<T> list(long after, int limit, Reading<T> reading) {
        long next = UpdateInbox.requirePosition(after);
        UpdateInbox.requireLimit(limit);
        List<T> all = new ArrayList<>();
        boolean hasMore;
        do {
            long from = next;
            int most = limit - all.size();
            Page<T> page = calls.call(UNREADABLE, call -> call.untilWon(() -> reading.page(call, from, most)));
            all.addAll(page.entries());
            next = page.last();
            hasMore = page.hasMore();
        } while (all.size() < limit && hasMore);
        return List.copyOf(all);
    }

    @Override
    public void remove(Object bot, List<InboxUpdate> updates, OptionalLong fencingToken) {
        String id = id(bot);
        Set<Identity> all = byIdentity(UpdateInbox.requireUpdates(id, updates)).keySet();
        var unused = change(id, UpdateInbox.requireFence(fencingToken), inbox -> {
            inbox.remove(all);
            return true;
        });
    }

    @Override
    public void bury(Object bot, InboxUpdate update, String reason, InboxLimits limits, OptionalLong fencingToken) {
        bury(bot, update, reason, limits, fencingToken, inbox -> true);
    }

    @Override
    public void buryWaiting(
            Object bot, InboxUpdate update, String reason, InboxLimits limits, OptionalLong fencingToken) {
        bury(
                bot,
                update,
                reason,
                limits,
                fencingToken,
                inbox -> !inbox.waiting(Set.of(Identity.of(update))).isEmpty());
    }

    private void bury(
            Object bot,
            InboxUpdate update,
            String reason,
            InboxLimits limits,
            OptionalLong fencingToken,
            Change<Boolean> condition) {
        String id = id(bot);
        UpdateInbox.requireOf(id, update);
        String kept = UpdateInbox.reasonToKeep(reason);
        int most = requireNonNull(limits, "limits").deadLetters();
        var unused = change(id, UpdateInbox.requireFence(fencingToken), inbox -> {
            if (condition.of(inbox)) {
                inbox.bury(update, kept, most);
            }
            return true;
        });
    }

    @Override
    public boolean replay(Object bot, long position) {
        return change(id(bot), OptionalLong.empty(), inbox -> inbox.replay(position));
    }

    @Override
    public boolean drop(Object bot, long position) {
        return change(id(bot), OptionalLong.empty(), inbox -> inbox.drop(position));
    }

    @Override
    public InboxCounts counts(Object bot) {
        String id = id(bot);
        return calls.call(UNREADABLE, call -> call.untilWon(() -> table.counts(call, id)));
    }

    @Override
    public long erase(ConversationFilter filter) {
        UpdateInbox.requireByKey(filter);
        long erased = 0;
        for (String bot : calls.call(UNREADABLE, call -> call.untilWon(() -> table.bots(call)))) {
            if (filter.bot().orElse(bot).equals(bot)) {
                erased += change(bot, OptionalLong.empty(), inbox -> erase(inbox, bot, filter));
            }
        }
        return erased;
    }

    private static int erase(Locked inbox, String bot, ConversationFilter filter) throws SQLException {
        List<List<Long>> places = new ArrayList<>();
        inbox.conversations().forEach((place, key) -> {
            if (matches(filter, bot, key)) {
                places.add(place);
            }
        });
        inbox.erase(places);
        return places.size();
    }

    private static boolean matches(ConversationFilter filter, String bot, Optional<StorageKey> key) {
        return UpdateInbox.matches(filter, bot, InboxUpdate.of("-", key, new byte[0]));
    }
}
