package io.botfsm.conformance.storage;

import io.botfsm.conformance.Faults;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.deadline.DueConversation;
import io.botfsm.storage.deadline.MendReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** What can be wrong about a queue of deadlines, in the reference. */
final class QueueFaults extends Faults<ReferenceBackend> {
    private static final long A_WHILE = 200_000;

    QueueFaults() {
        finding();
        ordering();
        following();
        deferring();
        looking();
        mending();
        failing();
    }

    private Row<ReferenceQueue> inQueue(String name, Broken broken) {
        return how -> fault(name, broken).is(backend -> backend.opened = storage -> how.accept(storage.queue));
    }

    private void finding() {
        inQueue("MissesTopics", breaks(1))
                .is(q -> q.entries = (bot, now) ->
                        q.honestEntries(bot, now).filter(key -> key.thread().isEmpty()));
        inQueue("FindsOnce", breaks(1).alsoAny())
                .is(q -> q.confirm = (key, now) -> {
                    Optional<DueConversation> due = q.honestConfirm(key, now);
                    due.ifPresent(found -> q.backend.queued.remove(key));
                    return due;
                });
        inQueue("FindsWithTheVersionBefore", breaks(1).also(6))
                .is(q -> q.confirm = (key, now) -> q.honestConfirm(key, now)
                        .map(due -> DueConversation.of(key, due.deadline(), due.version() - 1, due.queuedAt())));
        inQueue("FindsTooEarly", breaks(2).alsoAny()).is(q -> {
            q.entries = (bot, now) -> q.honestEntries(bot, now.plus(Duration.ofDays(100)));
            q.confirm = (key, now) -> q.honestConfirm(key, now.plus(Duration.ofDays(100)));
        });
        inQueue("BelievesTheIndex", breaks(2).alsoAny())
                .is(q -> q.confirm = (key, now) -> {
                    Snapshot snapshot = q.backend.honestRead(key);
                    Instant place = q.backend.queued.getOrDefault(key, now);
                    return Optional.of(
                            DueConversation.of(key, snapshot.deadline().orElse(place), snapshot.version(), place));
                });
        inQueue("ReadsWhatHasEnded", breaks(2).also(8, 9, 11))
                .is(q -> q.confirm = (key, now) -> {
                    ReferenceBackend.Kept record = q.backend.kept.get(key);
                    Optional<Instant> deadline = record == null
                            ? Optional.empty()
                            : record.conversation().snapshot(Instant.EPOCH).deadline();
                    return deadline.isEmpty() || deadline.get().isAfter(now)
                            ? q.honestConfirm(key, now)
                            : Optional.of(DueConversation.of(
                                    key,
                                    deadline.get(),
                                    record.conversation().version(),
                                    q.backend.queued.getOrDefault(key, now)));
                });
    }

    private void ordering() {
        inQueue("LatestFirst", breaks(3).also(11)).is(q -> q.order = q.order.reversed());
        inQueue("IgnoresTheLimit", breaks(3).also(11))
                .is(q -> q.due = (bot, most) -> q.honestDue(bot, Integer.MAX_VALUE));
        inQueue("TakesAnyLimit", breaks(3)).is(q -> q.limit = any -> any);
        inQueue("StopsAtStaleEntries", breaks(3).also(11))
                .is(q -> q.due = (bot, most) -> {
                    Instant now = q.backend.time();
                    return q.honestEntries(bot, now)
                            .sorted(q.order)
                            .limit(most)
                            .flatMap(key -> q.honestConfirm(key, now).stream())
                            .toList();
                });
        inQueue("TakesIdsForPrefixes", breaks(4).alsoAny())
                .is(q -> q.entries = (bot, now) -> q.backend.queued.keySet().stream()
                        .filter(key -> key.bot().startsWith(bot)));
    }

