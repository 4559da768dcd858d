package io.botfsm.conformance.lease;

import io.botfsm.conformance.Breaks;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.lock.store.StoredLease;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Backends that grant, keep or forget leases wrongly. */
final class WrongLeaseBackends {
    private WrongLeaseBackends() {}

    // Acquiring

    @Breaks(
            value = 1,
            also = {5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 2, 3, 4, 9})
    static final class GrantsWithoutKeepingTheLease extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized Acquisition acquire(LeaseRequest request) {
                    Acquisition answer = super.acquire(request);
                    leases.remove(address(request.name()));
                    return answer;
                }
            };
        }
    }

    @Breaks(value = 1)
    static final class RemembersLessThanNothing extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                Acquisition granted(long token) {
                    return new Granted(token, Duration.ofMillis(-1));
                }
            };
        }
    }

    @Breaks(
            value = 1,
            also = {3, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 2, 4, 9})
    static final class GrantsANameOnceForAll extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                Held held(String name) {
                    Held held = super.held(name);
                    Held before = new Held(new Claim("nobody", ""), now() + 1_000_000_000);
                    return held == null && fence(name) > 0 ? before : held;
                }
            };
        }
    }

    @Breaks(
            value = 2,
            also = {3, 11, 12, 16})
    static final class TellsTheAskerAsTheHolder extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                Acquisition occupied(LeaseRequest request, Held held) {
                    return new Occupied(request.claim(), Optional.of(remaining(held)));
                }
            };
        }
    }

    @Breaks(
            value = 2,
            also = {11, 12, 16})
    static final class TellsHalfOfTheClaim extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                Acquisition occupied(LeaseRequest request, Held held) {
                    return new Occupied(new Claim(held.claim().token(), ""), Optional.of(remaining(held)));
                }
            };
        }
    }

    @Breaks(
            value = 2,
            also = {3, 6, 12})
    static final class TellsSecondsForMilliseconds extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                Duration remaining(Held held) {
                    return Duration.ofMillis(super.remaining(held).toSeconds());
                }
            };
        }
    }

    @Breaks(
            value = 2,
            also = {3, 6, 12})
    static final class TellsMillisecondsForSeconds extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                Duration remaining(Held held) {
                    return Duration.ofSeconds(super.remaining(held).toMillis());
                }
            };
        }
    }

    @Breaks(2)
    static final class TellsWholeSeconds extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                Duration remaining(Held held) {
                    return Duration.ofSeconds(super.remaining(held).toSeconds());
                }
            };
        }
    }

    @Breaks(2)
    static final class TellsNoRemainingTimeToWhoAsks extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                Acquisition occupied(LeaseRequest request, Held held) {
                    return new Occupied(held.claim(), Optional.empty());
                }
            };
        }
    }

    @Breaks(2)
    static final class TellsTheTimeThatWasAskedFor extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                Acquisition occupied(LeaseRequest request, Held held) {
                    return new Occupied(held.claim(), Optional.of(request.ttl()));
                }
            };
        }
    }

    /** A lock that its holder can take again. */
    @Breaks(
            value = 2,
            also = {11, 12})
    static final class GrantsAgainToTheHolder extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized Acquisition acquire(LeaseRequest request) {
                    return owns(held(request.name()), request.claim())
                            ? granted(fence(request.name()))
                            : super.acquire(request);
                }
            };
        }
    }

    @Breaks(
            value = 2,
            also = {6, 12})
    static final class ProlongsForWhoAsks extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                Acquisition occupied(LeaseRequest request, Held held) {
                    leases.put(address(request.name()), new Held(held.claim(), end(request)));
                    return super.occupied(request, held);
                }
            };
        }
    }

    /** INCR first, SET NX second. */
    @Breaks(2)
    static final class RaisesTheFenceForWhoAsks extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                Acquisition occupied(LeaseRequest request, Held held) {
                    keepFence(request.name(), above(fence(request.name())), FOR_EVER);
                    return super.occupied(request, held);
                }
            };
        }
    }

    // Renewing

    @Breaks(
            value = 3,
            also = {6, 8, 12, 13, 15, 18, 4, 5, 10})
    static final class RenewingCreates extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                boolean owns(Held held, Claim claim) {
                    return held == null || super.owns(held, claim);
                }

                @Override
                synchronized boolean release(String name, Claim claim) {
                    return held(name) != null && super.release(name, claim);
                }
            };
        }
    }

    /** EXPIRE without looking whose it is. */
    @Breaks(
            value = 3,
            also = {4, 5, 6, 8, 11, 12})
    static final class RenewsWhosesoever extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized Renewal renew(LeaseRequest request) {
                    Held held = held(request.name());
                    return super.renew(
                            held == null
                                    ? request
                                    : new LeaseRequest(
                                            request.name(),
                                            held.claim(),
                                            request.ttl(),
                                            request.floor(),
                                            request.fences()));
                }
            };
        }
    }

    @Breaks(
            value = {3, 5},
            also = {11, 12})
    static final class ComparesTokensOnly extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                boolean owns(Held held, Claim claim) {
                    return held != null && held.claim().token().equals(claim.token());
                }
            };
        }
    }

    /** The holder's description, without the token, as a lock that knows its owner by host and process. */
    @Breaks(
            value = {3, 5},
            also = {4, 6, 8, 11, 12, 14})
    static final class ComparesHoldersOnly extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                boolean owns(Held held, Claim claim) {
                    return held != null && held.claim().holder().equals(claim.holder());
                }
            };
        }
    }

    @Breaks(
            value = {3, 5},
            also = {11, 12})
    static final class ComparesBeginnings extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                boolean owns(Held held, Claim claim) {
                    return held != null && claim.text().startsWith(held.claim().text());
                }
            };
        }
    }

    @Breaks(
            value = 3,
            also = {6, 12, 13})
    static final class SaysRenewedAndDoesNothing extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized Renewal renew(LeaseRequest request) {
                    Held held = held(request.name());
                    Renewal answer = super.renew(request);
                    if (held != null) {
                        leases.put(address(request.name()), held);
                    }
                    return answer;
                }
            };
        }
    }

    /** Longer only, never shorter. */
    @Breaks(value = 3, also = 12)
    static final class RenewalNeverShortens extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized Renewal renew(LeaseRequest request) {
                    Held held = held(request.name());
                    Renewal answer = super.renew(request);
                    if (answer instanceof Renewed && held.end() > end(request)) {
                        leases.put(address(request.name()), held);
                    }
                    return answer;
                }
            };
        }
    }

    @Breaks(
            value = {3, 6},
            also = {12, 13})
    static final class RenewsWhatIsOver extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized Renewal renew(LeaseRequest request) {
                    Held held = leases.get(address(request.name()));
                    if (owns(held, request.claim())) {
                        leases.put(address(request.name()), new Held(held.claim(), end(request)));
                    }
                    return super.renew(request);
                }
            };
        }
    }

    @Breaks(
            value = 3,
            also = {6, 8, 11, 12})
    static final class RefusesToRenewWithoutAWord extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized Renewal renew(LeaseRequest request) {
                    return super.renew(request) instanceof NotYours
                            ? new NotYours(new StoredLease(Optional.empty(), Optional.empty(), OptionalLong.empty()))
                            : new Renewed();
                }
            };
        }
    }

    @Breaks(
            value = 4,
            also = {7, 12, 15})
    static final class RenewalIgnoresTheFloor extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long raised(long fence, long floor) {
                    return fence;
                }
            };
        }
    }

    @Breaks(
            value = 4,
            also = {3, 7, 12, 13, 15, 16, 17, 18})
    static final class RenewalLowersTheFence extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long raised(long fence, long floor) {
                    return floor;
                }
            };
        }
    }

    @Breaks(
            value = 4,
            also = {3, 10, 18})
    static final class RefusedRenewalRaisesTheFence extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized Renewal renew(LeaseRequest request) {
                    if (request.floor() > fence(request.name())) {
                        keepFence(request.name(), request.floor(), fenceEnd(request));
                    }
                    return super.renew(request);
                }
            };
        }
    }

    // Releasing

    /** DEL without looking whose it is: the fault of the seed of this project, and of many. */
    @Breaks(
            value = 5,
            also = {6, 8, 11, 12, 14})
    static final class ReleasesWhosesoever extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized boolean release(String name, Claim claim) {
                    Held held = held(name);
                    return held != null && super.release(name, held.claim());
                }
            };
        }
    }

    @Breaks(
            value = 5,
            also = {6, 8, 11, 12, 14, 17, 18})
    static final class SaysReleasedInAnyCase extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized boolean release(String name, Claim claim) {
                    super.release(name, claim);
                    return true;
                }
            };
        }
    }

    @Breaks(
            value = 5,
            also = {1, 2, 3, 6, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
    static final class NeverSaysReleased extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized boolean release(String name, Claim claim) {
                    super.release(name, claim);
                    return false;
                }
            };
        }
    }

    @Breaks(
            value = 5,
            also = {3, 4, 7, 9, 10, 12, 13, 15, 16, 17})
    static final class ReleaseForgetsTheFence extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized boolean release(String name, Claim claim) {
                    boolean released = super.release(name, claim);
                    if (released) {
                        fences.remove(address(name));
                    }
                    return released;
                }
            };
        }
    }

    // Ending

    /** SET NX without a time to live. */
    @Breaks(
            value = {2, 6},
            also = {1, 3, 5, 7, 9, 12, 13, 18})
    static final class LeasesNeverEnd extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long end(LeaseRequest request) {
                    return FOR_EVER - FENCE_TTL.toNanos();
                }
            };
        }
    }

    @Breaks(
            value = 6,
            also = {2, 12})
    static final class CutsTimesToSeconds extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long end(LeaseRequest request) {
                    return now() + Duration.ofSeconds(request.ttl().toSeconds()).toNanos();
                }
            };
        }
    }

    @Breaks(
            value = 6,
            also = {2, 3, 12})
    static final class RoundsTimesUpToSeconds extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long end(LeaseRequest request) {
                    return now()
                            + Duration.ofSeconds(request.ttl().plusMillis(999).toSeconds())
                                    .toNanos();
                }
            };
        }
    }

    @Breaks(
            value = 6,
            also = {2, 3, 9, 12, 13, 18, 1, 5, 7})
    static final class LeasesLastTwiceAsLong extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long end(LeaseRequest request) {
                    return now() + 2 * request.ttl().toNanos();
                }
            };
        }
    }

    @Breaks(
            value = 6,
            also = {2, 3, 12, 13})
    static final class LeasesLastHalfAsLong extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long end(LeaseRequest request) {
                    return now() + request.ttl().toNanos() / 2;
                }
            };
        }
    }

    /** 2^31 milliseconds are 24 days. */
    @Breaks(
            value = 6,
            also = {2, 3, 12, 13, 1, 4, 5, 7, 8, 9, 10, 11, 14, 15, 16, 17, 18})
    static final class TimesAreIntegers extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long end(LeaseRequest request) {
                    return now() + (int) request.ttl().toMillis() * 1_000_000L;
                }
            };
        }
    }

    // Tokens

    @Breaks(
            value = 7,
            also = {8, 13})
    static final class TokensCountFromOne extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long micros() {
                    return 0;
                }
            };
        }
    }

    @Breaks(
            value = 7,
            also = {12, 15, 10, 4, 5})
    static final class TokensIgnoreTheFloor extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long token(LeaseRequest request, long last) {
                    return above(last);
                }
            };
        }
    }

    @Breaks(
            value = 7,
            also = {12, 15})
    static final class TokensFallToTheFloor extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long token(LeaseRequest request, long last) {
                    return request.floor() > 0 ? request.floor() : super.token(request, last);
                }
            };
        }
    }

    /** Begins again at one after each release. */
    @Breaks(
            value = 7,
            also = {1, 3, 4, 5, 8, 9, 10, 12, 13, 15, 16, 17, 18})
    static final class CountsAgainAfterARelease extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new Counting() {
                @Override
                synchronized boolean release(String name, Claim claim) {
                    boolean released = super.release(name, claim);
                    if (released) {
                        fences.remove(address(name));
                    }
                    return released;
                }
            };
        }
    }

    @Breaks(
            value = 7,
            also = {8, 10, 12, 13, 18})
    static final class CountsAgainAfterForce extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new Counting() {
                @Override
                synchronized void force(String name) {
                    super.force(name);
                    fences.remove(address(name));
                }
            };
        }
    }

    @Breaks(
            value = 7,
            also = {12, 13, 18})
    static final class CountsAgainAfterTheEnd extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new Counting() {
                @Override
                long fenceEnd(LeaseRequest request) {
                    return end(request);
                }
            };
        }
    }

    /** Tokens from one on, without the time that makes up for what is forgotten. */
    private static class Counting extends ReferenceLeaseBackend {
        @Override
        long micros() {
            return 0;
        }
    }

    /** The clock alone. */
    @Breaks(
            value = 7,
            also = {4, 8, 12, 13, 15, 16, 17})
    static final class TokensAreTheTime extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long token(LeaseRequest request, long last) {
                    return Math.max(micros() / 1_000 * 1_000, request.floor());
                }
            };
        }
    }

    @Breaks(
            value = 7,
            also = {4, 5, 8, 10, 12, 13, 15, 16, 17})
    static final class TokenIsGivenOutTwice extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long token(LeaseRequest request, long last) {
                    return last % 5 == 0 && last > request.floor() ? last : super.token(request, last);
                }
            };
        }
    }

    @Breaks(
            value = 13,
            also = {3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 18})
    static final class FenceEndsWithTheLease extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long fenceEnd(LeaseRequest request) {
                    return end(request);
                }

                @Override
                void outliveTheLease(String name) {}
            };
        }
    }

    @Breaks(
            value = {7, 9},
            also = {2, 3, 4, 5, 8, 10, 12, 13, 15})
    static final class ReadsAnOldFence extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized StoredLease read(String name) {
                    StoredLease now = super.read(name);
                    return now.fence().isEmpty()
                            ? now
                            : new StoredLease(
                                    now.claim(),
                                    now.remaining(),
                                    OptionalLong.of(now.fence().getAsLong() - 1));
                }
            };
        }
    }

    @Breaks(
            value = 15,
            also = {2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17})
    static final class TokensAreRoundedLikeFloats extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                void keepFence(String name, long token, long end) {
                    super.keepFence(name, token > 1L << 51 ? token & ~1L : token, end);
                }
            };
        }
    }

    @Breaks(15)
    static final class TokensBeginAgain extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long above(long last) {
                    return super.above(last >= LeaseRequest.HIGHEST_FENCE ? 0 : last);
                }
            };
        }
    }

    @Breaks(15)
    static final class TokensHaveNoEnd extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long above(long last) {
                    return Math.max(last + 1, micros());
                }
            };
        }
    }

    // Force

    @Breaks(
            value = 8,
            also = {7, 10, 12, 13, 18, 3})
    static final class ForceLeavesTheFence extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized void force(String name) {
                    leases.remove(address(name));
                }
            };
        }
    }

    @Breaks(
            value = 8,
            also = {7, 12, 13})
    static final class ForceResetsTheFence extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long forcedFence(long last) {
                    return 1;
                }
            };
        }
    }

    @Breaks(
            value = 8,
            also = {1, 3, 5, 7, 10, 12, 13, 14, 18, 2, 17})
    static final class ForceSparesTheHolder extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized void force(String name) {
                    Held held = leases.get(address(name));
                    super.force(name);
                    if (held != null) {
                        leases.put(address(name), held);
                    }
                }
            };
        }
    }

    @Breaks(
            value = 8,
            also = {1, 3, 5, 7, 10, 12, 13, 14, 18, 17})
    static final class ForceTakesTheLease extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized void force(String name) {
                    super.force(name);
                    leases.put(address(name), new Held(new Claim("operator", ""), now() + 1_000_000_000));
                }
            };
        }
    }

    @Breaks(
            value = 8,
            also = {7, 12, 13, 18})
    static final class ForceOverlooksFreeNames extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized void force(String name) {
                    if (held(name) != null) {
                        super.force(name);
                    }
                }
            };
        }
    }

    // Reading

    @Breaks(
            value = 9,
            also = {3, 4, 10, 12, 13, 18})
    static final class ReadingCreatesAFence extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized StoredLease read(String name) {
                    if (fence(name) == 0) {
                        keepFence(name, 1, FOR_EVER);
                    }
                    return super.read(name);
                }
            };
        }
    }

    @Breaks(
            value = 9,
            also = {1, 2, 3, 5, 6, 7, 12, 13, 18})
    static final class ReadingProlongsTheLease extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized StoredLease read(String name) {
                    Held held = held(name);
                    if (held != null) {
                        long end =
                                Math.max(held.end(), now() + Duration.ofHours(1).toNanos());
                        leases.put(address(name), new Held(held.claim(), end));
                    }
                    return super.read(name);
                }
            };
        }
    }

    @Breaks(
            value = 9,
            also = {1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18})
    static final class ReadingTellsNoHolder extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized StoredLease read(String name) {
                    StoredLease now = super.read(name);
                    return new StoredLease(
                            now.claim().map(claim -> new Claim(claim.token(), "")), now.remaining(), now.fence());
                }
            };
        }
    }

    @Breaks(
            value = 9,
            also = {2, 3, 5, 6, 12, 13, 1, 7})
    static final class ReadingTellsLeasesThatAreOver extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized StoredLease read(String name) {
                    Held held = leases.get(address(name));
                    StoredLease now = super.read(name);
                    return held == null
                            ? now
                            : new StoredLease(
                                    Optional.of(held.claim()),
                                    Optional.of(Duration.ofNanos(Math.max(0, held.end() - now()))),
                                    now.fence());
                }
            };
        }
    }

    @Breaks(
            value = 9,
            also = {1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18})
    static final class ReadingTakesTheLeaseAway extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized StoredLease read(String name) {
                    StoredLease now = super.read(name);
                    leases.remove(address(name));
                    return now;
                }
            };
        }
    }

    // Texts

    @Breaks(10)
    static final class NamesHaveNoCase extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return addressing(name -> name.toLowerCase(Locale.ROOT));
        }
    }

    @Breaks(10)
    static final class NamesAreTrimmed extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return addressing(String::strip);
        }
    }

    @Breaks(10)
    static final class NamesAreCut extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return addressing(name -> name.substring(0, Math.min(name.length(), 255)));
        }
    }

    @Breaks(10)
    static final class NamesLoseBraces extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return addressing(name -> name.replace("{", "").replace("}", ""));
        }
    }

    @Breaks(10)
    static final class NamesAreLatin extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return addressing(
                    name -> new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1));
        }
    }

    private interface Addressing {
        String of(String name);
    }

    private static ReferenceLeaseBackend addressing(Addressing addressing) {
        return new ReferenceLeaseBackend() {
            @Override
            Object address(String name) {
                return addressing.of(name);
            }
        };
    }

    @Breaks(
            value = 10,
            also = {2, 3, 4, 5, 7, 8, 9, 12, 13, 15, 18, 1, 6, 11, 14, 16, 17})
    static final class AllNamesHaveOneFence extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long fence(String name) {
                    return fences.values().stream()
                            .mapToLong(Fence::token)
                            .max()
                            .orElse(0);
                }
            };
        }
    }

    @Breaks(
            value = 11,
            also = {2, 3, 5, 12, 4, 1, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 18})
    static final class HoldersAreTrimmed extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return keeping(claim -> new Claim(claim.token(), claim.holder().strip()));
        }
    }

    @Breaks(
            value = 11,
            also = {3, 5, 12})
    static final class ClaimsAreCutAtTheLastBar extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return keeping(claim -> claim.holder().indexOf('|') < 0
                    ? claim
                    : new Claim(
                            claim.token(),
                            claim.holder().substring(claim.holder().lastIndexOf('|') + 1)));
        }
    }

    @Breaks(11)
    static final class HoldersAreLatin extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return keeping(claim -> new Claim(
                    claim.token(),
                    new String(claim.holder().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1)));
        }
    }

    @Breaks(11)
    static final class HoldersAreCut extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return keeping(claim -> new Claim(
                    claim.token(),
                    claim.holder().substring(0, Math.min(5_001, claim.holder().length()))));
        }
    }

    private interface Keeping {
        Claim of(Claim claim);
    }

    private static ReferenceLeaseBackend keeping(Keeping keeping) {
        return new ReferenceLeaseBackend() {
            @Override
            boolean owns(Held held, Claim claim) {
                return held != null && held.claim().equals(keeping.of(claim));
            }

            @Override
            synchronized Acquisition acquire(LeaseRequest request) {
                return super.acquire(new LeaseRequest(
                        request.name(), keeping.of(request.claim()), request.ttl(), request.floor(), request.fences()));
            }
        };
    }

    @Breaks(
            value = 11,
            also = {3, 5, 12})
    static final class ClaimsHaveNoCase extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                boolean owns(Held held, Claim claim) {
                    return held != null && held.claim().text().equalsIgnoreCase(claim.text());
                }
            };
        }
    }

    // At once

    /** GET, then SET. */
    @Breaks(
            value = 12,
            also = {7, 14, 16})
    static final class LooksThenTakes extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the fault
                Acquisition acquire(LeaseRequest request) {
                    Held held = held(request.name());
                    if (held != null) {
                        return occupied(request, held);
                    }
                    LockSupport.parkNanos(1_000);
                    leases.remove(address(request.name()));
                    return super.acquire(request);
                }
            };
        }
    }

    /** GET, then SET XX, then nothing left to compare. */
    @Breaks(
            value = 12,
            also = {7, 16, 14})
    static final class LooksThenRenews extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the fault
                Renewal renew(LeaseRequest request) {
                    if (!owns(held(request.name()), request.claim())) {
                        return new NotYours(read(request.name()));
                    }
                    LockSupport.parkNanos(1_000);
                    leases.put(address(request.name()), new Held(request.claim(), end(request)));
                    return super.renew(request);
                }
            };
        }
    }

    /** GET, then DEL, by which time it may be another's. */
    @Breaks(
            value = 12,
            also = {5, 7, 14, 16})
    static final class LooksThenReleases extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the fault
                boolean release(String name, Claim claim) {
                    if (!owns(held(name), claim)) {
                        return false;
                    }
                    LockSupport.parkNanos(1_000);
                    Held held = held(name);
                    return held == null || super.release(name, held.claim());
                }
            };
        }
    }

    // Fences

    @Breaks(value = 13, also = 12)
    static final class KeptFencesExpire extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long fenceEnd(LeaseRequest request) {
                    return end(request) + FENCE_TTL.toNanos();
                }
            };
        }
    }

    @Breaks(value = {13, 18})
    static final class ExpiringFencesStay extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long fenceEnd(LeaseRequest request) {
                    return FOR_EVER;
                }
            };
        }
    }

    /** An hour from the first grant, however long that is renewed. */
    @Breaks(value = 13, also = 12)
    static final class FenceEndsWhileTheLeaseIsRenewed extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized Renewal renew(LeaseRequest request) {
                    Fence before = fences.get(address(request.name()));
                    Renewal answer = super.renew(request);
                    if (answer instanceof Renewed && before != null) {
                        fences.computeIfPresent(
                                address(request.name()), (same, now) -> new Fence(now.token(), before.end()));
                    }
                    return answer;
                }

                @Override
                long fenceEnd(LeaseRequest request) {
                    return request.fences() == Fences.KEPT ? FOR_EVER : now() + FENCE_TTL.toNanos();
                }
            };
        }
    }

    @Breaks(value = 13)
    static final class FenceOfALongLeaseEndsBeforeIt extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                long fenceEnd(LeaseRequest request) {
                    return request.fences() == Fences.KEPT ? FOR_EVER : now() + FENCE_TTL.toNanos();
                }
            };
        }
    }

    @Breaks(value = {13, 18})
    static final class ForceMakesFencesStay extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized void force(String name) {
                    super.force(name);
                    fences.computeIfPresent(address(name), (same, fence) -> new Fence(fence.token(), FOR_EVER));
                }
            };
        }
    }

    @Breaks(value = 13, also = 12)
    static final class ForceMakesFencesExpire extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                @Override
                synchronized void force(String name) {
                    super.force(name);
                    fences.computeIfPresent(
                            address(name), (same, fence) -> new Fence(fence.token(), now() + FENCE_TTL.toNanos()));
                }
            };
        }
    }

    // Growth

    @Breaks(18)
    static final class KeepsALockPerName extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                private final java.util.Set<String> locks = java.util.concurrent.ConcurrentHashMap.newKeySet();

                @Override
                boolean owns(Held held, Claim claim) {
                    return super.owns(held, claim);
                }

                @Override
                Held held(String name) {
                    locks.add(name);
                    return super.held(name);
                }

                @Override
                synchronized long records() {
                    return super.records() + locks.size();
                }
            };
        }
    }

    @Breaks(18)
    static final class KeepsARecordPerGeneration extends ReferenceLeaseConformance {
        @Override
        ReferenceLeaseBackend backend() {
            return new ReferenceLeaseBackend() {
                private final AtomicLong generations = new AtomicLong();

                @Override
                Acquisition granted(long token) {
                    generations.incrementAndGet();
                    return super.granted(token);
                }

                @Override
                synchronized long records() {
                    return super.records() + generations.get();
                }
            };
        }
    }
}
