package io.botfsm.conformance.lease;

import static io.botfsm.conformance.lease.ReferenceLeaseBackend.FENCE_TTL;
import static io.botfsm.conformance.lease.ReferenceLeaseBackend.FOR_EVER;

import io.botfsm.conformance.Faults;
import io.botfsm.conformance.internal.BackendTime;
import io.botfsm.conformance.lease.ReferenceLeaseBackend.Connection;
import io.botfsm.conformance.lease.ReferenceLeaseBackend.Fence;
import io.botfsm.conformance.lease.ReferenceLeaseBackend.Held;
import io.botfsm.conformance.lease.ReferenceLeaseBackend.Subscriber;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.lock.store.StoredLease;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** What can be wrong about a lease store, in the reference. */
final class LeaseStoreFaults extends Faults<ReferenceLeaseBackend> {
    private static final StoredLease NO_LEASE =
            new StoredLease(Optional.empty(), Optional.empty(), OptionalLong.empty());

    LeaseStoreFaults() {
        acquiring();
        renewing();
        releasing();
        ending();
        tokens();
        forcing();
        reading();
        texts();
        contention();
        fences();
        growth();
        severalStores();
        hints();
        closing();
        outage();
        stages();
    }

    private Row<ReferenceLeaseStore> inStore(String name, Broken broken) {
        return how -> fault(name, broken).is(backend -> backend.opened = how);
    }

    private void acquiring() {
        fault("GrantsWithoutKeepingTheLease", breaks(1).alsoAny())
                .is(b -> b.acquire = request -> {
                    Acquisition answer = b.honestAcquire(request);
                    b.leases.remove(request.name());
                    return answer;
                });
        fault("RemembersLessThanNothing", breaks(1))
                .is(b -> b.granted = token -> new Granted(token, Duration.ofMillis(-1)));
        fault("GrantsANameOnceForAll", breaks(1).alsoAny())
                .is(b -> b.held = name -> {
                    Held held = b.honestHeld(name);
                    return held == null && b.fence.applyAsLong(name) > 0
                            ? new Held(new Claim("nobody", ""), b.in(Duration.ofSeconds(1)))
                            : held;
                });
        fault("TellsTheAskerAsTheHolder", breaks(2).also(3, 11, 12, 16))
                .is(b -> b.occupied =
                        (request, held) -> new Occupied(request.claim(), Optional.of(b.honestRemaining(held))));
        fault("TellsHalfOfTheClaim", breaks(2).also(11, 12, 16))
                .is(b -> b.occupied = (request, held) ->
                        new Occupied(new Claim(held.claim().token(), ""), Optional.of(b.honestRemaining(held))));
        fault("TellsSecondsForMilliseconds", breaks(2).also(3, 6, 12))
                .is(b -> b.remaining =
                        held -> Duration.ofMillis(b.honestRemaining(held).toSeconds()));
        fault("TellsMillisecondsForSeconds", breaks(2).also(3, 6, 12))
                .is(b -> b.remaining =
                        held -> Duration.ofSeconds(b.honestRemaining(held).toMillis()));
        fault("TellsWholeSeconds", breaks(2))
                .is(b -> b.remaining =
                        held -> Duration.ofSeconds(b.honestRemaining(held).toSeconds()));
        fault("TellsNoRemainingTimeToWhoAsks", breaks(2))
                .is(b -> b.occupied = (request, held) -> new Occupied(held.claim(), Optional.empty()));
        fault("TellsTheTimeThatWasAskedFor", breaks(2))
                .is(b -> b.occupied = (request, held) -> new Occupied(held.claim(), Optional.of(request.ttl())));
        // A lock that its holder can take again.
        fault("GrantsAgainToTheHolder", breaks(2).also(11, 12))
                .is(b -> b.acquire = request -> b.owns.test(b.honestHeld(request.name()), request.claim())
                        ? b.granted.apply(b.fence.applyAsLong(request.name()))
                        : b.honestAcquire(request));
        fault("ProlongsForWhoAsks", breaks(2).also(6, 12))
                .is(b -> b.occupied = (request, held) -> {
                    b.keepLease(request.name(), new Held(held.claim(), b.honestEnd(request)));
                    return b.honestOccupied(request, held);
                });
        // INCR first, SET NX second.
        fault("RaisesTheFenceForWhoAsks", breaks(2))
                .is(b -> b.occupied = (request, held) -> {
                    b.keepFence(request.name(), b.honestAbove(b.fence.applyAsLong(request.name())), FOR_EVER);
                    return b.honestOccupied(request, held);
                });
    }