    private void following() {
        fault("FollowsRefusedWrites", breaks(5).also(2))
                .is(backend -> backend.follow = (key, write) -> {
                    if (write.mutation().changesDeadline()
                            && write.mutation().deadline().isEmpty()) {
                        backend.queued.remove(key);
                    }
                    backend.honestFollow(key, write);
                });
        fault("KeepsItsPlace", breaks(5).also(7))
                .is(backend -> backend.follow = (key, write) -> {
                    Instant before = backend.queued.get(key);
                    backend.honestFollow(key, write);
                    if (before != null && write.step().next().deadline().isPresent()) {
                        backend.queued.put(key, before);
                    }
                });
        fault("FollowsAfterTheWrite", breaks(5).alsoAny()).is(backend -> {
            backend.follow = (key, write) -> {};
            backend.opened = storage -> storage.apply = (key, mutation) -> {
                var outcome = storage.honestApply(key, mutation);
                if (outcome instanceof Applied) {
                    Optional<Instant> deadline = backend.honestRead(key).deadline();
                    LockSupport.parkNanos(deadline.isEmpty() ? 5 * A_WHILE : 0); // a lost race
                    if (deadline.isPresent() && mutation.changesDeadline()) {
                        backend.queued.merge(key, deadline.get(), (one, other) -> one.isBefore(other) ? one : other);
                    } else if (deadline.isEmpty()) {
                        backend.queued.remove(key);
                    }
                }
                return outcome;
            };
        });
        inQueue("ForgetsWhatIsLater", breaks(5).also(2))
                .is(q -> q.confirm = (key, now) -> {
                    Optional<DueConversation> due = q.honestConfirm(key, now);
                    if (due.isEmpty()) {
                        q.backend.queued.remove(key);
                    }
                    return due;
                });
        inQueue("KeepsWhatHasGone", breaks(9).also(8))
                .is(q -> q.confirm = (key, now) -> {
                    Instant place = q.backend.queued.get(key);
                    Optional<DueConversation> due = q.honestConfirm(key, now);
                    if (place != null && q.backend.honestRead(key).deadline().isEmpty()) {
                        q.backend.queued.put(key, place);
                    }
                    return due;
                });
        fault("KeepsAnEntryOfWhatWasCleared", breaks(9, 10).alsoAny()).is(backend -> {
            backend.follow = (key, write) -> {
                backend.honestFollow(key, write);
                if (write.step().next().deadline().isEmpty()) {
                    backend.queued.put(key, Instant.MAX);
                }
            };
            backend.opened = storage -> storage.queue.mend = filter -> MendReport.of(0, 0, 0, 0);
        });
    }

    private void deferring() {
        inQueue("DefersTheDeadline", breaks(6, 8).also(7, 10))
                .is(q -> q.defer = (due, until) -> {
                    boolean deferred = q.honestDefer(due, until);
                    if (deferred) {
                        q.backend.write(
                                due.key(), Mutation.builder().deadline(until).build(), q.storage().ttl);
                    }
                    return deferred;
                });
        inQueue("DefersAllOrNone", breaks(6))
                .is(q -> q.deferAll = (due, until) ->
                        due.stream().allMatch(q::honestIsUnchanged) ? deferredEach(q, due, until) : List.of());
        inQueue("StopsDeferringAtWhatHasChanged", breaks(6))
                .is(q -> q.deferAll = (due, until) -> deferredEach(
                        q, due.stream().takeWhile(q::honestIsUnchanged).toList(), until));
        inQueue("ReturnsWhatItCouldNotDefer", breaks(6))
                .is(q -> q.deferAll = (due, until) -> {
                    deferredEach(q, due, until);
                    return due;
                });
        inQueue("EveryoneDefers", breaks(6)).is(q -> q.isUnchanged = due -> true);
        inQueue("DefersAnotherDeadline", breaks(6))
                .is(q -> q.isUnchanged = due -> due.queuedAt().equals(q.backend.queued.get(due.key())));
        inQueue("DefersWithoutALock", breaks(6))
                .is(q -> q.defer = (due, until) -> {
                    boolean unchanged = q.honestIsUnchanged(due);
                    LockSupport.parkNanos(A_WHILE);
                    if (unchanged) {
                        q.backend.queued.put(due.key(), Mutation.requireDeadline(until));
                    }
                    return unchanged;
                });
        inQueue("DefersForEver", breaks(6).also(7, 10))
                .is(q -> q.defer = (due, until) -> {
                    boolean deferred = q.honestDefer(due, until);
                    if (deferred) {
                        q.backend.queued.remove(due.key());
                    }
                    return deferred;
                });
        inQueue("DefersToAnyTime", breaks(6))
                .is(q -> q.defer = (due, until) -> {
                    boolean unchanged = q.honestIsUnchanged(due);
                    if (unchanged) {
                        q.backend.queued.put(due.key(), Mutation.requireDeadline(until));
                    }
                    return unchanged;
                });
        fault("AnyWriteEndsADeferral", breaks(6).also(7))
                .is(backend -> backend.follow = (key, write) -> {
                    backend.honestFollow(key, write);
                    write.step().next().deadline().ifPresent(deadline -> backend.queued.put(key, deadline));
                });
        fault("ADeferralHoldsBackEarlierDeadlines", breaks(7).also(5))
                .is(backend -> backend.follow = (key, write) -> {
                    Instant before = backend.queued.get(key);
                    backend.honestFollow(key, write);
                    if (before != null && before.isAfter(backend.time()) && backend.queued.containsKey(key)) {
                        backend.queued.put(key, before);
                    }
                });
    }

