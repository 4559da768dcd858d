package io.botfsm.conformance.storage;

import io.botfsm.conformance.Faults;
import io.botfsm.conformance.internal.BackendTime;
import io.botfsm.conformance.storage.ReferenceBackend.Connection;
import io.botfsm.conformance.storage.ReferenceBackend.Decision;
import io.botfsm.conformance.storage.ReferenceBackend.Kept;
import io.botfsm.conformance.storage.ReferenceBackend.Write;
import io.botfsm.storage.EventId;
import io.botfsm.storage.EventSourceLimitException;
import io.botfsm.storage.EventWindow;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.StoredConversation.Step;
import io.botfsm.storage.WriteContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** What can be wrong about a storage, in the reference. */
final class StorageFaults extends Faults<ReferenceBackend> {
    StorageFaults() {
        reading();
        keys();
        writing();
        versions();
        conditions();
        lifetime();
        texts();
        fencing();
        events();
        sources();
        times();
        attributes();
        deadlines();
        ends();
        closing();
        outage();
        growth();
    }

    private Row<ReferenceStorage> inStorage(String name, Broken broken) {
        return how -> fault(name, broken).is(backend -> backend.opened = how);
    }

    private void reading() {
        fault("ReadingCreates", breaks(1).also(2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 14, 18, 19, 20, 21, 22))
                .is(b -> b.read = key -> {
                    b.kept.putIfAbsent(b.address.apply(key), new Kept(empty(b.nowMicros.getAsLong()), Long.MAX_VALUE));
                    return b.honestRead(key);
                });
        fault("ReadingProlongs", breaks(1).also(10, 23))
                .is(b -> b.read = key -> {
                    long prolonged = b.now.getAsLong() + Duration.ofHours(1).toNanos();
                    b.kept.computeIfPresent(
                            b.address.apply(key),
                            (same, record) -> b.isOver(record) || record.endNanos() == Long.MAX_VALUE
                                    ? record
                                    : new Kept(record.conversation(), prolonged));
                    return b.honestRead(key);
                });
        inStorage("CachesWhatItRead", breaks(2).alsoAny()).is(s -> {
            Map<StorageKey, CompletionStage<Snapshot>> cache = new ConcurrentHashMap<>();
            s.read = key -> s.isClosed() ? s.honestRead(key) : cache.computeIfAbsent(key, s::honestRead);
            s.write = (key, m) -> {
                cache.remove(key);
                return s.honestWrite(key, m);
            };
        });
        // Acknowledged at once, and unknown to the other storages for a moment.
        inStorage("WritesBehind", breaks(2).also(4, 5, 6, 7, 8, 9, 12, 13, 14, 16, 17, 18, 19, 20, 23))
                .is(s -> {
                    ReferenceBackend own = new ReferenceBackend();
                    own.now = s.backend.now;
                    s.read = key -> s.isClosed() || !s.isUp()
                            ? s.honestRead(key)
                            : CompletableFuture.completedFuture(own.honestRead(key));
                    s.apply = (key, m) -> {
                        Outcome outcome = own.write(key, m, s.ttl);
                        s.honestApply(key, m);
                        LockSupport.parkNanos(1);
                        s.backend.kept.compute(key, (same, record) -> own.kept.get(key));
                        return outcome;
                    };
                });
        // The stage of an earlier read shows later writes.
        inStorage("AnswersLive", breaks(15)).is(s -> {
            Map<StorageKey, CompletableFuture<Snapshot>> read = new ConcurrentHashMap<>();
            s.read = key -> {
                CompletableFuture<Snapshot> answer = s.honestRead(key).toCompletableFuture();
                read.put(key, answer);
                return answer;
            };
            s.apply = (key, m) -> {
                Outcome outcome = s.honestApply(key, m);
                Optional.ofNullable(read.get(key))
                        .ifPresent(earlier -> earlier.obtrudeValue(s.backend.honestRead(key)));
                return outcome;
            };
        });
    }

    private static StoredConversation empty(long version) {
        return StoredConversation.builder().version(version).build();
    }

    private void keys() {
        fault("JoinsKeysWithColons", breaks(3))
                .is(b -> b.address = k -> String.join(
                        ":",
                        k.bot(),
                        k.chat(),
                        k.user(),
                        k.thread().orElse(""),
                        k.business().orElse(""),
                        k.destiny()));
        fault("EscapesColonsButNotPercents", breaks(3))
                .is(b -> b.address = k -> k.bot() + ":" + k.chat().replace(":", "%3A") + ":"
                        + k.user().replace(":", "%3A") + ":" + k.thread() + k.business() + k.destiny());
        fault("MixesUpThreadAndBusiness", breaks(3))
                .is(b -> b.address = k -> Set.of(
                        "b" + k.bot(),
                        "c" + k.chat(),
                        "u" + k.user(),
                        k.thread().or(k::business),
                        "d" + k.destiny()));
        fault("IgnoresDestiny", breaks(3))
                .is(b -> b.address = k ->
                        Set.of("b" + k.bot(), "c" + k.chat(), "u" + k.user(), "t" + k.thread(), "n" + k.business()));
        fault("ComparesKeysWithoutCase", breaks(3))
                .is(b -> b.address = k -> k.toString().toLowerCase(Locale.ROOT));
    }