    private void renewing() {
        fault("RenewingCreates", breaks(3).also(4, 5, 6, 8, 10, 12, 13, 15, 18)).is(b -> {
            b.owns = (held, claim) -> held == null || held.claim().equals(claim);
            b.release = (name, claim) -> b.honestHeld(name) != null && b.honestRelease(name, claim);
        });
        // EXPIRE without looking whose it is.
        fault("RenewsWhosesoever", breaks(3).also(4, 5, 6, 8, 11, 12))
                .is(b -> b.renew = request -> {
                    Held held = b.honestHeld(request.name());
                    return b.honestRenew(held == null ? request : by(held.claim(), request));
                });
        fault("ComparesTokensOnly", breaks(3, 5).also(11, 12))
                .is(b -> b.owns =
                        (held, claim) -> held != null && held.claim().token().equals(claim.token()));
        // The holder's description, without the token, as a lock that knows its owner by host and process.
        fault("ComparesHoldersOnly", breaks(3, 5).also(4, 6, 8, 11, 12, 14))
                .is(b -> b.owns =
                        (held, claim) -> held != null && held.claim().holder().equals(claim.holder()));
        fault("ComparesBeginnings", breaks(3, 5).also(11, 12))
                .is(b -> b.owns = (held, claim) ->
                        held != null && claim.text().startsWith(held.claim().text()));
        fault("SaysRenewedAndDoesNothing", breaks(3).also(6, 12, 13))
                .is(b -> b.renew = request -> {
                    Held held = b.honestHeld(request.name());
                    Renewal answer = b.honestRenew(request);
                    if (held != null) {
                        b.keepLease(request.name(), held);
                    }
                    return answer;
                });
        // Longer only, never shorter.
        fault("RenewalNeverShortens", breaks(3).also(12))
                .is(b -> b.renew = request -> {
                    Held held = b.honestHeld(request.name());
                    Renewal answer = b.honestRenew(request);
                    if (answer instanceof Renewed && held.end() > b.honestEnd(request)) {
                        b.keepLease(request.name(), held);
                    }
                    return answer;
                });
        fault("RenewsWhatIsOver", breaks(3, 6).also(12, 13))
                .is(b -> b.renew = request -> {
                    if (b.owns.test(b.leases.get(request.name()), request.claim())) {
                        b.keepLease(request);
                    }
                    return b.honestRenew(request);
                });
        fault("RefusesToRenewWithoutAWord", breaks(3).also(6, 8, 11, 12))
                .is(b -> b.renew =
                        request -> b.honestRenew(request) instanceof NotYours ? new NotYours(NO_LEASE) : new Renewed());
        fault("RenewalIgnoresTheFloor", breaks(4).also(7, 12, 15)).is(b -> b.raised = (fence, floor) -> fence);
        fault("RenewalLowersTheFence", breaks(4).also(3, 7, 12, 13, 15, 16, 17, 18))
                .is(b -> b.raised = (fence, floor) -> floor);
        fault("RefusedRenewalRaisesTheFence", breaks(4).also(3, 10, 18))
                .is(b -> b.renew = request -> {
                    if (request.floor() > b.fence.applyAsLong(request.name())) {
                        b.keepFence(request.name(), request.floor(), b.fenceEnd.applyAsLong(request));
                    }
                    return b.honestRenew(request);
                });
    }

    private static LeaseRequest by(Claim claim, LeaseRequest request) {
        return new LeaseRequest(request.name(), claim, request.ttl(), request.floor(), request.fences());
    }

