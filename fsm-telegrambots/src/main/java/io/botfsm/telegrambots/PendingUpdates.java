package io.botfsm.telegrambots;

import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * The updates that are not done or not confirmed: first those in the inbox, in its order, then at most the 100 that
 * Telegram returns beyond an offset, in the order of their ids. An update is handed over only when all earlier updates
 * of its conversation are done, however often those were retried. Thread-safe.
 */
final class PendingUpdates {
    /** The maximum that Telegram returns. */
    static final int LIMIT = 100;

    /** The longest pause before the retry of a failing update that blocks a full window. */
    private static final long LONGEST_PAUSE_WHEN_FULL = TimeUnit.SECONDS.toNanos(1);

    /** The shortest pause before a retry after a possible outage, however many other conversations succeed. */
    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);

    /** An update that is not done within this time after it was received is stored. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

    /** The same, while a full window keeps Telegram from returning more updates. */
    private static final long PATIENCE_WHEN_FULL = TimeUnit.MILLISECONDS.toNanos(100);

    private final Function<? super Update, Optional<StorageKey>> keys;
    private final Optional<Duration> inboxMaxAge;
    /** The updates that are not confirmed to Telegram, as far as this session knows. */
    private final TreeMap<Long, PendingUpdate> updates = new TreeMap<>();
    /** The updates that are or may be in the inbox, until they are removed from it; they precede all other updates. */
    private final Set<PendingUpdate> inbox = new LinkedHashSet<>();

    private final OutageEvidence evidence;
    /** By chat: the time until which sending to it is limited, so that its updates wait. */
    private final Map<Long, Long> limitedChats = new HashMap<>();

    /** By conversation: the update that was handed over or is running. */
    private final Map<Object, PendingUpdate> handedOver = new HashMap<>();

    private OptionalLong nextOffset = OptionalLong.empty();
    private long changes;
    private long deadLetters;
    private boolean closed;

    /**
     * Creates an object without updates.
     *
     * @param inboxMaxAge how long an update may wait in the inbox; empty if there is no inbox. With an inbox, dead
     *     letters are kept there, and are not confirmed before
     */
    PendingUpdates(
            Function<? super Update, Optional<StorageKey>> keys,
            Duration outageTimeout,
            Optional<Duration> inboxMaxAge) {
        this.keys = keys;
        this.inboxMaxAge = inboxMaxAge;
        this.evidence = new OutageEvidence(outageTimeout);
    }

    /** The offset to confirm: all updates below it are done or stored. Empty until the first update is received. */
    synchronized OptionalLong offset() {
        Optional<PendingUpdate> first = first();
        return first.isPresent() ? OptionalLong.of(first.get().id()) : nextOffset;
    }

    private Optional<PendingUpdate> first() {
        return updates.values().stream()
                .filter(update -> !update.isConfirmable())
                .findFirst();
    }

    /** Whether the update blocks a full window: Telegram returns no more updates until it is done or stored. */
    private boolean holdsUp(PendingUpdate update) {
        return first().filter(first -> first == update).isPresent()
                && updates.tailMap(update.id()).size() >= LIMIT;
    }

    /**
     * Takes in a response.
     *
     * @param requestedOffset the requested offset, which confirms all updates below it
     */
    synchronized void admit(OptionalLong requestedOffset, List<ReceivedUpdate> received, long now) {
        requestedOffset.ifPresent(offset -> updates.headMap(offset).clear());
        if (received.stream()
                .anyMatch(update -> requestedOffset.isPresent() && update.id() < requestedOffset.getAsLong())) {
            // Telegram has started at a random id, as it may after a week without updates: it has none of the former
            // updates any more.
            updates.clear();
            evidence.clear();
            nextOffset = OptionalLong.empty();
        }
        for (ReceivedUpdate update : received) {
            PendingUpdate known = updates.get(update.id());
            if (known == null || !known.isSame(update)) {
                updates.put(update.id(), PendingUpdate.of(update, keys, now));
            }
            nextOffset = OptionalLong.of(Math.max(nextOffset.orElse(0), update.id() + 1));
        }
    }

    /**
     * Takes in the waiting updates of the inbox that are not known yet. Telegram may deliver such an update again, if
     * the instance that stored it did not confirm it.
     */
    synchronized void restore(List<WaitingUpdate> waiting, Instant instant, long now) {
        Set<InboxUpdate> known =
                inbox.stream().flatMap(update -> update.inInbox.stream()).collect(Collectors.toSet());
        for (WaitingUpdate each : waiting) {
            if (!known.contains(each.update())) {
                PendingUpdate update = PendingUpdate.of(each, keys, instant, now);
                inbox.add(update);
                updates.putIfAbsent(update.id(), update);
            }
        }
        changed();
    }

    /**
     * The updates that are due to be stored: the first of those that are neither done nor stored, so that no update is
     * stored before an earlier one that Telegram may redeliver.
     */
    synchronized List<PendingUpdate> toStore(long now) {
        long patience = patience();
        return unstored()
                .takeWhile(update -> now - update.receivedAt >= patience)
                .toList();
    }

    /** The time until the next update is due to be stored; empty if there is none. */
    synchronized OptionalLong nextToStore(long now) {
        long patience = patience();
        return unstored()
                .mapToLong(update -> update.receivedAt + patience - now)
                .findFirst();
    }

    private Stream<PendingUpdate> unstored() {
        return updates.values().stream().filter(update -> !update.isDone() && !update.isStored());
    }

    private long patience() {
        return first().filter(this::holdsUp).isPresent() ? PATIENCE_WHEN_FULL : PATIENCE;
    }

    /** Records that the updates may be in the inbox from now on. */
    synchronized void storing(List<PendingUpdate> batch) {
        inbox.addAll(batch);
    }

    /** Records that the updates are in the inbox. */
    synchronized void stored(List<PendingUpdate> batch, long now) {
        batch.forEach(update -> update.storedAt = OptionalLong.of(now));
        changed();
    }

    /** The updates to remove from the inbox, as many as one call may remove. */
    synchronized List<PendingUpdate> toRemove() {
        return inbox.stream()
                .filter(update -> update.isDone() && update.burialReason.isEmpty())
                .limit(UpdateInbox.MAX_UPDATES)
                .toList();
    }

    synchronized void removed(List<PendingUpdate> batch) {
        batch.forEach(inbox::remove);
        changed();
    }

    /** A dead letter to keep in the inbox. */
    synchronized Optional<PendingUpdate> toBury() {
        return Stream.concat(inbox.stream(), updates.values().stream())
                .filter(update -> update.burialReason.isPresent())
                .findFirst();
    }

    synchronized void buried(PendingUpdate update) {
        update.burialReason = Optional.empty();
        inbox.remove(update);
        changed();
    }

    /**
     * Marks updates that have waited in the inbox too long: they are given up without waiting for their conversations.
     */
    synchronized void expire(long now) {
        inbox.stream()
                .filter(update -> update.state == PendingUpdate.State.WAITING && isTooOld(update, now))
                .forEach(this::expire);
        changed();
    }

    private boolean isTooOld(PendingUpdate update, long now) {
        return update.failure().isEmpty()
                && update.storedAt.isPresent()
                && inboxMaxAge
                        .filter(age -> now - update.storedAt.getAsLong() >= age.toNanos())
                        .isPresent();
    }

    private void expire(PendingUpdate update) {
        evidence.forget(update.conversation());
        update.expired(inboxMaxAge.orElseThrow());
    }

    /** The number of handlers that have been running for at least this time. */
    synchronized int running(long now, long atLeast) {
        return (int) handedOver.values().stream()
                .filter(update -> update.state == PendingUpdate.State.RUNNING && now - update.runningSince >= atLeast)
                .count();
    }

    /** All updates that are not done or are still in the inbox, in the order of handling. */
    private Stream<PendingUpdate> all() {
        return Stream.concat(
                inbox.stream(),
                updates.values().stream().filter(update -> !update.isDone() && !inbox.contains(update)));
    }

    /** Returns the updates to hand over now, in order, and marks them as handed over. */
    synchronized List<PendingUpdate> takeDue(long now) {
        limitedChats.values().removeIf(until -> until - now <= 0);
        List<PendingUpdate> due =
                waitingHeads().stream().filter(update -> due(update) - now <= 0).toList();
        for (PendingUpdate update : due) {
            update.state = PendingUpdate.State.HANDED_OVER;
            handedOver.put(update.conversation(), update);
        }
        return due;
    }

    /**
     * The time until the next update is due; empty if none is waiting. An update that waits for an earlier one of its
     * conversation does not count.
     */
    synchronized OptionalLong nextDue(long now) {
        return waitingHeads().stream().mapToLong(update -> due(update) - now).min();
    }

    /**
     * The first update of each conversation that has no update handed over. An update that is done but still in the
     * inbox keeps its place: after a crash it is handled again, and its conversation may have forgotten its id after
     * two other updates. An update that reports a chat migration waits for all earlier updates of both chats, and later
     * updates of both chats wait for it.
     */
    private List<PendingUpdate> waitingHeads() {
        Set<Object> seen = new HashSet<>(handedOver.keySet());
        Set<Long> chats = new HashSet<>();
        Set<Long> migrating = new HashSet<>();
        List<PendingUpdate> heads = new ArrayList<>();
        for (PendingUpdate update : (Iterable<PendingUpdate>) all()::iterator) {
            boolean isFirst = seen.add(update.conversation());
            if (!update.isDone()) {
                if (isFirst && !waitsForChats(update, chats, migrating)) {
                    heads.add(update);
                }
                update.chat().ifPresent(chats::add);
                update.migration().ifPresent(migration -> {
                    migrating.add(migration.from());
                    migrating.add(migration.to());
                });
            }
        }
        return heads;
    }

    private static boolean waitsForChats(PendingUpdate update, Set<Long> chats, Set<Long> migrating) {
        return update.chat().filter(migrating::contains).isPresent()
                || update.migration()
                        .filter(migration -> Stream.of(migration.from(), migration.to())
                                .anyMatch(chat -> chats.contains(chat) || migrating.contains(chat)))
                        .isPresent();
    }

    private long due(PendingUpdate update) {
        Optional<Long> limit = update.chat().map(limitedChats::get);
        if (limit.isPresent()) {
            return later(limit.get(), update.due);
        }
        boolean isUrgent = update.failures > 0 && update.limitedSince.isEmpty() && holdsUp(update);
        return isUrgent ? earlier(update.due, update.failedAt + LONGEST_PAUSE_WHEN_FULL) : update.due;
    }

    private static long earlier(long one, long other) {
        return one - other < 0 ? one : other;
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    /**
     * Whether the update may be handled now. If not, it waits again or is no longer pending; if it has become too old,
     * it is handed over once more to be given up. Also returns false if the update is no longer handed over: an
     * executor may run a task that it has rejected, although the update is already being handled.
     *
     * @param held whether the lease is held
     */
    synchronized boolean begin(PendingUpdate update, boolean held, long now) {
        if (update.state != PendingUpdate.State.HANDED_OVER) {
            return false;
        }
        boolean limited = update.chat().filter(limitedChats::containsKey).isPresent();
        boolean tooOld = isTooOld(update, now);
        if (!held || closed || limited || tooOld || !isPending(update)) {
            release(update, PendingUpdate.State.WAITING);
            if (tooOld) { // after the release: an update that is given up counts as a conversation of its own
                expire(update);
            }
            return false;
        }
        update.state = PendingUpdate.State.RUNNING;
        update.startMoment = evidence.moment();
        update.runningSince = now;
        return true;
    }

    private boolean isPending(PendingUpdate update) {
        return updates.get(update.id()) == update || inbox.contains(update);
    }

    private void release(PendingUpdate update, PendingUpdate.State state) {
        update.state = state;
        handedOver.remove(update.conversation(), update);
        changed();
    }

    /**
     * Records that its handler has succeeded. Conversations whose failures may be due to an outage are retried soon.
     */
    synchronized void handled(PendingUpdate update, long now) {
        if (update.key().isPresent()) {
            evidence.succeeded(update.conversation(), update.startMoment);
            all().filter(other -> other.state == PendingUpdate.State.WAITING && other.due - now > 0)
                    .filter(other -> evidence.refutes(update.startMoment, other.conversation()))
                    .forEach(other -> other.due = earlier(other.due, later(now, other.failedAt + SHORTEST_PAUSE)));
        }
        update.handled = true;
        done(update);
    }

    /** Records that the update is given up. */
    synchronized void givenUp(PendingUpdate update, String reason) {
        deadLetters++;
        update.burialReason = inboxMaxAge.map(age -> reason);
        done(update);
    }

    synchronized void done(PendingUpdate update) {
        release(update, PendingUpdate.State.DONE);
        boolean isLast =
                all().noneMatch(other -> !other.isDone() && other.conversation().equals(update.conversation()));
        if (isLast) {
            evidence.forget(update.conversation());
        }
    }

    /**
     * Takes back an update that was handed over and has not begun; the caller must let it be retried.
     *
     * @return false if the update is not handed over any more, for example because its handler is running
     */
    synchronized boolean takeBack(PendingUpdate update) {
        boolean taken = update.state == PendingUpdate.State.HANDED_OVER;
        if (taken) {
            update.state = PendingUpdate.State.RUNNING;
        }
        return taken;
    }

    /** Lets the update be handed over again at this time, unless it is done or is already waiting. */
    synchronized void retryAt(PendingUpdate update, long due) {
        if (update.state == PendingUpdate.State.DONE || update.state == PendingUpdate.State.WAITING) {
            return;
        }
        update.due = due;
        release(update, PendingUpdate.State.WAITING);
    }

    /** Lets the update be handed over again after a failure and a pause. */
    synchronized void retryIn(PendingUpdate update, long now, Duration pause) {
        update.failedAt = now;
        retryAt(update, now + pause.toNanos());
    }

    /**
     * Keeps all updates of its chat from beginning for a while, since nothing may be sent there.
     *
     * @param mayLast whether the limit never counts as a failure, however long it lasts
     * @return whether the update waits for this time too; false if its limits have lasted so long that they count as
     *     failures
     */
    synchronized boolean limit(PendingUpdate update, long now, Duration wait, boolean mayLast) {
        long until = now + wait.toNanos();
        update.chat().ifPresent(chat -> limitedChats.merge(chat, until, PendingUpdates::later));
        if (!mayLast) {
            update.limitedSince = OptionalLong.of(update.limitedSince.orElse(now));
            if (now - update.limitedSince.getAsLong() >= RetryAfter.LONGEST.toNanos()) {
                return false;
            }
        }
        evidence.forget(update.conversation());
        retryAt(update, until);
        return true;
    }

    /** Counts a failure that is the conversation's own; returns how many the update has had. */
    synchronized int failed(PendingUpdate update) {
        evidence.forget(update.conversation());
        return ++update.failures;
    }

    /** The assessment of a failure that may be due to an outage. */
    record Suspicion(boolean isOwn, int times, long suspects) {}

    /** Assesses a failure that may be due to an outage. */
    synchronized Suspicion suspected(PendingUpdate update, long now) {
        if (!isPending(update)) {
            return new Suspicion(false, 1, evidence.suspects());
        }
        boolean isOwn = evidence.failed(update.conversation(), holdsUp(update), handledBehind(update), now);
        if (isOwn) {
            // It is now clear that the failure before it was the conversation's own too.
            update.failures += update.failures == 0 && update.uncounted > 0 ? 2 : 1;
        } else {
            update.uncounted++;
        }
        return new Suspicion(isOwn, isOwn ? update.failures : update.uncounted, evidence.suspects());
    }

    private int handledBehind(PendingUpdate update) {
        return (int) updates.tailMap(update.id()).values().stream()
                .filter(other -> other.handled)
                .count();
    }

    /** How many were given up. */
    synchronized long deadLetters() {
        return deadLetters;
    }

    /** How many are not done. */
    synchronized int size() {
        return (int) unfinished().count();
    }

    /** How long the oldest update that is not done has been waiting; zero if there is none. */
    synchronized Duration lag(long now) {
        return unfinished()
                .map(update ->
                        Duration.ofNanos(now - earlier(update.receivedAt, update.storedAt.orElse(update.receivedAt))))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    private Stream<PendingUpdate> unfinished() {
        return all().filter(update -> !update.isDone());
    }

    synchronized long suspects() {
        return evidence.suspects();
    }

    /** Whether all received updates can be confirmed. */
    synchronized boolean isIdle() {
        return updates.values().stream().allMatch(PendingUpdate::isConfirmable);
    }

    /** Notifies the threads that wait for a change. */
    synchronized void changed() {
        changes++;
        notifyAll();
    }

    /** How often something has changed, for {@link #awaitChange}. */
    synchronized long changes() {
        return changes;
    }

    /**
     * Waits until something has changed since {@link #changes} returned this number, or until this is closed or time is
     * up.
     */
    synchronized void awaitChange(long since, long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; changes == since && !closed && left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
        }
    }

    /** Ensures that no more updates begin. */
    synchronized void close() {
        closed = true;
        changed();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Waits until this is closed or time is up. */
    synchronized void awaitClosed(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; !closed && left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
        }
    }

    /** Waits until no handler is running; returns false if one is still running after this time. */
    synchronized boolean awaitQuiet(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; isRunning(); left = end - System.nanoTime()) {
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
        }
        return true;
    }

    private boolean isRunning() {
        return handedOver.values().stream().anyMatch(update -> update.state == PendingUpdate.State.RUNNING);
    }
}
