package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.Renewal.NotYours;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Rule L12: one holder at most, whatever happens at once. */
abstract class LeaseContentionRules extends LeaseRules {
    private static final int CONTENDERS = 16;
    private static final int THREADS = 4;

    LeaseContentionRules(LeaseStoreConformance suite) {
        super(suite);
    }

    @Test
    void ruleL12_oneOfManyIsGrantedAndTheOthersLearnWho() {
        TestedLeaseStore one = open();
        TestedLeaseStore two = beside(one);
        String name = freshName();
        for (int round = 0; round < times(20); round++) {
            List<Claim> granted = Collections.synchronizedList(new ArrayList<>());
            List<Claim> reported = Collections.synchronizedList(new ArrayList<>());
            Crowd.of(CONTENDERS, index -> {
                Claim claim = freshClaim();
                Acquisition answer = (index % 2 == 0 ? one : two).acquire(lasting(name, claim));
                if (answer instanceof Granted) {
                    granted.add(claim);
                } else {
                    reported.add(((Occupied) answer).claim());
                }
            });
            assertThat(granted).as("to whom a lease was granted").hasSize(1);
            assertThat(reported).hasSize(CONTENDERS - 1).containsOnly(granted.get(0));
            assertThat(two.release(name, granted.get(0))).isTrue();
        }
    }

    /** The holder checks that it is alone, while others try to take, renew and free the lease. */
    @Test
    void ruleL12_holderIsAloneInAStorm() {
        TestedLeaseStore one = open();
        TestedLeaseStore two = beside(one);
        String name = freshName();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger generations = new AtomicInteger();
        AtomicLong highest = new AtomicLong();
        int each = times(300);
        Crowd.of(THREADS, index -> {
            TestedLeaseStore store = index % 2 == 0 ? one : two;
            Claim before = freshClaim();
            for (int i = 0; i < each; i++) {
                Claim claim = freshClaim();
                LeaseRequest request = lasting(name, claim);
                Acquisition answer = store.acquire(request);
                if (answer instanceof Granted granted) {
                    assertThat(inside.incrementAndGet()).as("holders at once").isEqualTo(1);
                    assertThat(granted.fencingToken()).isGreaterThan(highest.getAndSet(granted.fencingToken()));
                    store.renewed(request);
                    assertThat(store.occupied(lasting(name, freshClaim())).claim())
                            .isEqualTo(claim);
                    assertHeldBy(claim, store.read(name));
                    generations.incrementAndGet();
                    inside.decrementAndGet();
                    assertThat(store.release(name, claim)).isTrue();
                } else {
                    Claim holder = ((Occupied) answer).claim();
                    assertThat(store.release(name, new Claim(holder.token(), "another")))
                            .isFalse();
                }
                store.notYours(lasting(name, before));
                assertThat(store.release(name, before)).isFalse();
                before = claim;
            }
        });
        assertThat(generations).hasPositiveValue();
        assertFree(one.read(name));
    }

    @Test
    void ruleL12_releasesAtOnceNeverFreeTheNext() {
        TestedLeaseStore one = open();
        TestedLeaseStore two = beside(one);
        String name = freshName();
        for (int round = 0; round < times(20); round++) {
            Claim before = freshClaim();
            one.granted(lasting(name, before));
            AtomicInteger released = new AtomicInteger();
            List<Claim> next = Collections.synchronizedList(new ArrayList<>());
            Crowd.of(2 * THREADS, index -> {
                TestedLeaseStore store = index % 4 < 2 ? one : two;
                if (index % 2 == 0) {
                    released.addAndGet(store.release(name, before) ? 1 : 0);
                    return;
                }
                for (int i = 0; i < 5 && next.isEmpty(); i++) {
                    Claim claim = freshClaim();
                    if (store.acquire(lasting(name, claim)) instanceof Granted) {
                        next.add(claim);
                    }
                }
            });
            assertThat(released).as("releases that said they did it").hasValueLessThanOrEqualTo(1);
            assertThat(next).as("who has it next").hasSizeLessThanOrEqualTo(1);
            if (next.isEmpty()) {
                assertFree(one.read(name));
            } else {
                assertHeldBy(next.get(0), one.read(name));
                assertThat(two.release(name, next.get(0))).isTrue();
            }
        }
    }

    @Test
    void ruleL12_renewalBesideAReleaseNeverBringsTheLeaseBack() {
        endsForGood(
                (store, name, claim) -> assertThat(store.release(name, claim)).isTrue());
    }