    private void releasing() {
        // DEL without looking whose it is: the fault of the code that this project began with, and of many others.
        fault("ReleasesWhosesoever", breaks(5).also(6, 8, 11, 12, 14))
                .is(b -> b.release = (name, claim) -> {
                    Held held = b.honestHeld(name);
                    return held != null && b.honestRelease(name, held.claim());
                });
        fault("SaysReleasedInAnyCase", breaks(5).also(6, 8, 11, 12, 14, 17, 18))
                .is(b -> b.release = (name, claim) -> {
                    b.honestRelease(name, claim);
                    return true;
                });
        fault("NeverSaysReleased", breaks(5).also(1, 2, 3, 6, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18))
                .is(b -> b.release = (name, claim) -> {
                    b.honestRelease(name, claim);
                    return false;
                });
        fault("ReleaseForgetsTheFence", breaks(5).also(3, 4, 7, 9, 10, 12, 13, 15, 16, 17))
                .is(b -> b.fenceOfReleased = fence -> null);
    }

    private void ending() {
        // SET NX without a time to live.
        fault("LeasesNeverEnd", breaks(2, 6).also(1, 3, 5, 7, 9, 12, 13, 18))
                .is(b -> b.end = request -> FOR_EVER - FENCE_TTL.toNanos());
        fault("CutsTimesToSeconds", breaks(6).also(2, 12))
                .is(b ->
                        b.end = request -> b.in(Duration.ofSeconds(request.ttl().toSeconds())));
        fault("RoundsTimesUpToSeconds", breaks(6).also(2, 3, 12))
                .is(b -> b.end = request ->
                        b.in(Duration.ofSeconds(request.ttl().plusMillis(999).toSeconds())));
        fault("LeasesLastTwiceAsLong", breaks(6).also(1, 2, 3, 5, 7, 9, 12, 13, 18))
                .is(b -> b.end = request -> b.in(request.ttl().multipliedBy(2)));
        fault("LeasesLastHalfAsLong", breaks(6).also(2, 3, 12, 13))
                .is(b -> b.end = request -> b.in(request.ttl().dividedBy(2)));
        // 2^31 milliseconds are 24 days.
        fault("TimesAreIntegers", breaks(6).alsoAny())
                .is(b -> b.end =
                        request -> b.now.getAsLong() + (int) request.ttl().toMillis() * 1_000_000L);
    }

    private void tokens() {
        fault("TokensCountFromOne", breaks(7).also(8, 13)).is(b -> b.micros = () -> 0);
        fault("TokensIgnoreTheFloor", breaks(7).also(4, 5, 10, 12, 15))
                .is(b -> b.token = (request, last) -> b.honestAbove(last));
        fault("TokensFallToTheFloor", breaks(7).also(12, 15))
                .is(b -> b.token =
                        (request, last) -> request.floor() > 0 ? request.floor() : b.honestToken(request, last));
        // Begins again at one after each release.
        fault("CountsAgainAfterARelease", breaks(7).also(1, 3, 4, 5, 8, 9, 10, 12, 13, 15, 16, 17, 18))
                .is(b -> {
                    b.micros = () -> 0;
                    b.fenceOfReleased = fence -> null;
                });
        fault("CountsAgainAfterForce", breaks(7).also(8, 10, 12, 13, 18)).is(b -> {
            b.micros = () -> 0;
            b.force = name -> {
                b.honestForce(name);
                b.fences.remove(name);
            };
        });
        fault("CountsAgainAfterTheEnd", breaks(7).also(12, 13, 18)).is(b -> {
            b.micros = () -> 0;
            b.fenceEnd = b::honestEnd;
        });
        // The clock alone.
        fault("TokensAreTheTime", breaks(7).also(4, 8, 12, 13, 15, 16, 17))
                .is(b -> b.token = (request, last) -> Math.max(b.micros.getAsLong() / 1_000 * 1_000, request.floor()));
        fault("TokenIsGivenOutTwice", breaks(7).also(4, 5, 8, 10, 12, 13, 15, 16, 17))
                .is(b -> b.token = (request, last) ->
                        last % 5 == 0 && last > request.floor() ? last : b.honestToken(request, last));
        fault("FenceEndsWithTheLease", breaks(13).also(3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 18))
                .is(b -> {
                    b.fenceEnd = b::honestEnd;
                    b.fenceOfReleased = fence -> fence;
                });
        fault("ReadsAnOldFence", breaks(7, 9).also(2, 3, 4, 5, 8, 10, 12, 13, 15))
                .is(b -> b.read = name -> {
                    StoredLease now = b.honestRead(name);
                    return now.fencingToken().isEmpty()
                            ? now
                            : new StoredLease(
                                    now.claim(),
                                    now.remaining(),
                                    OptionalLong.of(now.fencingToken().getAsLong() - 1));
                });
        fault("TokensAreRoundedLikeFloats", breaks(15).also(2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17))
                .is(b -> b.keptToken = token -> token > 1L << 51 ? token & ~1L : token);
        fault("TokensBeginAgain", breaks(15))
                .is(b -> b.above = last -> b.honestAbove(last >= LeaseRequest.MAX_FENCING_TOKEN ? 0 : last));
        fault("TokensHaveNoEnd", breaks(15)).is(b -> b.above = last -> Math.max(last + 1, b.micros.getAsLong()));
    }

