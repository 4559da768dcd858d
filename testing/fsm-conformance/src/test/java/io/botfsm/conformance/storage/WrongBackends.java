package io.botfsm.conformance.storage;

import io.botfsm.conformance.Breaks;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.storage.EventWindow;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.StoredConversation.Step;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/** Backends that keep, decide or forget wrongly. */
final class WrongBackends {
    private WrongBackends() {}

    // Reading

    @Breaks(
            value = 1,
            also = {4, 5, 6, 7, 9, 10, 11, 13, 14, 18, 2, 3})
    static final class ReadingCreates extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Snapshot read(StorageKey key) {
                    StoredConversation empty =
                            new StoredConversation(Optional.empty(), Map.of(), nowMicros(), 0, EventWindow.empty());
                    kept.putIfAbsent(address(key), new Kept(empty, Long.MAX_VALUE));
                    return super.read(key);
                }
            };
        }
    }

    @Breaks(value = 1, also = 10)
    static final class ReadingProlongs extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Snapshot read(StorageKey key) {
                    kept.computeIfPresent(
                            address(key),
                            (k, record) -> isOver(record) || record.endNanos() == Long.MAX_VALUE
                                    ? record
                                    : new Kept(
                                            record.conversation(),
                                            now() + Duration.ofHours(1).toNanos()));
                    return super.read(key);
                }
            };
        }
    }

    // Keys

    @Breaks(3)
    static final class JoinsKeysWithColons extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Object address(StorageKey k) {
                    return String.join(
                            ":",
                            k.bot(),
                            k.chat(),
                            k.user(),
                            k.thread().orElse(""),
                            k.business().orElse(""),
                            k.destiny());
                }
            };
        }
    }

    @Breaks(3)
    static final class EscapesColonsButNotPercents extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Object address(StorageKey k) {
                    return k.bot() + ":" + escaped(k.chat()) + ":" + escaped(k.user()) + ":" + k.thread() + k.business()
                            + k.destiny();
                }

                private static String escaped(String part) {
                    return part.replace(":", "%3A");
                }
            };
        }
    }

    @Breaks(3)
    static final class MixesUpThreadAndBusiness extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Object address(StorageKey k) {
                    return Set.of(
                            "b" + k.bot(),
                            "c" + k.chat(),
                            "u" + k.user(),
                            k.thread().or(k::business),
                            "d" + k.destiny());
                }
            };
        }
    }

    @Breaks(3)
    static final class IgnoresDestiny extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Object address(StorageKey k) {
                    return new StorageKey(k.bot(), k.chat(), k.user(), k.thread(), k.business(), "default");
                }
            };
        }
    }

    @Breaks(3)
    static final class ComparesKeysWithoutCase extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Object address(StorageKey k) {
                    return k.toString().toLowerCase(Locale.ROOT);
                }
            };
        }
    }

    // Writing

    @Breaks(
            value = {8, 12},
            also = {2, 4, 6, 16})
    static final class LosesConcurrentWrites extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Outcome write(StorageKey key, Mutation mutation, Optional<Duration> ttl) {
                    Kept record = kept.get(address(key));
                    Step step = decide(load(record), mutation, nowMicros());
                    highestVersion.accumulateAndGet(step.next().version(), Math::max);
                    LockSupport.parkNanos(1_000);
                    Kept next = store(record, step, mutation, ttl);
                    if (next == null) {
                        kept.remove(address(key));
                    } else {
                        kept.put(address(key), next);
                    }
                    return step.outcome();
                }
            };
        }
    }

    @Breaks(
            value = 8,
            also = {2, 4, 5, 6, 9, 10, 11, 12, 14, 17, 3})
    static final class PatchesReplaceEverything extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Step decide(StoredConversation before, Mutation m, long nowMicros) {
                    if (m.replacesData() || m.puts().isEmpty()) {
                        return super.decide(before, m, nowMicros);
                    }
                    Step step = super.decide(before, m, nowMicros);
                    return step.outcome() instanceof Applied
                            ? with(step, step.next().state(), m.puts())
                            : step;
                }
            };
        }
    }

    @Breaks(
            value = 9,
            also = {4, 5, 10, 11, 13, 14, 15, 18, 6, 2, 3, 7})
    static final class ReplaceKeepsOldEntries extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Step decide(StoredConversation before, Mutation m, long nowMicros) {
                    Step step = super.decide(before, m, nowMicros);
                    if (!m.replacesData() || m.puts().isEmpty() || !(step.outcome() instanceof Applied)) {
                        return step;
                    }
                    Map<String, String> merged = new LinkedHashMap<>(before.data());
                    merged.putAll(m.puts());
                    return with(step, step.next().state(), merged);
                }
            };
        }
    }

    @Breaks(
            value = 9,
            also = {4, 5, 6, 13, 14, 10, 11, 2, 3, 7, 15, 18})
    static final class ClearKeepsData extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Step decide(StoredConversation before, Mutation m, long nowMicros) {
                    Step step = super.decide(before, m, nowMicros);
                    boolean clears = m.changesState()
                            && m.state().isEmpty()
                            && m.replacesData()
                            && m.puts().isEmpty();
                    return clears
                                    && step.outcome() instanceof Applied
                                    && !step.next().isGone()
                            ? with(step, step.next().state(), before.data())
                            : step;
                }
            };
        }
    }

    static Step with(Step step, Optional<String> state, Map<String, String> data) {
        StoredConversation next = step.next();
        return new Step(
                new StoredConversation(state, data, next.version(), next.fence(), next.events()), step.outcome());
    }

    @Breaks(
            value = 5,
            also = {1, 2, 10, 11})
    static final class TellsTheNewStateAsThePrevious extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return telling(a -> new Applied(a.state(), a.state(), a.previousVersion(), a.version()));
        }
    }

    @Breaks(
            value = 5,
            also = {6, 10})
    static final class TellsThePreviousVersionOneTooLow extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return telling(
                    a -> new Applied(a.previousState(), a.state(), Math.max(0, a.previousVersion() - 1), a.version()));
        }
    }

    @Breaks(
            value = 5,
            also = {6, 10, 9})
    static final class TellsAVersionOfWhatIsGone extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return telling(a -> new Applied(
                    a.previousState(),
                    a.state(),
                    a.previousVersion(),
                    a.version() == 0 ? a.previousVersion() + 1 : a.version()));
        }
    }

    private interface Telling {
        Applied of(Applied truth);
    }

    private static ReferenceBackend telling(Telling lie) {
        return new ReferenceBackend() {
            @Override
            Step decide(StoredConversation before, Mutation mutation, long nowMicros) {
                Step step = super.decide(before, mutation, nowMicros);
                return step.outcome() instanceof Applied truth ? new Step(step.next(), lie.of(truth)) : step;
            }
        };
    }

    // Versions

    @Breaks(
            value = 6,
            also = {1, 7})
    static final class VersionsBeginAtOne extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                long nowMicros() {
                    return 1;
                }
            };
        }
    }

    @Breaks(6)
    static final class VersionsAreOnlyTheTime extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                long nowMicros() {
                    return 1 + now() / 1_000;
                }
            };
        }
    }

    @Breaks(
            value = 6,
            also = {5, 17})
    static final class EmptyMutationKeepsTheVersion extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Step decide(StoredConversation before, Mutation mutation, long nowMicros) {
                    Step step = super.decide(before, mutation, nowMicros);
                    StoredConversation next = step.next();
                    boolean same =
                            next.state().equals(before.state()) && next.data().equals(before.data());
                    if (!same || before.isGone() || !(step.outcome() instanceof Applied a)) {
                        return step;
                    }
                    return new Step(
                            new StoredConversation(
                                    next.state(), next.data(), before.version(), next.fence(), next.events()),
                            new Applied(a.previousState(), a.state(), a.previousVersion(), before.version()));
                }
            };
        }
    }

    // Conditions

    @Breaks(7)
    static final class RefusedWriteRestartsTheTimeToLive extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Kept store(Kept record, Step step, Mutation mutation, Optional<Duration> ttl) {
                    return step.outcome() instanceof Applied || record == null || isOver(record)
                            ? super.store(record, step, mutation, ttl)
                            : new Kept(record.conversation(), end(record, step, mutation, ttl));
                }
            };
        }
    }

    @Breaks(
            value = 7,
            also = {5})
    static final class RefusedWriteRemembersTheFence extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Kept store(Kept record, Step step, Mutation mutation, Optional<Duration> ttl) {
                    StoredConversation c = step.next();
                    if (step.outcome() instanceof Conflict && mutation.fence().isPresent() && !c.isGone()) {
                        return new Kept(
                                new StoredConversation(
                                        c.state(),
                                        c.data(),
                                        c.version(),
                                        mutation.fence().getAsLong(),
                                        c.events()),
                                record.endNanos());
                    }
                    return super.store(record, step, mutation, ttl);
                }
            };
        }
    }

    @Breaks(
            value = {7, 14},
            also = {5, 9})
    static final class RefusedWriteRemembersTheEvent extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Kept store(Kept record, Step step, Mutation mutation, Optional<Duration> ttl) {
                    StoredConversation c = step.next();
                    if (step.outcome() instanceof Conflict && mutation.eventId().isPresent()) {
                        return new Kept(
                                new StoredConversation(
                                        c.state(),
                                        c.data(),
                                        Math.max(1, c.version()),
                                        c.fence(),
                                        c.events().with(mutation.eventId().getAsLong())),
                                Long.MAX_VALUE);
                    }
                    return super.store(record, step, mutation, ttl);
                }
            };
        }
    }

    @Breaks(
            value = 7,
            also = {15, 14})
    static final class ConflictDoesNotTellWhatIsThere extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Step decide(StoredConversation before, Mutation mutation, long nowMicros) {
                    Step step = super.decide(before, mutation, nowMicros);
                    return step.outcome() instanceof Conflict
                            ? new Step(step.next(), new Conflict(Snapshot.none()))
                            : step;
                }
            };
        }
    }

    @Breaks(
            value = 7,
            also = {5, 14})
    static final class ChecksTheVersionBeforeTheEvent extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Step decide(StoredConversation before, Mutation m, long nowMicros) {
                    boolean fenced = m.fence().orElse(before.fence()) < before.fence();
                    return !fenced && m.expectedVersion().orElse(before.version()) != before.version()
                            ? new Step(before, new Conflict(before.snapshot()))
                            : super.decide(before, m, nowMicros);
                }
            };
        }
    }

    @Breaks(value = 7, also = 5)
    static final class ChecksTheEventBeforeTheFence extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Step decide(StoredConversation before, Mutation m, long nowMicros) {
                    return m.eventId().isPresent()
                                    && before.events().contains(m.eventId().getAsLong())
                            ? new Step(before, new Duplicate(before.snapshot()))
                            : super.decide(before, m, nowMicros);
                }
            };
        }
    }

    // BackendTime to live

    @Breaks(
            value = 10,
            also = {1, 6, 7, 13, 18})
    static final class IgnoresTheTimeToLive extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return ending((backend, record, step, mutation, ttl) -> Long.MAX_VALUE);
        }
    }

    @Breaks(
            value = 10,
            also = {18})
    static final class DoesNotRestartTheTimeToLive extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return ending((backend, record, step, mutation, ttl) -> record == null || backend.isOver(record)
                    ? backend.rightEnd(step, mutation, ttl)
                    : record.endNanos());
        }
    }

    @Breaks(
            value = 10,
            also = {})
    static final class EmptyMutationDoesNotRestartTheTimeToLive extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return ending((backend, record, step, m, ttl) -> {
                boolean empty =
                        !m.changesState() && !m.replacesData() && m.puts().isEmpty() && !m.persists();
                return empty && m.removals().isEmpty() && m.ttl().isEmpty() && record != null
                        ? record.endNanos()
                        : backend.rightEnd(step, m, ttl);
            });
        }
    }

    @Breaks(
            value = 10,
            also = {6, 7})
    static final class IgnoresTheOverride extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return ending((backend, record, step, mutation, ttl) ->
                    backend.rightEnd(step, Mutation.builder().build(), ttl));
        }
    }

    @Breaks(10)
    static final class IgnoresPersist extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return ending((backend, record, step, mutation, ttl) -> mutation.persists()
                    ? backend.rightEnd(step, Mutation.builder().build(), ttl)
                    : backend.rightEnd(step, mutation, ttl));
        }
    }

    @Breaks(
            value = 10,
            also = {18})
    static final class OverrideStays extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return ending((backend, record, step, mutation, ttl) -> record != null
                            && !backend.isOver(record)
                            && ttl.isEmpty()
                            && mutation.ttl().isEmpty()
                            && !mutation.persists()
                    ? record.endNanos()
                    : backend.rightEnd(step, mutation, ttl));
        }
    }

    private interface Ending {
        long of(
                EndingBackend backend,
                ReferenceBackend.Kept record,
                Step step,
                Mutation mutation,
                Optional<Duration> ttl);
    }

    private static ReferenceBackend ending(Ending wrong) {
        return new EndingBackend(wrong);
    }

    private static final class EndingBackend extends ReferenceBackend {
        private final Ending wrong;

        EndingBackend(Ending wrong) {
            this.wrong = wrong;
        }

        long rightEnd(Step step, Mutation mutation, Optional<Duration> ttl) {
            return super.end(null, step, mutation, ttl);
        }

        @Override
        long end(Kept record, Step step, Mutation mutation, Optional<Duration> ttl) {
            return wrong.of(this, record, step, mutation, ttl);
        }
    }

    @Breaks(10)
    static final class StateEndsBeforeData extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Snapshot read(StorageKey key) {
                    Snapshot now = super.read(key);
                    Kept record = kept.get(address(key));
                    return record == null
                                    || record.endNanos() - now()
                                            > Duration.ofMinutes(30).toNanos()
                            ? now
                            : new Snapshot(Optional.empty(), now.data(), now.version(), now.events());
                }
            };
        }
    }

    @Breaks(
            value = 10,
            also = {5, 18, 6, 11, 9})
    static final class EmptyMutationCreates extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Step decide(StoredConversation before, Mutation m, long nowMicros) {
                    Step step = super.decide(before, m, nowMicros);
                    if (!before.isGone() || !step.next().isGone() || !(step.outcome() instanceof Applied)) {
                        return step;
                    }
                    return new Step(
                            new StoredConversation(Optional.empty(), Map.of(), nowMicros, 0, EventWindow.empty()),
                            new Applied(Optional.empty(), Optional.empty(), 0, nowMicros));
                }
            };
        }
    }

    // Fencing

    @Breaks(
            value = 13,
            also = {5, 6, 7, 9, 18})
    static final class ForgetsTheFenceOnClear extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return after((step, before, mutation) -> {
                StoredConversation next = step.next();
                return next.isTombstone() && !next.events().isEmpty()
                        ? new StoredConversation(next.state(), next.data(), next.version(), 0, next.events())
                        : next.isTombstone() ? StoredConversation.none() : next;
            });
        }
    }

    @Breaks(
            value = 13,
            also = {5})
    static final class AnyTokenReplacesTheFence extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return after((step, before, mutation) -> {
                StoredConversation next = step.next();
                return mutation.fence().isPresent() || next.isGone() || !mutation.replacesData() || next.isTombstone()
                        ? next
                        : new StoredConversation(next.state(), next.data(), next.version(), 0, next.events());
            });
        }
    }

    @Breaks(
            value = 13,
            also = {5, 6, 7, 18})
    static final class ComparesTokensAsText extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Step decide(StoredConversation before, Mutation m, long nowMicros) {
                    boolean compared = m.fence().isPresent() && before.fence() != 0;
                    if (compared && Long.toString(m.fence().getAsLong()).compareTo(Long.toString(before.fence())) < 0) {
                        return new Step(before, new Fenced(before.fence()));
                    }
                    StoredConversation unfenced =
                            new StoredConversation(before.state(), before.data(), before.version(), 0, before.events());
                    Step step = unfenced.apply(m, nowMicros);
                    StoredConversation next = step.next();
                    return m.fence().isPresent() || before.fence() == 0 || next.isGone()
                            ? step
                            : new Step(
                                    new StoredConversation(
                                            next.state(), next.data(), next.version(), before.fence(), next.events()),
                                    step.outcome());
                }
            };
        }
    }

    @Breaks(
            value = 13,
            also = {5, 6, 7, 18})
    static final class RefusesTheEqualToken extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Step decide(StoredConversation before, Mutation m, long nowMicros) {
                    return before.fence() != 0 && m.fence().orElse(0) == before.fence()
                            ? new Step(before, new Fenced(before.fence()))
                            : super.decide(before, m, nowMicros);
                }
            };
        }
    }

    @Breaks(13)
    static final class RoundsTokens extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return after((step, before, mutation) -> {
                StoredConversation next = step.next();
                long rounded = next.fence() >= 1L << 52 ? next.fence() / 100 * 100 : next.fence();
                return new StoredConversation(next.state(), next.data(), next.version(), rounded, next.events());
            });
        }
    }

    private interface After {
        StoredConversation of(Step step, StoredConversation before, Mutation mutation);
    }

    private static ReferenceBackend after(After wrong) {
        return new ReferenceBackend() {
            @Override
            Step decide(StoredConversation before, Mutation mutation, long nowMicros) {
                Step step = super.decide(before, mutation, nowMicros);
                if (!(step.outcome() instanceof Applied a)) {
                    return step;
                }
                StoredConversation next = wrong.of(step, before, mutation);
                return new Step(next, new Applied(a.previousState(), a.state(), a.previousVersion(), next.version()));
            }
        };
    }

    // Events

    @Breaks(
            value = 14,
            also = {5, 7, 9, 12})
    static final class AppliesDuplicates extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Step decide(StoredConversation before, Mutation mutation, long nowMicros) {
                    StoredConversation forgetful = new StoredConversation(
                            before.state(), before.data(), before.version(), before.fence(), EventWindow.empty());
                    Step step = forgetful.apply(mutation, nowMicros);
                    return step.outcome() instanceof Applied ? step : super.decide(before, mutation, nowMicros);
                }
            };
        }
    }

    @Breaks(
            value = 14,
            also = {5, 18})
    static final class RefusesEverythingBelowTheHighestEvent extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Step decide(StoredConversation before, Mutation m, long nowMicros) {
                    boolean below = m.eventId().isPresent()
                            && LongStream.rangeClosed(0, 256)
                                    .anyMatch(i ->
                                            before.events().contains(m.eventId().getAsLong() + i));
                    return below && m.fence().orElse(before.fence()) >= before.fence()
                            ? new Step(before, new Duplicate(before.snapshot()))
                            : super.decide(before, m, nowMicros);
                }
            };
        }
    }

    @Breaks(14)
    static final class ForgetsTheSecondRun extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return after((step, before, mutation) -> {
                StoredConversation next = step.next();
                return new StoredConversation(
                        next.state(),
                        next.data(),
                        next.version(),
                        next.fence(),
                        EventWindow.of(next.events().latest(), new byte[0]));
            });
        }
    }

    @Breaks(value = 14, also = 5)
    static final class RemembersTooFewEvents extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return after((step, before, mutation) -> {
                StoredConversation next = step.next();
                byte[] latest = next.events().latest();
                return new StoredConversation(
                        next.state(),
                        next.data(),
                        next.version(),
                        next.fence(),
                        EventWindow.of(
                                Arrays.copyOf(latest, Math.min(latest.length, 38)),
                                next.events().other()));
            });
        }
    }

    @Breaks(
            value = 14,
            also = {5, 6, 7, 9, 12, 18})
    static final class ForgetsEventsOnClear extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return after((step, before, mutation) -> {
                StoredConversation next = step.next();
                return !next.isTombstone()
                        ? next
                        : next.fence() == 0
                                ? StoredConversation.none()
                                : new StoredConversation(
                                        next.state(), next.data(), next.version(), next.fence(), EventWindow.empty());
            });
        }
    }

    // Growth

    @Breaks(18)
    static final class LeaksClearedConversations extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Kept store(Kept record, Step step, Mutation mutation, Optional<Duration> ttl) {
                    Kept next = super.store(record, step, mutation, ttl);
                    return next == null && record != null ? new Kept(step.next(), Long.MAX_VALUE) : next;
                }
            };
        }
    }

    @Breaks(value = 18, also = 1)
    static final class KeepsALockForEveryKey extends ReferenceConformance {
        private static final Set<Object> LOCKS = ConcurrentHashMap.newKeySet();

        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                Outcome write(StorageKey key, Mutation mutation, Optional<Duration> ttl) {
                    LOCKS.add(address(key));
                    return super.write(key, mutation, ttl);
                }

                @Override
                long records() {
                    return super.records() + LOCKS.size();
                }
            };
        }
    }

    @Breaks(18)
    static final class NeverDropsWhatHasEnded extends ReferenceConformance {
        @Override
        ReferenceBackend backend() {
            return new ReferenceBackend() {
                @Override
                long records() {
                    return kept.size();
                }
            };
        }
    }

    // Gaps

    static final class WithoutAnything extends StateStorageConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(new ReferenceBackend(), ttl, deadline) {
                @Override
                public Set<Capability> capabilities() {
                    return Set.of();
                }
            };
        }
    }

    static final class ExpectsAGapTooMany extends ReferenceConformance {
        @Override
        protected Set<Gap> expectedGaps() {
            return Set.of(new Gap(17, Need.CUTS_OFF));
        }
    }
}