    private void writing() {
        inStorage("LosesConcurrentWrites", breaks(8, 12).also(2, 4, 6, 16))
                .is(s -> s.apply = (key, m) -> {
                    Write write = s.backend.decided(key, s.backend.kept.get(key), m, s.ttl);
                    LockSupport.parkNanos(1_000);
                    s.backend.kept.compute(key, (same, record) -> s.backend.honestStore(write));
                    return write.step().outcome();
                });
        inStorage("WritesStateThenData", breaks(4).also(2, 5, 6, 7, 10, 12, 14, 17, 19, 20, 21))
                .is(s -> s.apply = (key, m) -> {
                    boolean changesData = m.replacesData()
                            || !m.puts().isEmpty()
                            || !m.removals().isEmpty();
                    if (!m.changesState() || !changesData) {
                        return s.honestApply(key, m);
                    }
                    Outcome first = s.honestApply(key, state(m));
                    if (!(first instanceof Applied before)) {
                        return first;
                    }
                    LockSupport.parkNanos(1_000);
                    return s.honestApply(key, data(m)) instanceof Applied after
                            ? applied(
                                    before,
                                    before.previousState(),
                                    after.state(),
                                    before.previousVersion(),
                                    after.version())
                            : before;
                });
        fault("PatchesReplaceEverything", breaks(8).also(2, 3, 4, 5, 6, 9, 10, 11, 12, 14, 17, 19, 23))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    return m.replacesData() || m.puts().isEmpty() || !(step.outcome() instanceof Applied)
                            ? step
                            : with(step, m.puts());
                });
        fault("ReplaceKeepsOldEntries", breaks(9).also(2, 3, 4, 5, 6, 7, 10, 11, 13, 14, 15, 18, 19))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    return !m.replacesData() || m.puts().isEmpty() || !(step.outcome() instanceof Applied)
                            ? step
                            : with(step, merged(before.data(), m.puts()));
                });
        fault("ClearKeepsData", breaks(9).also(2, 3, 4, 5, 6, 7, 10, 11, 13, 14, 15, 18, 19))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    boolean clears = m.changesState()
                            && m.state().isEmpty()
                            && m.replacesData()
                            && m.puts().isEmpty();
                    return clears
                                    && step.outcome() instanceof Applied
                                    && !step.next().isGone()
                            ? with(step, before.data())
                            : step;
                });
        fault("TellsTheNewStateAsThePrevious", breaks(5).also(1, 2, 10, 11, 23))
                .is(b -> b.decide = reporting(a -> applied(a, a.state(), a.state(), a.previousVersion(), a.version())));
        fault("TellsThePreviousVersionOneTooLow", breaks(5).also(6, 10, 23))
                .is(b -> b.decide = reporting(a ->
                        applied(a, a.previousState(), a.state(), Math.max(0, a.previousVersion() - 1), a.version())));
        fault("TellsAVersionOfWhatIsGone", breaks(5).also(6, 9, 10, 21, 22))
                .is(b -> b.decide = reporting(a -> a.version() == 0
                        ? applied(a, a.previousState(), a.state(), a.previousVersion(), a.previousVersion() + 1)
                        : a));
    }

    /** The half of a mutation that changes the state. */
    private static Mutation state(Mutation m) {
        Mutation.Builder state = Mutation.builder();
        m.state().ifPresentOrElse(state::state, state::clearState);
        m.fencingToken().ifPresent(state::fencingToken);
        m.eventId().ifPresent(state::eventId);
        m.expectedVersion().ifPresent(state::expectVersion);
        if (m.expectsState()) {
            m.expectedState().ifPresentOrElse(state::expectState, state::expectNoState);
        }
        return state.build();
    }

    /** The half of a mutation that changes the data. */
    private static Mutation data(Mutation m) {
        Mutation.Builder data = Mutation.builder();
        if (m.replacesData()) {
            data.replaceData(m.puts());
        } else {
            m.puts().forEach(data::put);
            m.removals().forEach(data::remove);
        }
        m.ttl().ifPresent(data::ttl);
        return m.persists() ? data.persist().build() : data.build();
    }

    private static Step with(Step step, Map<String, String> data) {
        StoredConversation next = step.next();
        return next(step, next.toBuilder().data(data).build());
    }

    /** The step with another conversation stored, and reported as the true one. */
    private static Step next(Step step, StoredConversation other) {
        return Step.of(other, step.outcome(), step.timeToLive());
    }

    /** The step, reported with another outcome. */
    private static Step reporting(Step step, Outcome other) {
        return Step.of(step.next(), other, step.timeToLive());
    }

    private static Step refusing(StoredConversation before, Outcome why) {
        return Step.of(before, why, Optional.empty());
    }

    /** The outcome of a write, with other states or versions. */
    private static Applied applied(
            Applied truth, Optional<String> before, Optional<String> after, long previousVersion, long version) {
        return Applied.of(before, after, previousVersion, version)
                .timed(truth.previousSince(), truth.at().orElseThrow());
    }

    private static Decision reporting(UnaryOperator<Applied> lie) {
        return (before, m, now) -> {
            Step step = before.apply(m, now);
            return step.outcome() instanceof Applied truth ? reporting(step, lie.apply(truth)) : step;
        };
    }

    private void versions() {
        fault("VersionsBeginAtOne", breaks(6).also(1, 7, 20)).is(b -> b.nowMicros = () -> 1);
        fault("VersionsAreOnlyTheTime", breaks(6)).is(b -> b.nowMicros = () -> 1 + b.now.getAsLong() / 1_000);
        // SELECT … FOR UPDATE locks no row that is not there; the INSERT succeeds if there is none any more.
        inStorage("LocksNoAbsentRecord", breaks(6))
                .is(s -> s.apply = (key, m) -> {
                    while (s.backend.kept.get(key) == null) {
                        Write decided = s.backend.decided(key, null, m, s.ttl);
                        LockSupport.parkNanos(1_000);
                        AtomicBoolean absent = new AtomicBoolean();
                        s.backend.kept.compute(key, (same, record) -> {
                            absent.set(record == null);
                            return record == null ? s.backend.honestStore(decided) : record;
                        });
                        if (absent.get()) {
                            return decided.step().outcome();
                        }
                    }
                    return s.honestApply(key, m);
                });
        fault("EmptyMutationKeepsTheVersion", breaks(6).also(5, 17))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    StoredConversation next = step.next();
                    boolean same =
                            next.state().equals(before.state()) && next.data().equals(before.data());
                    if (!same || before.isGone() || !(step.outcome() instanceof Applied a)) {
                        return step;
                    }
                    return Step.of(
                            next.toBuilder().version(before.version()).build(),
                            applied(a, a.previousState(), a.state(), a.previousVersion(), before.version()),
                            step.timeToLive());
                });
    }

    private void conditions() {
        fault("RefusedWriteRestartsTheTimeToLive", breaks(7))
                .is(b -> b.store =
                        w -> w.step().outcome() instanceof Applied || w.record() == null || b.isOver(w.record())
                                ? b.honestStore(w)
                                : new Kept(w.record().conversation(), b.honestEnd(w)));
        fault("RefusedWriteRemembersTheFence", breaks(7).also(5, 14, 19))
                .is(b -> b.store = w -> {
                    StoredConversation next = w.step().next();
                    return w.step().outcome() instanceof Conflict
                                    && w.mutation().fencingToken().isPresent()
                                    && !next.isGone()
                            ? new Kept(
                                    fence(next, w.mutation().fencingToken().getAsLong()),
                                    w.record().endNanos())
                            : b.honestStore(w);
                });
        fault("RefusedWriteRemembersTheEvent", breaks(7, 14).also(5, 9, 19))
                .is(b -> b.store = w -> {
                    if (!(w.step().outcome() instanceof Conflict)
                            || w.mutation().eventId().isEmpty()) {
                        return b.honestStore(w);
                    }
                    StoredConversation next = w.step().next();
                    EventWindow events =
                            next.events().with(w.mutation().eventId().get());
                    long version = Math.max(1, next.version());
                    return new Kept(
                            next.toBuilder().version(version).events(events).build(), Long.MAX_VALUE);
                });
        fault("ConflictDoesNotTellWhatIsThere", breaks(7).also(14, 15, 19, 20, 23))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    return step.outcome() instanceof Conflict ? reporting(step, Conflict.of(Snapshot.none())) : step;
                });
        fault("ChecksTheVersionBeforeTheEvent", breaks(7).also(5, 14, 19, 23))
                .is(b -> b.decide = (before, m, now) -> {
                    boolean fenced = m.fencingToken().orElse(before.fencingToken()) < before.fencingToken();
                    return !fenced && m.expectedVersion().orElse(before.version()) != before.version()
                            ? refusing(before, Conflict.of(before.snapshot(now.now())))
                            : before.apply(m, now);
                });
        fault("ChecksTheEventBeforeTheFence", breaks(7).also(5, 14, 19))
                .is(b -> b.decide = (before, m, now) -> m.eventId().isPresent()
                                && before.events().contains(m.eventId().get())
                        ? refusing(before, Duplicate.of(before.snapshot(now.now())))
                        : before.apply(m, now));
    }

    private static boolean changesNothing(Mutation m) {
        return !m.changesState()
                && !m.replacesData()
                && m.puts().isEmpty()
                && m.removals().isEmpty();
    }

    private static Mutation withoutVersion(Mutation m) {
        Mutation.Builder rest = Mutation.builder().eventId(m.eventId().orElseThrow());
        m.fencingToken().ifPresent(rest::fencingToken);
        return rest.build();
    }

    private static StoredConversation fence(StoredConversation c, long fence) {
        return c.toBuilder().fencingToken(fence).build();
    }

    private static StoredConversation events(StoredConversation c, EventWindow events) {
        return c.toBuilder().events(events).build();
    }

    private void lifetime() {
        fault("IgnoresTheTimeToLive", breaks(10).also(1, 6, 7, 13, 18, 23)).is(b -> b.end = w -> Long.MAX_VALUE);
        fault("DoesNotRestartTheTimeToLive", breaks(10).also(18))
                .is(b -> b.end = w -> w.record() == null || b.isOver(w.record())
                        ? b.honestEnd(w)
                        : w.record().endNanos());
        fault("EmptyMutationDoesNotRestartTheTimeToLive", breaks(10))
                .is(b -> b.end = w -> {
                    Mutation m = w.mutation();
                    return !changesNothing(m) || m.persists() || m.ttl().isPresent() || w.record() == null
                            ? b.honestEnd(w)
                            : w.record().endNanos();
                });
        fault("IgnoresTheOverride", breaks(10).also(6, 7, 23))
                .is(b -> b.end = w -> w.isOutlived() ? b.honestEnd(w) : b.endAfter(w.ttl()));
        fault("IgnoresPersist", breaks(10).also(23))
                .is(b -> b.end = w -> w.mutation().persists() ? b.endAfter(w.ttl()) : b.honestEnd(w));
        fault("OverrideStays", breaks(10).also(18))
                .is(b -> b.end = w -> {
                    boolean overrides =
                            w.mutation().ttl().isPresent() || w.mutation().persists();
                    return w.record() != null
                                    && !b.isOver(w.record())
                                    && w.ttl().isEmpty()
                                    && !overrides
                            ? w.record().endNanos()
                            : b.honestEnd(w);
                });
        fault("StateEndsBeforeData", breaks(10))
                .is(b -> b.read = key -> {
                    Snapshot now = b.honestRead(key);
                    Kept record = b.kept.get(key);
                    return record == null
                                    || record.endNanos() - b.now.getAsLong()
                                            > Duration.ofMinutes(30).toNanos()
                            ? now
                            : now.toBuilder().state(Optional.empty()).build();
                });
        fault("EmptyMutationCreates", breaks(10).also(5, 6, 9, 11, 18, 20, 21, 22))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    return before.isGone() && step.next().isGone() && step.outcome() instanceof Applied a
                            ? Step.of(
                                    empty(now.firstVersion()),
                                    applied(a, Optional.empty(), Optional.empty(), 0, now.firstVersion()),
                                    step.timeToLive())
                            : step;
                });
    }

    private void texts() {
        inStorage("ParsesNumbers", breaks(11).also(5)).is(data((name, json) -> json.equals("1.0") ? "1" : json));
        inStorage("TrimsJson", breaks(11)).is(data((name, json) -> json.strip()));
        inStorage("CutsLongTexts", breaks(11))
                .is(data((name, json) -> json.substring(0, Math.min(json.length(), 65_535))));
        inStorage("EndsTextsAtNul", breaks(11))
                .is(storing((name, json) -> json, state -> state.replaceFirst("\0.*", "")));
        inStorage("KnowsOnlyTheBasicPlane", breaks(11)).is(data((name, json) -> json.replace("\ud83e\udd8a", "?")));
        inStorage("TakesADataNameForItsOwn", breaks(11)).is(data((name, json) -> name.equals("v") ? "0" : json));
        inStorage("TakesTheEmptyStateForNone", breaks(11).also(20))
                .is(s -> s.apply = (key, m) -> s.honestApply(
                        key,
                        m.state().equals(Optional.of(""))
                                ? Mutation.builder().clearState().build()
                                : m));
        inStorage("LosesManyEntries", breaks(11))
                .is(s -> s.apply = (key, m) -> {
                    Map<String, String> some = new LinkedHashMap<>();
                    m.puts().entrySet().stream().limit(4_000).forEach(e -> some.put(e.getKey(), e.getValue()));
                    return s.honestApply(
                            key,
                            m.replacesData() ? m.toBuilder().replaceData(some).build() : m);
                });
    }

    private static Consumer<ReferenceStorage> data(BinaryOperator<String> json) {
        return storing(json, state -> state);
    }

    private static Consumer<ReferenceStorage> storing(BinaryOperator<String> data, UnaryOperator<String> state) {
        return s -> s.apply = (key, m) -> {
            Mutation.Builder changed = m.toBuilder();
            Map<String, String> puts = new LinkedHashMap<>();
            m.puts().forEach((name, json) -> puts.put(name, data.apply(name, json)));
            m.state().map(state).ifPresent(changed::state);
            if (m.replacesData()) {
                changed.replaceData(puts);
            } else {
                puts.forEach(changed::put);
            }
            return s.honestApply(key, changed.build());
        };
    }

    private void fencing() {
        fault("ForgetsTheFenceOnClear", breaks(13).also(5, 6, 7, 9, 18, 23))
                .is(b -> b.decide = after((m, next) -> !next.isTombstone()
                        ? next
                        : next.events().isEmpty() ? StoredConversation.none() : fence(next, 0)));
        fault("AnyTokenReplacesTheFence", breaks(13).also(5))
                .is(b -> b.decide = after((m, next) ->
                        m.fencingToken().isPresent() || next.isGone() || !m.replacesData() || next.isTombstone()
                                ? next
                                : fence(next, 0)));
        fault("ComparesTokensAsText", breaks(13).also(5, 6, 7, 18, 23))
                .is(b -> b.decide = (before, m, now) -> {
                    boolean compared = m.fencingToken().isPresent() && before.fencingToken() != 0;
                    if (compared
                            && Long.toString(m.fencingToken().getAsLong())
                                            .compareTo(Long.toString(before.fencingToken()))
                                    < 0) {
                        return refusing(before, Fenced.of(before.fencingToken()));
                    }
                    Step step = fence(before, 0).apply(m, now);
                    return m.fencingToken().isPresent()
                                    || before.fencingToken() == 0
                                    || step.next().isGone()
                            ? step
                            : next(step, fence(step.next(), before.fencingToken()));
                });
        fault("RefusesTheEqualToken", breaks(13).also(5, 6, 7, 18, 23))
                .is(b -> b.decide = (before, m, now) ->
                        before.fencingToken() != 0 && m.fencingToken().orElse(0) == before.fencingToken()
                                ? refusing(before, Fenced.of(before.fencingToken()))
                                : before.apply(m, now));
        fault("RoundsTokens", breaks(13))
                .is(b -> b.decide = after((m, next) ->
                        next.fencingToken() >= 1L << 52 ? fence(next, next.fencingToken() / 100 * 100) : next));
    }

    /** Stores something other than the decision on a mutation that was applied. */
    private static Decision after(BiFunction<Mutation, StoredConversation, StoredConversation> wrong) {
        return (before, m, now) -> {
            Step step = before.apply(m, now);
            if (!(step.outcome() instanceof Applied a)) {
                return step;
            }
            StoredConversation next = wrong.apply(m, step.next());
            return Step.of(
                    next,
                    applied(a, a.previousState(), a.state(), a.previousVersion(), next.version()),
                    step.timeToLive());
        };
    }

    private void events() {
        fault("AppliesDuplicates", breaks(14).also(5, 7, 9, 12, 19, 20, 23))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = events(before, EventWindow.empty()).apply(m, now);
                    return step.outcome() instanceof Applied ? step : before.apply(m, now);
                });
        fault("RefusesEverythingBelowTheHighestEvent", breaks(14).also(5, 18, 19))
                .is(b -> b.decide = (before, m, now) -> {
                    boolean below = m.eventId().isPresent()
                            && LongStream.rangeClosed(0, 256)
                                    .anyMatch(i -> m.eventId().get().counted().stream()
                                            .anyMatch(id -> before.events().contains(EventId.of(id + i))));
                    return below && m.fencingToken().orElse(before.fencingToken()) >= before.fencingToken()
                            ? refusing(before, Duplicate.of(before.snapshot(now.now())))
                            : before.apply(m, now);
                });
        fault("ForgetsTheSecondRun", breaks(14).also(19, 23))
                .is(b -> b.decide = after((m, next) ->
                        events(next, EventWindow.of(next.events().latest(), new byte[0], rings(next.events())))));
        fault("RemembersTooFewEvents", breaks(14).also(5, 19))
                .is(b -> b.decide = after((m, next) -> {
                    byte[] latest = next.events().latest();
                    byte[] few = Arrays.copyOf(latest, Math.min(latest.length, 38));
                    return events(next, EventWindow.of(few, next.events().other(), rings(next.events())));
                }));
        fault("RecordsTheEventItIsAskedAbout", breaks(14).also(5, 7, 19))
                .is(b -> b.decide =
                        (before, m, now) -> changesNothing(m) && m.eventId().isPresent()
                                ? before.apply(withoutVersion(m), now)
                                : before.apply(m, now));
        fault("AnswersQuestionsWithoutLookingAtTheFence", breaks(14).also(5, 7, 13, 19))
                .is(b -> b.decide = (before, m, now) -> before.apply(
                        m.expectedVersion().orElse(0) == Long.MAX_VALUE
                                        && m.eventId().isPresent()
                                ? Mutation.builder()
                                        .confirmEvent(m.eventId().get())
                                        .build()
                                : m,
                        now));
        fault("ForgetsEventsOnClear", breaks(14).also(5, 6, 7, 9, 12, 18, 19, 20, 23))
                .is(b -> b.decide = after((m, next) -> !next.isTombstone()
                        ? next
                        : next.fencingToken() == 0 ? StoredConversation.none() : events(next, EventWindow.empty())));
    }

    private static Map<String, List<byte[]>> rings(EventWindow events) {
        return events.sources().stream().collect(Collectors.toMap(source -> source, events::ring));
    }

    private static EventWindow rings(EventWindow events, Map<String, List<byte[]>> rings) {
        return EventWindow.of(events.latest(), events.other(), rings);
    }

    private void sources() {
        fault("RemembersTooFewTexts", breaks(19).also(5))
                .is(b -> b.decide = after((m, next) -> {
                    Map<String, List<byte[]>> few = rings(next.events());
                    few.replaceAll((source, chunks) -> chunks.size() < 6 ? chunks : chunks.subList(4, chunks.size()));
                    few.values().removeIf(chunks -> chunks.get(chunks.size() - 1).length == 60);
                    return events(next, rings(next.events(), few));
                }));
        fault("RemembersTheSourceWrittenLast", breaks(19).also(5, 23))
                .is(b -> b.decide = after((m, next) -> {
                    Map<String, List<byte[]>> one = rings(next.events());
                    m.eventId().ifPresent(id -> one.keySet().retainAll(Set.of(id.source())));
                    return events(next, rings(next.events(), one));
                }));
        fault("TextsPushCountedIdsOut", breaks(19).also(5, 23))
                .is(b -> b.decide = after((m, next) -> m.eventId()
                                .flatMap(id ->
                                        id.counted().stream().boxed().findAny().or(() -> Optional.of(-1L)))
                                .filter(counted -> counted < 0)
                                .isPresent()
                        ? events(next, EventWindow.of(new byte[0], new byte[0], rings(next.events())))
                        : next));
        fault("AppliesEventsOfASourceTooManyWithoutRememberingThem", breaks(19).also(5))
                .is(b -> b.decide = (before, m, now) -> {
                    try {
                        return before.apply(m, now);
                    } catch (EventSourceLimitException e) {
                        return before.apply(Mutation.builder().state("applied").build(), now);
                    }
                });
        fault("ForgetsTextsOnClear", breaks(19).also(5, 6, 7, 9, 12, 18))
                .is(b -> b.decide =
                        after((m, next) -> next.isTombstone() ? events(next, rings(next.events(), Map.of())) : next));
    }

    private void times() {
        fault("EveryWriteEntersTheStateAnew", breaks(20).also(23))
                .is(b -> b.decide = after((m, next) -> next.isGone()
                        ? next
                        : next.toBuilder().since(next.touched()).build()));
        fault("SettingTheSameStateEntersItAnew", breaks(20))
                .is(b -> b.decide = after((m, next) -> m.changesState() && !next.isGone()
                        ? next.toBuilder().since(next.touched()).build()
                        : next));
        fault("CarriesNoTimesOver", breaks(20))
                .is(b -> b.decide = after((m, next) -> m.since().isPresent() && !next.isGone()
                        ? next.toBuilder().since(next.touched()).build()
                        : next));
        fault("EntersStatesInTheFuture", breaks(20))
                .is(b -> b.decide = after((m, next) -> m.since().isPresent() && !next.isGone()
                        ? next.toBuilder().since(m.since()).build()
                        : next));
        fault("NoStateIsNeverEntered", breaks(20).also(23))
                .is(b -> b.decide = after((m, next) -> next.state().isEmpty()
                        ? next.toBuilder().since(Optional.empty()).build()
                        : next));
        fault("OnlyChangesOfStateTouch", breaks(20).also(23))
                .is(b -> b.decide = after((m, next) -> m.changesState()
                        ? next
                        : next.toBuilder().touched(next.since()).build()));
        fault("ReadingTouches", breaks(20).also(1, 2, 4, 7, 14, 15, 19, 23))
                .is(b -> b.read = key -> {
                    Snapshot now = b.honestRead(key);
                    return now.version() == 0
                            ? now
                            : now.toBuilder().touched(Optional.of(b.time())).build();
                });
        fault("ForgetsTimesOnClear", breaks(20).also(5))
                .is(b -> b.decide = after((m, next) -> next.isTombstone()
                        ? next.toBuilder()
                                .since(Optional.empty())
                                .touched(Optional.empty())
                                .build()
                        : next));
        fault("DoesNotTellHowLongTheStateWas", breaks(20).also(23))
                .is(b -> b.decide = reporting(a -> a.timed(Optional.empty(), a.at().orElseThrow())));
        fault("TellsWhenTheStateNowWasEntered", breaks(20).also(23))
                .is(b -> b.decide = reporting(a -> a.timed(
                        a.state().equals(a.previousState()) ? a.previousSince() : a.at(), a.at().orElseThrow())));
    }

    private void attributes() {
        fault("KeepsAttributesAmongTheData", breaks(21).also(5, 23))
                .is(b -> b.decide = after((m, next) -> {
                    Map<String, String> all = new LinkedHashMap<>(next.data());
                    all.putAll(next.attributes());
                    return next.toBuilder().data(all).build();
                }));
        fault("ReplacingTheDataDropsAttributes", breaks(21).also(5))
                .is(b -> b.decide = after((m, next) -> m.replacesData() ? attributes(next, m.attributes()) : next));
        fault("AttributesOfAWriteReplaceTheOthers", breaks(21).also(5))
                .is(b -> b.decide = after((m, next) ->
                        m.attributes().isEmpty() || next.attributes().isEmpty()
                                ? next
                                : attributes(next, m.attributes())));
        fault("ClearKeepsAttributes", breaks(21).also(5, 23))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    return step.next().isTombstone() && step.outcome() instanceof Applied
                            ? next(step, attributes(step.next(), before.attributes()))
                            : step;
                });
        fault("AttributesMakeAConversation", breaks(21).also(5))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    return before.isGone()
                                    && step.next().isGone()
                                    && !m.attributes().isEmpty()
                                    && step.outcome() instanceof Applied a
                            ? Step.of(
                                    attributes(empty(now.firstVersion()), m.attributes()),
                                    applied(a, a.previousState(), a.state(), 0, now.firstVersion()),
                                    step.timeToLive())
                            : step;
                });
        inStorage("CutsLongAttributes", breaks(21))
                .is(s -> s.apply = (key, m) -> {
                    Mutation.Builder cut = m.toBuilder();
                    m.attributes()
                            .forEach((name, text) ->
                                    cut.attribute(name, text.substring(0, Math.min(text.length(), 4_096))));
                    return s.honestApply(key, cut.build());
                });
    }

    private static StoredConversation attributes(StoredConversation c, Map<String, String> attributes) {
        return c.toBuilder().attributes(attributes).build();
    }

    private void deadlines() {
        fault("AnyWriteClearsTheDeadline", breaks(22).also(5))
                .is(b -> b.decide = after((m, next) -> deadline(next, m.deadline())));
        fault("ALaterDeadlineDoesNotReplaceAnEarlierOne", breaks(22).also(5))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    boolean isLater = before.deadline()
                            .filter(due -> step.next().deadline().stream().anyMatch(due::isBefore))
                            .isPresent();
                    return isLater ? next(step, deadline(step.next(), before.deadline())) : step;
                });
        fault("DeadlinesAreOfWholeSeconds", breaks(22))
                .is(b -> b.decide = after((m, next) ->
                        deadline(next, next.deadline().map(due -> due.truncatedTo(ChronoUnit.SECONDS)))));
        fault("DeadlinesAreOf32Bits", breaks(22).also(5))
                .is(b -> b.decide = after((m, next) -> deadline(
                        next,
                        next.deadline().map(due -> Instant.ofEpochMilli(due.toEpochMilli() / 10 % (1L << 32) * 10)))));
        fault("ClearKeepsTheDeadline", breaks(22).also(5))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    return step.next().isTombstone() && step.outcome() instanceof Applied
                            ? next(step, deadline(step.next(), before.deadline().or(m::deadline)))
                            : step;
                });
        fault("DeadlineMakesAConversation", breaks(22).also(5))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    return before.isGone()
                                    && step.next().isGone()
                                    && m.deadline().isPresent()
                                    && step.outcome() instanceof Applied a
                            ? Step.of(
                                    deadline(empty(now.firstVersion()), m.deadline()),
                                    applied(a, a.previousState(), a.state(), 0, now.firstVersion()),
                                    step.timeToLive())
                            : step;
                });
    }

    private static StoredConversation deadline(StoredConversation c, Optional<Instant> due) {
        return c.toBuilder().deadline(due).build();
    }

    private void ends() {
        fault("EventsAndTokenEndWithStateAndData", breaks(23).also(7))
                .is(b -> b.end = w -> w.step().next().end().isPresent()
                        ? b.endAfter(w.mutation().ttl(w.ttl()))
                        : b.honestEnd(w));
        fault("StateAndDataLiveAsLongAsTheToken", breaks(23).also(7, 10))
                .is(b -> b.decide = after(
                        (m, next) -> next.toBuilder().end(Optional.empty()).build()));
        fault("NothingThatIsOutlivedEnds", breaks(23).also(1, 6, 7, 10, 13, 18)).is(b -> {
            b.decide = after((m, next) -> next.toBuilder().end(Optional.empty()).build());
            b.end = w -> Long.MAX_VALUE;
        });
        fault("EndIsNotTold", breaks(23).also(7))
                .is(b -> b.read =
                        key -> b.honestRead(key).toBuilder().ended(false).build());
        fault("EveryTombstoneHasEnded", breaks(23).also(5, 7, 9, 13, 14, 19, 20, 21, 22))
                .is(b -> b.read = key -> {
                    Snapshot now = b.honestRead(key);
                    boolean isTombstone = now.version() != 0
                            && now.state().isEmpty()
                            && now.data().isEmpty();
                    return now.toBuilder().ended(isTombstone).build();
                });
        fault("EndKeepsTheVersion", breaks(23)).is(b -> {
            b.decide = (before, m, now) -> endedWithItsVersion(before, now).apply(m, now);
            b.read = key -> {
                Snapshot now = b.honestRead(key);
                return now.hasEnded()
                        ? now.toBuilder().version(now.version() - 1).build()
                        : now;
            };
        });
        fault("NothingMayBeExpectedAfterTheEnd", breaks(23))
                .is(b -> b.decide =
                        (before, m, now) -> before.snapshot(now.now()).hasEnded()
                                        && m.expectedVersion().orElse(1) == 0
                                ? before.apply(
                                        m.toBuilder()
                                                .expectVersion(before.snapshot(now.now())
                                                        .version())
                                                .build(),
                                        now)
                                : before.apply(m, now));
        fault("OldEntriesComeBackAfterTheEnd", breaks(23))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    return before.snapshot(now.now()).hasEnded()
                                    && !step.next().isTombstone()
                                    && step.outcome() instanceof Applied
                            ? with(step, merged(before.data(), step.next().data()))
                            : step;
                });
        fault("AttributesComeBackAfterTheEnd", breaks(23))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    return before.snapshot(now.now()).hasEnded()
                                    && !step.next().isTombstone()
                                    && step.outcome() instanceof Applied
                            ? next(step, attributes(step.next(), before.attributes()))
                            : step;
                });
        fault("DeadlineOutlivesTheEnd", breaks(23))
                .is(b -> b.read = key -> {
                    Snapshot now = b.honestRead(key);
                    Kept record = b.kept.get(b.address.apply(key));
                    return now.hasEnded()
                            ? now.toBuilder()
                                    .deadline(record.conversation().deadline())
                                    .build()
                            : now;
                });
        fault("AnEndIsNeverPutOff", breaks(23).also(7))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    return step.next().end().isPresent()
                                    && before.end().isPresent()
                                    && !before.snapshot(now.now()).hasEnded()
                            ? next(
                                    step,
                                    step.next().toBuilder().end(before.end()).build())
                            : step;
                });
        fault("AnEndIsNeverLifted", breaks(23).also(10))
                .is(b -> b.decide = (before, m, now) -> {
                    Step step = before.apply(m, now);
                    return before.end().isPresent()
                                    && step.next().end().isEmpty()
                                    && !step.next().isTombstone()
                                    && !step.next().isGone()
                                    && !before.snapshot(now.now()).hasEnded()
                            ? next(
                                    step,
                                    step.next().toBuilder().end(before.end()).build())
                            : step;
                });
        fault("RefusedWritesPutTheEndOff", breaks(23).also(7))
                .is(b -> b.store = w -> {
                    StoredConversation next = w.step().next();
                    return w.step().outcome() instanceof Duplicate && next.end().isPresent()
                            ? new Kept(
                                    next.toBuilder()
                                            .end(w.ttl().map(b.time()::plus))
                                            .build(),
                                    w.record().endNanos())
                            : b.honestStore(w);
                });
    }

    /** The conversation, as if its end had raised no version. */
    private static StoredConversation endedWithItsVersion(StoredConversation c, WriteContext context) {
        return c.snapshot(context.now()).hasEnded()
                ? StoredConversation.builder()
                        .version(c.version())
                        .fencingToken(c.fencingToken())
                        .events(c.events())
                        .since(c.end())
                        .touched(c.end())
                        .build()
                : c;
    }

    private static Map<String, String> merged(Map<String, String> old, Map<String, String> changed) {
        Map<String, String> merged = new LinkedHashMap<>(old);
        merged.putAll(changed);
        return merged;
    }

    private void closing() {
        // The suite closes all it has opened, so this throws only where the rule looks at it.
        inStorage("ClosesOnce", breaks(16))
                .is(s -> s.close = () -> {
                    boolean looksAtIt = StackWalker.getInstance()
                            .walk(frames -> frames.anyMatch(
                                    frame -> frame.getMethodName().startsWith("lambda$rule16")
                                            || frame.getClassName().contains("Crowd")
                                            || frame.getClassName().contains("assertj")));
                    if (s.isClosed() && looksAtIt) {
                        throw new IllegalStateException("closed already");
                    }
                    s.honestClose();
                });
        inStorage("WorksAfterClose", breaks(16).also(2, 13, 17)).is(s -> s.close = () -> {});
        fault("ClosesTheOthersToo", breaks(16).also(2, 13, 17)).is(b -> {
            AtomicInteger closed = new AtomicInteger();
            b.opened = s -> {
                int generation = closed.get();
                s.read = key ->
                        generation == closed.get() ? s.honestRead(key) : ReferenceStorage.failed(s.refused.get());
                s.write = (key, m) ->
                        generation == closed.get() ? s.honestWrite(key, m) : ReferenceStorage.failed(s.refused.get());
                s.close = () -> {
                    s.honestClose();
                    closed.incrementAndGet();
                };
            };
        });
        inStorage("ThrowsWhenClosed", breaks(16).also(17))
                .is(s -> s.refused = () -> {
                    throw new StorageClosedException();
                });
        inStorage("FailsWithTheDriversErrorWhenClosed", breaks(16).also(17))
                .is(s -> s.refused =
                        () -> CompletableFuture.failedFuture(new IllegalStateException("connection closed")));
        // Breaks no numbered rule: the test belongs to none.
        inStorage("ChangesItsCapabilities", breaks(0))
                .is(s -> s.capabilities =
                        () -> s.isClosed() ? EnumSet.noneOf(Capability.class) : EnumSet.allOf(Capability.class));
    }

    private void outage() {
        inStorage("HangsWhenTheBackendIsAway", breaks(17))
                .is(s -> s.read = key -> s.isOpenButUnavailable() ? new CompletableFuture<>() : s.honestRead(key));
        inStorage("BlocksTheCallerWhenTheBackendIsAway", breaks(17))
                .is(s -> s.write = (key, m) -> {
                    if (s.backend.connection == Connection.DOWN) {
                        BackendTime.pause(Duration.ofMillis(35));
                    }
                    return s.honestWrite(key, m);
                });
        inStorage("DeniesWritesThatHappened", breaks(17))
                .is(s -> s.unavailable = (key, mayBeApplied) -> s.honestUnavailable(key, false));
        inStorage("SaysThatReadsMayBeApplied", breaks(17))
                .is(s -> s.unavailable = (key, mayBeApplied) -> s.honestUnavailable(key, true));
        inStorage("FailsWithTheDriversError", breaks(17))
                .is(s -> s.unavailable =
                        (key, may) -> CompletableFuture.failedStage(new IOException("connection reset")));
        inStorage("FailsWithAnErrorThatTellsNothing", breaks(17))
                .is(s -> s.unavailable =
                        (key, may) -> CompletableFuture.failedStage(new FsmException("connection reset")));
        inStorage("ThrowsWhenTheBackendIsAway", breaks(17))
                .is(s -> s.unavailable = (key, mayBeApplied) -> {
                    throw new StorageUnavailableException(key, s.deadline, mayBeApplied, null);
                });
        inStorage("ReadsNothingWhenTheBackendIsAway", breaks(17))
                .is(s -> s.read = key -> s.isOpenButUnavailable()
                        ? CompletableFuture.completedFuture(Snapshot.none())
                        : s.honestRead(key));
        inStorage("PretendsToWrite", breaks(17))
                .is(s -> s.write = (key, m) -> !s.isClosed() && s.backend.connection == Connection.DOWN
                        ? CompletableFuture.completedFuture(Applied.of(Optional.empty(), m.state(), 0, 1))
                        : s.honestWrite(key, m));
        inStorage("DoesNotComeBack", breaks(17)).is(s -> {
            AtomicBoolean lost = new AtomicBoolean();
            s.read = key -> {
                lost.compareAndSet(false, !s.isUp());
                return lost.get() && !s.isClosed()
                        ? ReferenceStorage.failed(s.honestUnavailable(key, false))
                        : s.honestRead(key);
            };
        });
        // A write that failed for lack of a connection is kept, and sent when there is one.
        fault("BuffersDeniedWrites", breaks(17)).is(b -> {
            Queue<Runnable> buffered = new ConcurrentLinkedQueue<>();
            b.opened = s -> s.write = (key, m) -> {
                if (b.connection == Connection.DOWN) {
                    buffered.add(() -> s.honestApply(key, m));
                }
                return s.honestWrite(key, m);
            };
            b.restore = () -> {
                b.honestRestore();
                buffered.forEach(Runnable::run);
                buffered.clear();
            };
        });
        // A write without answer is sent again.
        inStorage("RepeatsUnansweredWrites", breaks(17))
                .is(s -> s.apply = (key, m) -> {
                    Outcome outcome = s.honestApply(key, m);
                    return s.backend.connection == Connection.LOSES_ANSWERS ? s.honestApply(key, m) : outcome;
                });
    }

    private void growth() {
        fault("LeaksClearedConversations", breaks(18))
                .is(b -> b.store = w -> {
                    Kept next = b.honestStore(w);
                    return next == null && w.record() != null
                            ? new Kept(w.step().next(), Long.MAX_VALUE)
                            : next;
                });
        fault("KeepsALockForEveryKey", breaks(18).also(1, 23)).is(b -> {
            Set<Object> locks = ConcurrentHashMap.newKeySet();
            b.opened = s -> s.apply = (key, m) -> {
                locks.add(key);
                return s.honestApply(key, m);
            };
            b.records = () -> b.honestRecords() + locks.size();
        });
        fault("NeverDropsWhatHasEnded", breaks(18).also(23)).is(b -> b.records = b.kept::size);
    }
}