    private void forcing() {
        fault("ForceLeavesTheFence", breaks(8).also(3, 7, 10, 12, 13, 18))
                .is(b -> b.force = name -> b.leases.remove(name));
        fault("ForceResetsTheFence", breaks(8).also(7, 12, 13)).is(b -> b.forcedFence = last -> 1);
        fault("ForceSparesTheHolder", breaks(8).also(1, 2, 3, 5, 7, 10, 12, 13, 14, 17, 18))
                .is(b -> b.force = name -> {
                    Held held = b.leases.get(name);
                    b.honestForce(name);
                    if (held != null) {
                        b.keepLease(name, held);
                    }
                });
        fault("ForceTakesTheLease", breaks(8).also(1, 3, 5, 7, 10, 12, 13, 14, 17, 18))
                .is(b -> b.force = name -> {
                    b.honestForce(name);
                    b.keepLease(name, new Held(new Claim("operator", ""), b.in(Duration.ofSeconds(1))));
                });
        fault("ForceOverlooksFreeNames", breaks(8).also(7, 12, 13, 18))
                .is(b -> b.force = name -> {
                    if (b.honestHeld(name) != null) {
                        b.honestForce(name);
                    }
                });
    }

    private void reading() {
        fault("ReadingCreatesAFence", breaks(9).also(3, 4, 10, 12, 13, 18))
                .is(b -> b.read = name -> {
                    if (b.fence.applyAsLong(name) == 0) {
                        b.keepFence(name, 1, FOR_EVER);
                    }
                    return b.honestRead(name);
                });
        fault("ReadingProlongsTheLease", breaks(9).also(1, 2, 3, 5, 6, 7, 12, 13, 18))
                .is(b -> b.read = name -> {
                    Held held = b.honestHeld(name);
                    if (held != null) {
                        b.keepLease(name, new Held(held.claim(), Math.max(held.end(), b.in(Duration.ofHours(1)))));
                    }
                    return b.honestRead(name);
                });
        fault("ReadingTellsNoHolder", breaks(9).alsoAny())
                .is(b -> b.read = name -> {
                    StoredLease now = b.honestRead(name);
                    return new StoredLease(
                            now.claim().map(claim -> new Claim(claim.token(), "")),
                            now.remaining(),
                            now.fencingToken());
                });
        fault("ReadingTellsLeasesThatAreOver", breaks(9).also(1, 2, 3, 5, 6, 7, 12, 13))
                .is(b -> b.read = name -> {
                    StoredLease now = b.honestRead(name);
                    Optional<Held> held = Optional.ofNullable(b.leases.get(name));
                    return new StoredLease(
                            held.map(Held::claim),
                            held.map(b::honestRemaining).map(left -> left.isNegative() ? Duration.ZERO : left),
                            now.fencingToken());
                });
        fault("ReadingTakesTheLeaseAway", breaks(9).alsoAny())
                .is(b -> b.read = name -> {
                    StoredLease now = b.honestRead(name);
                    b.leases.remove(name);
                    return now;
                });
    }