    @Test
    void ruleL12_renewalBesideForceNeverBringsTheLeaseBack() {
        endsForGood((store, name, claim) -> store.force(name));
    }

    private interface End {
        void of(TestedLeaseStore store, String name, Claim claim);
    }

    private void endsForGood(End end) {
        TestedLeaseStore one = open();
        TestedLeaseStore two = beside(one);
        String name = freshName();
        for (int round = 0; round < times(20); round++) {
            Claim claim = freshClaim();
            one.granted(lasting(name, claim));
            AtomicBoolean over = new AtomicBoolean();
            Crowd.of(THREADS, index -> {
                TestedLeaseStore store = index % 2 == 0 ? one : two;
                if (index == 0) {
                    end.of(store, name, claim);
                    over.set(true);
                    return;
                }
                boolean wasOver;
                Renewal renewal;
                do {
                    wasOver = over.get();
                    renewal = store.renew(lasting(name, claim));
                } while (!wasOver);
                assertThat(renewal).as("a renewal after the end").isInstanceOf(NotYours.class);
            });
            assertFree(one.read(name));
            assertFree(two.notYours(lasting(name, claim)));
        }
    }

    @Test
    void ruleL12_randomOperationsAgreeWithTheModel() {
        randomly(random -> {
            TestedLeaseStore one = open();
            TestedLeaseStore two = beside(one);
            for (int i = 0; i < times(10); i++) {
                new Play(random, List.of(one, two)).play(200, Duration.ZERO);
            }
        });
    }

    @Requires(Need.ADVANCES_TIME)
    void ruleL12_randomOperationsAgreeWithTheModelWhileTimePasses() {
        randomly(random -> {
            TestedLeaseStore one = open();
            TestedLeaseStore two = beside(one);
            for (int i = 0; i < times(10); i++) {
                new Play(random, List.of(one, two)).play(200, Duration.ofMinutes(1));
            }
        });
    }

    /** Random operations under one name, each compared with the model. */
    private final class Play {
        private static final int REMEMBERED = 4;

        private final Random random;
        private final List<TestedLeaseStore> stores;
        private final String name = freshName();
        private final LeaseModel model = new LeaseModel();
        private final List<Claim> claims = new ArrayList<>(List.of(freshClaim()));

        private Play(Random random, List<TestedLeaseStore> stores) {
            this.random = random;
            this.stores = stores;
        }

        private void play(int steps, Duration pace) {
            for (int i = 0; i < steps; i++) {
                step(stores.get(random.nextInt(stores.size())));
                if (!pace.isZero() && random.nextInt(3) == 0) {
                    Duration passed = pace.multipliedBy(1 + random.nextInt(3));
                    time.pass(passed);
                    model.pass(passed);
                }
            }
        }

        private void step(TestedLeaseStore store) {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> {
                    Claim claim = freshClaim();
                    claims.add(claim);
                    LeaseRequest request = request(claim);
                    model.acquired(request, store.acquire(request));
                }
                case 3, 4, 5 -> {
                    LeaseRequest request = request(someClaim());
                    model.renewed(request, store.renew(request));
                }
                case 6, 7 -> {
                    Claim claim = someClaim();
                    model.released(claim, store.release(name, claim));
                }
                case 8 -> model.read(store.read(name));
                default -> {
                    if (random.nextInt(3) == 0) {
                        store.force(name);
                        model.forced();
                    }
                }
            }
            while (claims.size() > REMEMBERED) {
                claims.remove(0);
            }
        }

        /** A lease that ends between the steps of the clock, never at the moment of an operation. */
        private LeaseRequest request(Claim claim) {
            Duration ttl = Duration.ofSeconds(30).plusMinutes(random.nextInt(5) + 1);
            long floor = random.nextInt(4) == 0 ? (1L << 52) + random.nextInt(1_000) : 0;
            return new LeaseRequest(name, claim, ttl, floor, Fences.EXPIRING);
        }

        /** The holder's claim, an earlier one, or one that looks like it. */
        private Claim someClaim() {
            Claim claim = model.holder()
                    .filter(holder -> random.nextBoolean())
                    .orElseGet(() -> claims.get(random.nextInt(claims.size())));
            return random.nextInt(5) == 0 ? impostors(claim).get(random.nextInt(6)) : claim;
        }
    }
}