    private static List<DueConversation> deferredEach(ReferenceQueue q, List<DueConversation> due, Instant until) {
        return due.stream().filter(each -> q.defer(each, until)).toList();
    }

    private void looking() {
        inQueue("LookingIsWriting", breaks(8).also(1, 2, 6, 10))
                .is(q -> q.confirm = (key, now) -> {
                    q.backend.write(key, Mutation.builder().build(), q.storage().ttl);
                    return q.honestConfirm(key, now);
                });
        inQueue("LookingProlongs", breaks(8).also(2, 9))
                .is(q -> q.confirm = (key, now) -> {
                    long end = q.backend.now.getAsLong() + Duration.ofHours(1).toNanos();
                    q.backend.kept.computeIfPresent(
                            key,
                            (same, record) -> q.backend.isOver(record) || record.endNanos() == Long.MAX_VALUE
                                    ? record
                                    : new ReferenceBackend.Kept(record.conversation(), end));
                    return q.honestConfirm(key, now);
                });
    }

    private void mending() {
        inQueue("MendsNothing", breaks(10).also(11)).is(q -> q.mend = filter -> MendReport.of(0, 0, 0, 0));
        inQueue("MendsEverything", breaks(10).also(11))
                .is(q -> q.mend = filter -> q.honestMend(ConversationFilter.all()));
        inQueue("MendsWithoutCounting", breaks(10).also(11))
                .is(q -> q.mend = filter -> {
                    q.honestMend(filter);
                    return MendReport.of(0, 0, 0, 0);
                });
        inQueue("MendingEndsDeferrals", breaks(10))
                .is(q -> q.mend = filter -> {
                    MendReport report = q.honestMend(filter);
                    q.backend.queued.replaceAll(
                            (key, place) -> q.backend.honestRead(key).deadline().orElse(place));
                    return report;
                });
    }

    private void failing() {
        inQueue("FailsAtWhatCannotBeRead", breaks(11)).is(q -> {
            var honest = q.isUnreadable;
            q.isUnreadable = key -> {
                if (honest.test(key)) {
                    throw new IllegalStateException("cannot read " + key);
                }
                return false;
            };
        });
        inQueue("StopsAtWhatCannotBeRead", breaks(11))
                .is(q -> q.entries = (bot, now) -> {
                    List<StorageKey> before = new ArrayList<>();
                    for (StorageKey key :
                            q.honestEntries(bot, now).sorted(q.order).toList()) {
                        if (q.backend.spoilt.contains(key)) {
                            return before.stream();
                        }
                        before.add(key);
                    }
                    return before.stream();
                });
        inQueue("DoesNotNoticeThatItIsClosed", breaks(12)).is(q -> {
            var honest = q.requireUsable;
            q.requireUsable = () -> {
                if (!q.storage().isClosed()) {
                    honest.run();
                }
            };
        });
        inQueue("TakesAnOutageForNothing", breaks(12)).is(q -> {
            var honest = q.requireUsable;
            q.requireUsable = () -> {
                if (!q.storage().isOpenButUnavailable()) {
                    honest.run();
                }
            };
        });
        inQueue("FailsWithADriversException", breaks(12)).is(q -> {
            var honest = q.requireUsable;
            q.requireUsable = () -> {
                if (q.storage().isOpenButUnavailable()) {
                    throw new IllegalStateException("connection reset");
                }
                honest.run();
            };
        });
    }
}