    private void texts() {
        fault("NamesHaveNoCase", breaks(10)).is(b -> b.address = name -> name.toLowerCase(Locale.ROOT));
        fault("NamesAreTrimmed", breaks(10)).is(b -> b.address = String::strip);
        fault("NamesAreCut", breaks(10)).is(b -> b.address = name -> name.substring(0, Math.min(name.length(), 255)));
        fault("NamesLoseBraces", breaks(10))
                .is(b -> b.address = name -> name.replace("{", "").replace("}", ""));
        fault("NamesAreLatin", breaks(10)).is(b -> b.address = LeaseStoreFaults::latin);
        fault("AllNamesHaveOneFence", breaks(10).alsoAny())
                .is(b -> b.fence = name ->
                        b.fences.values().stream().mapToLong(Fence::token).max().orElse(0));
        fault("HoldersAreTrimmed", breaks(11).alsoAny()).is(b -> keepHolders(b, String::strip));
        fault("ClaimsAreCutAtTheLastBar", breaks(11).also(3, 5, 12))
                .is(b -> keepHolders(b, holder -> holder.substring(holder.lastIndexOf('|') + 1)));
        fault("HoldersAreLatin", breaks(11)).is(b -> keepHolders(b, LeaseStoreFaults::latin));
        fault("HoldersAreCut", breaks(11))
                .is(b -> keepHolders(b, holder -> holder.substring(0, Math.min(5_001, holder.length()))));
        fault("ClaimsHaveNoCase", breaks(11).also(3, 5, 12))
                .is(b -> b.owns =
                        (held, claim) -> held != null && held.claim().text().equalsIgnoreCase(claim.text()));
    }

