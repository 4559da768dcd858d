package io.botfsm.memory;

import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.InboxFencedException;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The waiting updates and dead letters of one bot. Not thread-safe. */
final class BotInbox {
    private final String bot;
    private final TreeMap<Long, WaitingUpdate> waiting = new TreeMap<>();
    private final Map<Identity, Long> waitingPositions = new HashMap<>();
    private final TreeMap<Long, DeadUpdate> dead = new TreeMap<>();
    private final Map<Identity, Long> deadPositions = new HashMap<>();
    private long last;
    private long bytes;
    private long fence;

    BotInbox(String bot) {
        this.bot = bot;
    }

    /** What identifies an update: two updates are the same if id and content are equal. */
    private record Identity(String id, ByteBuffer content) {
        private static Identity of(InboxUpdate update) {
            return new Identity(update.id(), ByteBuffer.wrap(update.content()));
        }
    }

    /**
     * Accepts a call if no higher token was seen.
     *
     * @throws InboxFencedException if a higher token was seen
     */
    void pass(OptionalLong token) {
        if (token.orElse(fence) < fence) {
            throw new InboxFencedException(bot, token.orElseThrow(), fence);
        }
        fence = token.orElse(fence);
    }

    boolean add(List<InboxUpdate> updates, InboxLimits limits, Instant now) {
        Map<Identity, InboxUpdate> fresh = new LinkedHashMap<>();
        for (InboxUpdate update : updates) {
            fresh.putIfAbsent(Identity.of(update), update);
        }
        fresh.keySet().removeAll(waitingPositions.keySet());
        long more = fresh.values().stream().mapToLong(InboxUpdate::size).sum();
        boolean isRoom = waiting.size() + fresh.size() <= limits.updates() && bytes + more <= limits.bytes();
        if (!fresh.isEmpty() && !isRoom) {
            return false;
        }
        fresh.values().forEach(update -> append(update, now));
        return true;
    }

    private void append(InboxUpdate update, Instant now) {
        waiting.put(++last, WaitingUpdate.of(last, update, now));
        waitingPositions.put(Identity.of(update), last);
        bytes += update.size();
    }

    List<WaitingUpdate> waiting(long after, int limit) {
        return waiting.tailMap(after, false).values().stream().limit(limit).toList();
    }

    /** Removes updates. Returns how many of them were waiting. */
    int remove(List<InboxUpdate> updates) {
        int removed = 0;
        for (InboxUpdate update : updates) {
            Long position = waitingPositions.remove(Identity.of(update));
            if (position != null) {
                waiting.remove(position);
                bytes -= update.size();
                removed++;
            }
        }
        return removed;
    }

    boolean isWaiting(InboxUpdate update) {
        return waitingPositions.containsKey(Identity.of(update));
    }

    /** Gives up an update. Returns whether this call made it a dead letter. */
    boolean bury(InboxUpdate update, String reason, int most, Instant now) {
        remove(List.of(update));
        boolean isNew = deadPositions.putIfAbsent(Identity.of(update), last + 1) == null;
        if (isNew) {
            dead.put(++last, DeadUpdate.of(last, update, reason, now));
        }
        while (dead.size() > most) {
            drop(dead.firstKey());
        }
        return isNew;
    }

    List<DeadUpdate> dead(long after, int limit) {
        return dead.tailMap(after, false).values().stream().limit(limit).toList();
    }

    boolean replay(long position, Instant now) {
        DeadUpdate letter = removeLetter(position);
        if (letter != null && !waitingPositions.containsKey(Identity.of(letter.update()))) {
            append(letter.update(), now);
        }
        return letter != null;
    }

    boolean drop(long position) {
        return removeLetter(position) != null;
    }

    private @Nullable DeadUpdate removeLetter(long position) {
        DeadUpdate letter = dead.remove(position);
        if (letter != null) {
            deadPositions.remove(Identity.of(letter.update()));
        }
        return letter;
    }

    InboxCounts counts() {
        Optional<Instant> oldest = waiting.values().stream().findFirst().map(WaitingUpdate::storedAt);
        return InboxCounts.of(waiting.size(), bytes, oldest, dead.size());
    }

    /** Erases matching updates and dead letters. Returns how many were erased. */
    int erase(ConversationFilter filter) {
        List<InboxUpdate> matching = waiting.values().stream()
                .map(WaitingUpdate::update)
                .filter(update -> UpdateInbox.matches(filter, bot, update))
                .toList();
        List<Long> letters = new ArrayList<>(dead.keySet());
        letters.removeIf(position -> {
            DeadUpdate letter = dead.get(position);
            return letter == null || !UpdateInbox.matches(filter, bot, letter.update());
        });
        letters.forEach(this::drop);
        return remove(matching) + letters.size();
    }
}
