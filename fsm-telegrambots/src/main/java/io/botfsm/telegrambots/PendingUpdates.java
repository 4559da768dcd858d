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
 * The updates that are not done, and those that are not confirmed: at most the 100 that Telegram gives beyond an
 * offset, in the order of their ids, and before them those that an inbox keeps, in its order. An update is handed over
 * only when all earlier ones of its conversation are done, whatever became of them in between. Thread-safe.
 */
final class PendingUpdates {
    /** As many as Telegram gives. */
    static final int LIMIT = 100;

    /** A failing update that keeps a full window from moving on is not waited for any longer. */
    private static final long LONGEST_PAUSE_WHEN_FULL = TimeUnit.SECONDS.toNanos(1);

    /** What may be an outage is tried again no sooner, however many others succeed. */
    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);

    /** What is not done so long after it has come is stored. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

    /** The same where Telegram gives no more before. */
    private static final long PATIENCE_WHEN_FULL = TimeUnit.MILLISECONDS.toNanos(100);

    private final Function<? super Update, Optional<StorageKey>> keys;
    private final Optional<Duration> inboxMaxAge;
    /** Those that are not confirmed to Telegram, as far as this session knows. */
    private final TreeMap<Long, PendingUpdate> updates = new TreeMap<>();
    /** Those that are in the inbox, or may be, until they are removed from it; of all that wait they are the first. */
    private final Set<PendingUpdate> inbox = new LinkedHashSet<>();

    private final OutageEvidence evidence;
    /** Until when Telegram wants nothing to be sent to a chat. */
    private final Map<Long, Long> limitedChats = new HashMap<>();

    /** By conversation: the update that an executor has, or that runs. */
    private final Map<Object, PendingUpdate> handedOver = new HashMap<>();

    private OptionalLong beyond = OptionalLong.empty();
    private long changes;
    private long deadLetters;
    private boolean closed;

    /**
     * No updates yet.
     *
     * @param inboxMaxAge how long an update may wait in the inbox, if there is one: dead letters are kept there then,
     *     and not confirmed before that
     */
    PendingUpdates(
            Function<? super Update, Optional<StorageKey>> keys,
            Duration outageTimeout,
            Optional<Duration> inboxMaxAge) {
        this.keys = keys;
        this.inboxMaxAge = inboxMaxAge;
        this.evidence = new OutageEvidence(outageTimeout);
    }

    /** What can be confirmed: all below the first update that is neither done nor stored. Empty before the first. */
    synchronized OptionalLong offset() {
        Optional<PendingUpdate> first = first();
        return first.isPresent() ? OptionalLong.of(first.get().id()) : beyond;
    }

    private Optional<PendingUpdate> first() {
        return updates.values().stream()
                .filter(update -> !update.isConfirmable())
                .findFirst();
    }

    /** Whether Telegram gives no more before this one is done. */
    private boolean holdsUp(PendingUpdate update) {
        return first().filter(first -> first == update).isPresent()
                && updates.tailMap(update.id()).size() >= LIMIT;
    }

    /**
     * Takes in an answer.
     *
     * @param asked the offset that was asked for, and is confirmed thereby
     */
    synchronized void admit(OptionalLong asked, List<ReceivedUpdate> received, long now) {
        asked.ifPresent(offset -> updates.headMap(offset).clear());
        if (received.stream().anyMatch(update -> asked.isPresent() && update.id() < asked.getAsLong())) {
            // Telegram has begun at a random id, as it may after a week without updates: none of the former is left
            // there.
            updates.clear();
            evidence.clear();
            beyond = OptionalLong.empty();
        }
        for (ReceivedUpdate update : received) {
            PendingUpdate known = updates.get(update.id());
            if (known == null || !known.isSame(update)) {
                updates.put(update.id(), PendingUpdate.of(update, keys, now));
            }
            beyond = OptionalLong.of(Math.max(beyond.orElse(0), update.id() + 1));
        }
    }

    /**
     * Takes in what waits in the inbox, but for those that are known. Telegram may deliver it again, if the one who has
     * stored it did not confirm it.
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
     * What is due to be stored: of those that are neither done nor stored the first ones, so that no update is stored
     * before another that Telegram may deliver again.
     */
    synchronized List<PendingUpdate> toStore(long now) {
        long patience = patience();
        return unstored()
                .takeWhile(update -> now - update.receivedAt >= patience)
                .toList();
    }

    /** How long nothing is due to be stored. */
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

    /** From now on they may be in the inbox. */
    synchronized void storing(List<PendingUpdate> batch) {
        inbox.addAll(batch);
    }

    /** They are in the inbox. */
    synchronized void stored(List<PendingUpdate> batch, long now) {
        batch.forEach(update -> update.storedAt = OptionalLong.of(now));
        changed();
    }

    /** Those to remove from the inbox. */
    synchronized List<PendingUpdate> toRemove() {
        return inbox.stream()
                .filter(update -> update.isDone() && update.burial.isEmpty())
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
                .filter(update -> update.burial.isPresent())
                .findFirst();
    }

    synchronized void buried(PendingUpdate update) {
        update.burial = Optional.empty();
        inbox.remove(update);
        changed();
    }

    /** Gives up those that have waited in the inbox for too long; whatever their conversation waits for. */
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

    /** How many handlers have run for so long. */
    synchronized int running(long now, long atLeast) {
        return (int) handedOver.values().stream()
                .filter(update -> update.state == PendingUpdate.State.RUNNING && now - update.runningSince >= atLeast)
                .count();
    }

    /** All that are not done, and those that are but have to be removed from the inbox, in the order to handle them. */
    private Stream<PendingUpdate> all() {
        return Stream.concat(
                inbox.stream(),
                updates.values().stream().filter(update -> !update.isDone() && !inbox.contains(update)));
    }

    /** Those to hand over now, in order; they are taken for handed over. */
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

    /** When the next one is due, if one waits; what waits for another of its conversation is not due before that is. */
    synchronized OptionalLong nextDue(long now) {
        return waitingHeads().stream().mapToLong(update -> due(update) - now).min();
    }

    /**
     * The first update of each conversation of which none is handed over. One that is done but still in the inbox keeps
     * its place: after a crash it is handled again, and a conversation may have forgotten its id after two others. One
     * by which a chat migrates waits for all updates of both chats before it, and those behind it wait for it.
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
        boolean hurries = update.failures > 0 && update.limitedSince.isEmpty() && holdsUp(update);
        return hurries ? earlier(update.due, update.failedAt + LONGEST_PAUSE_WHEN_FULL) : update.due;
    }

    private static long earlier(long one, long other) {
        return one - other < 0 ? one : other;
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    /**
     * Whether it may be handled now. If not, it waits, or its time is over, or it has become too old and is handed over
     * once more to be given up; or it is not handed over, since the executor runs what it has refused, and a handler
     * may be at it.
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
            if (tooOld) { // released first, as one that is given up counts as a conversation of its own
                expire(update);
            }
            return false;
        }
        update.state = PendingUpdate.State.RUNNING;
        update.begun = evidence.moment();
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

    /** Its handler has succeeded. Conversations that may have met an outage are tried again soon. */
    synchronized void handled(PendingUpdate update, long now) {
        if (update.key().isPresent()) {
            evidence.succeeded(update.conversation(), update.begun);
            all().filter(other -> other.state == PendingUpdate.State.WAITING && other.due - now > 0)
                    .filter(other -> evidence.refutes(update.begun, other.conversation()))
                    .forEach(other -> other.due = earlier(other.due, later(now, other.failedAt + SHORTEST_PAUSE)));
        }
        update.handled = true;
        done(update);
    }

    /** It is given up. */
    synchronized void givenUp(PendingUpdate update, String reason) {
        deadLetters++;
        update.burial = inboxMaxAge.map(age -> reason);
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
     * Takes back what was handed over and has not begun; it is to be retried then.
     *
     * @return false if it has begun meanwhile: its handler runs
     */
    synchronized boolean takeBack(PendingUpdate update) {
        boolean taken = update.state == PendingUpdate.State.HANDED_OVER;
        if (taken) {
            update.state = PendingUpdate.State.RUNNING;
        }
        return taken;
    }

    /** To be handed over again at that time, unless it is done or waits already. */
    synchronized void retryAt(PendingUpdate update, long due) {
        if (update.state == PendingUpdate.State.DONE || update.state == PendingUpdate.State.WAITING) {
            return;
        }
        update.due = due;
        release(update, PendingUpdate.State.WAITING);
    }

    /** To be handed over again after a failure. */
    synchronized void retryIn(PendingUpdate update, long now, Duration pause) {
        update.failedAt = now;
        retryAt(update, now + pause.toNanos());
    }

    /**
     * Lets nothing of its chat begin for a while, since nothing is to be sent there.
     *
     * @param mayLast whether it never counts as a failure, however long it lasts
     * @return whether it waits for that too; not once limits have lasted long, which count as failures then
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

    /** A failure that is the conversation's own; returns how many there were. */
    synchronized int failed(PendingUpdate update) {
        evidence.forget(update.conversation());
        return ++update.failures;
    }

    /** What a failure that may be an outage means. */
    record Suspicion(boolean isOwn, int times, long suspects) {}

    /** A failure that may be an outage. */
    synchronized Suspicion suspected(PendingUpdate update, long now) {
        if (!isPending(update)) {
            return new Suspicion(false, 1, evidence.suspects());
        }
        boolean isOwn = evidence.failed(update.conversation(), holdsUp(update), handledBehind(update), now);
        if (isOwn) {
            // The one before it was its own too, as is known now.
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
        return (int) undone().count();
    }

    /** How long the oldest of those that are not done has been here; zero if there is none. */
    synchronized Duration lag(long now) {
        return undone().map(update ->
                        Duration.ofNanos(now - earlier(update.receivedAt, update.storedAt.orElse(update.receivedAt))))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    private Stream<PendingUpdate> undone() {
        return all().filter(update -> !update.isDone());
    }

    synchronized long suspects() {
        return evidence.suspects();
    }

    /** Whether all that came can be confirmed. */
    synchronized boolean isIdle() {
        return updates.values().stream().allMatch(PendingUpdate::isConfirmable);
    }

    /** Something has changed. */
    synchronized void changed() {
        changes++;
        notifyAll();
    }

    /** How often something has changed, for {@link #awaitChange}. */
    synchronized long changes() {
        return changes;
    }

    /** Waits for a change since then. */
    synchronized void awaitChange(long since, long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; changes == since && !closed && left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
        }
    }

    /** Nothing begins any more. */
    synchronized void close() {
        closed = true;
        changed();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Waits until nothing begins any more. */
    synchronized void awaitClosed(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; !closed && left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
        }
    }

    /** Waits until nothing runs; returns whether that came within the time. */
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