    private static String latin(String text) {
        return new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1);
    }

    /** Keeps something other than the holder, and compares that. */
    private static void keepHolders(ReferenceLeaseBackend b, UnaryOperator<String> kept) {
        UnaryOperator<Claim> keeping = claim -> new Claim(claim.token(), kept.apply(claim.holder()));
        b.owns = (held, claim) -> held != null && held.claim().equals(keeping.apply(claim));
        b.acquire = request -> b.honestAcquire(by(keeping.apply(request.claim()), request));
    }

    /** Stores that do in two steps what has to be one step in the backend. */
    private void contention() {
        // GET, then SET.
        inStore("LooksThenTakes", breaks(12).also(7, 14, 16))
                .is(s -> s.acquire = request -> s.ask(() -> {
                    Held held = s.backend.honestHeld(request.name());
                    if (held != null) {
                        return s.backend.honestOccupied(request, held);
                    }
                    LockSupport.parkNanos(1_000);
                    s.backend.leases.remove(request.name());
                    return s.backend.acquire(request);
                }));
        // GET, then SET XX, then nothing left to compare.
        inStore("LooksThenRenews", breaks(12).also(7, 14, 16))
                .is(s -> s.renew = request -> s.ask(() -> {
                    if (s.backend.owns.test(s.backend.honestHeld(request.name()), request.claim())) {
                        LockSupport.parkNanos(1_000);
                        s.backend.keepLease(request);
                    }
                    return s.backend.renew(request);
                }));
        // GET, then DEL, by which time it may be another's.
        fault("LooksThenReleases", breaks(12).also(5, 7, 14, 16))
                .is(b -> b.opened = s -> {
                    s.release = (name, claim) -> s.ask(() -> {
                        if (!b.owns.test(b.honestHeld(name), claim)) {
                            return false;
                        }
                        LockSupport.parkNanos(1_000);
                        Held held = b.honestHeld(name);
                        boolean released = held == null || b.release(name, held.claim());
                        if (released) {
                            s.hint.accept(name);
                        }
                        return released;
                    });
                });
    }

    private void fences() {
        fault("KeptFencesExpire", breaks(13).also(12))
                .is(b -> b.fenceEnd = request -> b.honestEnd(request) + FENCE_TTL.toNanos());
        fault("ExpiringFencesStay", breaks(13, 18)).is(b -> b.fenceEnd = request -> FOR_EVER);
        // An hour from the first grant, however long the lease is renewed.
        fault("FenceEndsWhileTheLeaseIsRenewed", breaks(13).also(12)).is(b -> {
            b.renew = request -> {
                Fence before = b.fences.get(request.name());
                Renewal answer = b.honestRenew(request);
                if (answer instanceof Renewed && before != null) {
                    b.changeFence(request.name(), now -> new Fence(now.token(), before.end()));
                }
                return answer;
            };
            anHourFromNow(b);
        });
        fault("FenceOfALongLeaseEndsBeforeIt", breaks(13)).is(LeaseStoreFaults::anHourFromNow);
        fault("ForceMakesFencesStay", breaks(13, 18))
                .is(b -> b.force = name -> {
                    b.honestForce(name);
                    b.changeFence(name, fence -> new Fence(fence.token(), FOR_EVER));
                });
        fault("ForceMakesFencesExpire", breaks(13).also(12))
                .is(b -> b.force = name -> {
                    b.honestForce(name);
                    b.changeFence(name, fence -> new Fence(fence.token(), b.in(FENCE_TTL)));
                });
    }

    private static void anHourFromNow(ReferenceLeaseBackend b) {
        b.fenceEnd = request -> request.fences() == Fences.KEPT ? FOR_EVER : b.in(FENCE_TTL);
    }

    private void growth() {
        fault("KeepsALockPerName", breaks(18)).is(b -> {
            Set<String> locks = ConcurrentHashMap.newKeySet();
            b.held = name -> {
                locks.add(name);
                return b.honestHeld(name);
            };
            b.records = () -> b.honestRecords() + locks.size();
        });
        fault("KeepsARecordPerGeneration", breaks(18)).is(b -> {
            AtomicLong generations = new AtomicLong();
            b.granted = token -> {
                generations.incrementAndGet();
                return new Granted(token, Granted.EVERYTHING);
            };
            b.records = () -> b.honestRecords() + generations.get();
        });
    }

    private void severalStores() {
        inStore("CachesWhatItRead", breaks(1, 9).alsoAny()).is(s -> {
            Map<String, CompletionStage<StoredLease>> cache = new ConcurrentHashMap<>();
            s.read = name -> s.isClosed() ? s.honestRead(name) : cache.computeIfAbsent(name, s::honestRead);
        });
        inStore("TokensAreOfTheStore", breaks(7).alsoAny()).is(s -> {
            AtomicInteger tokens = new AtomicInteger();
            s.acquire = request -> s.honestAcquire(request)
                    .thenApply(answer -> answer instanceof Granted granted
                            ? new Granted(1_000_000_000_000_000L + tokens.incrementAndGet(), granted.memory())
                            : answer);
        });
    }

    private void hints() {
        inStore("ReleasesInSilence", breaks(14).also(10, 16, 17))
                .is(s -> s.release = (name, claim) -> s.ask(() -> s.backend.release(name, claim)));
        inStore("ForcesInSilence", breaks(14))
                .is(s -> s.force = name -> s.ask(() -> {
                    s.backend.force(name);
                    return null;
                }));
        inStore("LosesEverySecondHint", breaks(14).also(10, 16, 17))
                .is(s -> s.listen = (name, hint) -> {
                    AtomicInteger hints = new AtomicInteger();
                    return s.honestListen(name, () -> {
                        if (hints.incrementAndGet() % 2 == 0) {
                            hint.run();
                        }
                    });
                });
        inStore("HintsBeforeItReleases", breaks(14))
                .is(s -> s.release = (name, claim) -> s.ask(() -> {
                    if (s.backend.read(name).claim().equals(Optional.of(claim))) {
                        s.honestHint(name);
                    }
                    return s.backend.release(name, claim);
                }));
        inStore("HintsEverybody", breaks(14).also(10)).is(s -> {
            s.listen = (name, hint) -> s.honestListen("everybody", hint);
            s.hint = name -> s.honestHint("everybody");
        });
        inStore("HintsRefusedReleasesToo", breaks(14))
                .is(s -> s.release = (name, claim) -> s.ask(() -> {
                    boolean released = s.backend.release(name, claim);
                    s.honestHint(name);
                    return released;
                }));
        // The subscription begins with the next call.
        inStore("SubscribesLate", breaks(14).also(10, 16, 17, 18)).is(s -> {
            Queue<Subscriber> late = new ConcurrentLinkedQueue<>();
            s.listen = (name, hint) -> {
                Subscriber subscriber = new Subscriber(name, hint);
                late.add(subscriber);
                return subscriber;
            };
            s.release = (name, claim) -> subscribed(s, late, s.honestRelease(name, claim));
            s.force = name -> subscribed(s, late, s.honestForce(name));
        });
        // One subscriber a name, as with a map from name to hint.
        inStore("LastSubscriberCounts", breaks(14).also(16, 17))
                .is(s -> s.listen = (name, hint) -> {
                    s.backend.subscribers.removeIf(each -> each.name().equals(name));
                    return s.honestListen(name, hint);
                });
        // UNSUBSCRIBE with the first who leaves.
        inStore("FirstToLeaveEndsAll", breaks(14).also(16, 17))
                .is(s -> s.stop = leaving ->
                        s.backend.subscribers.removeIf(each -> each.name().equals(leaving.name())));
        inStore("SubscriptionsNeverEnd", breaks(14, 18)).is(s -> s.stop = subscriber -> {});
        inStore("HearsItselfOnly", breaks(14).also(10, 16, 17)).is(s -> {
            List<Subscriber> own = new CopyOnWriteArrayList<>();
            s.listen = (name, hint) -> {
                Subscriber subscriber = s.honestListen(name, hint);
                own.add(subscriber);
                return subscriber;
            };
            s.release = (name, claim) -> s.ask(() -> {
                boolean released = s.backend.release(name, claim);
                own.stream()
                        .filter(each -> released && each.name().equals(name))
                        .filter(s.backend.subscribers::contains)
                        .forEach(each -> each.hint().run());
                return released;
            });
        });
        // A pool for subscriptions that is soon exhausted.
        inStore("HasRoomForFiftySubscriptions", breaks(14).also(10, 18))
                .is(s -> s.listen = (name, hint) -> {
                    if (s.backend.subscribers.size() >= 50) {
                        throw new LeaseStoreException("the pool is exhausted", false, null);
                    }
                    return s.honestListen(name, hint);
                });
    }

    private static <T> T subscribed(ReferenceLeaseStore s, Queue<Subscriber> late, T answer) {
        for (Subscriber next = late.poll(); next != null; next = late.poll()) {
            s.backend.subscribers.add(next);
        }
        return answer;
    }

    private void closing() {
        inStore("AnswersAfterClose", breaks(16)).is(s -> s.close = () -> {});
        inStore("FailsAfterCloseForNow", breaks(16))
                .is(s -> s.refused = () -> ReferenceLeaseStore.failure("closed", false));
        inStore("ThrowsAfterClose", breaks(16).also(17))
                .is(s -> s.refused = () -> {
                    throw new IllegalStateException("closed");
                });
        inStore("ClosesOnce", breaks(16).alsoAny()).is(s -> {
            AtomicInteger closes = new AtomicInteger();
            s.close = () -> {
                s.honestClose();
                if (closes.incrementAndGet() == 2) {
                    throw new IllegalStateException("closed already");
                }
            };
        });
        inStore("ClosingReleases", breaks(16).also(7, 17))
                .is(s -> s.close = () -> {
                    s.honestClose();
                    s.backend.leases.clear();
                });
        inStore("ClosingEndsSubscriptionsOfOthers", breaks(16))
                .is(s -> s.close = () -> {
                    s.honestClose();
                    s.backend.subscribers.clear();
                });
    }

    private void outage() {
        inStore("HangsWhileAway", breaks(17)).is(s -> s.unavailable = CompletableFuture::new);
        inStore("PretendsWhileAway", breaks(17))
                .is(s -> s.read = name ->
                        s.isOpenButUnavailable() ? CompletableFuture.completedFuture(NO_LEASE) : s.honestRead(name));
        inStore("SubscribesWhileAway", breaks(17))
                .is(s -> s.subscribe = (name, hint) -> s.isOpenButUnavailable()
                        ? CompletableFuture.completedFuture(() -> {})
                        : s.honestSubscribe(name, hint));
        inStore("NeverComesBack", breaks(17)).is(s -> {
            AtomicBoolean broken = new AtomicBoolean();
            s.reaches = () -> {
                broken.compareAndSet(false, !s.isUp());
                return !broken.get();
            };
        });
        // Buffers what failed, and sends it with a later call.
        inStore("SendsAgain", breaks(17)).is(s -> {
            Queue<LeaseRequest> again = new ConcurrentLinkedQueue<>();
            AtomicInteger calls = new AtomicInteger();
            Runnable sendOne = () -> {
                if (s.isUp() && calls.incrementAndGet() > 25) {
                    Optional.ofNullable(again.poll()).ifPresent(s.backend::acquire);
                }
            };
            s.acquire = request -> {
                CompletionStage<Acquisition> answer = s.honestAcquire(request);
                if (!s.isUp()) {
                    again.add(request);
                }
                return answer;
            };
            s.read = name -> {
                sendOne.run();
                return s.honestRead(name);
            };
            s.release = (name, claim) -> {
                sendOne.run();
                return s.honestRelease(name, claim);
            };
        });
        inStore("ForcesAgain", breaks(17)).is(s -> {
            Queue<String> again = new ConcurrentLinkedQueue<>();
            AtomicInteger calls = new AtomicInteger();
            s.force = name -> {
                if (s.backend.connection == Connection.LOSES_ANSWERS) {
                    again.add(name);
                }
                return s.honestForce(name);
            };
            s.read = name -> {
                if (calls.incrementAndGet() % 60 == 0 && s.isUp()) {
                    again.forEach(s.backend::force);
                    again.clear();
                }
                return s.honestRead(name);
            };
        });
        inStore("BlocksWhileAway", breaks(17))
                .is(s -> s.unavailable = () -> {
                    BackendTime.pause(Duration.ofMillis(5));
                    return s.honestUnavailable();
                });
        inStore("ClosingWaitsForTheBackend", breaks(17))
                .is(s -> s.close = () -> {
                    s.honestClose();
                    if (!s.isUp()) {
                        BackendTime.pause(Duration.ofSeconds(1));
                    }
                });
        fault("SubscriptionsEndInAnOutage", breaks(17))
                .is(b -> b.cut = fault -> {
                    b.connection = fault;
                    b.subscribers.clear();
                });
        // Subscribes again, but what was released meanwhile stays unknown.
        fault("NoHintAfterAnOutage", breaks(17)).is(b -> b.restore = () -> b.connection = Connection.UP);
        fault("LeasesEndInAnOutage", breaks(17))
                .is(b -> b.cut = fault -> {
                    b.connection = fault;
                    b.leases.clear();
                });
    }

    private void stages() {
        inStore("FailsWhereItShouldSayNo", breaks(3, 5).alsoAny()).is(s -> {
            s.renew = request -> s.honestRenew(request).thenApply(renewal -> {
                if (renewal instanceof NotYours) {
                    throw new LeaseStoreException("not yours", false, null);
                }
                return renewal;
            });
            s.release = (name, claim) -> s.honestRelease(name, claim).thenApply(released -> {
                if (!released) {
                    throw new LeaseStoreException("not yours", false, null);
                }
                return true;
            });
        });
        inStore("AnswersNullForAnUnknownName", breaks(9).alsoAny())
                .is(s -> s.read = name -> s.honestRead(name).thenApply(lease -> lease.equals(NO_LEASE) ? null : lease));
        inStore("ThrowsWhenTokensAreUsedUp", breaks(15).also(8, 16, 17))
                .is(s -> s.acquire = request -> {
                    CompletionStage<Acquisition> answer = s.honestAcquire(request);
                    if (s.isUp() && !s.isClosed()) {
                        answer.toCompletableFuture().join();
                    }
                    return answer;
                });
    }
}
