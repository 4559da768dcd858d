package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.BackendTime;
import io.botfsm.conformance.internal.TimedResult;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;

/** Rule L17: the backend is unavailable. */
abstract class LeaseOutageRules extends LeaseRules {
    private static final Duration CONFIGURED = Duration.ofMillis(500);
    private static final Duration RECOVERY = Duration.ofSeconds(2);
    private static final int NAMES = 20;

    private final Duration limit;

    LeaseOutageRules(LeaseStoreConformance suite) {
        super(suite);
        limit = CONFIGURED.plus(suite.margin());
    }

    private Conformance.CutsOff backend() {
        return (Conformance.CutsOff) suite;
    }

    @AfterEach
    void restore() {
        if (suite instanceof Conformance.CutsOff backend) {
            backend.restore();
        }
    }

    private TestedLeaseStore openConfigured() {
        return open(CONFIGURED);
    }

    private void fails(TimedResult<?> answer) {
        assertThat(answer.anyFailureOrNone(limit))
                .as("the failure while the backend is unavailable")
                .isPresent();
        assertThat(answer.took(limit)).as("time of a failing call").isLessThan(limit);
    }

    private List<TimedResult<?>> everyCall(TestedLeaseStore store, String name, Claim claim) {
        return List.of(
                store.acquiring(lasting(name, freshClaim())),
                store.renewing(lasting(name, claim)),
                store.releasing(name, claim),
                store.reading(name),
                store.forcing(name),
                store.subscribing(name, () -> {}));
    }

    @Requires(Need.CUTS_OFF)
    void ruleL17_callsFailInTime() {
        TestedLeaseStore store = openConfigured();
        String name = freshName();
        Claim claim = freshClaim();
        acquired(store, name, claim);
        backend().cutOff();
        for (int i = 0; i < 2; i++) {
            everyCall(store, name, claim).forEach(this::fails);
        }
    }

    @Requires(Need.CUTS_OFF)
    void ruleL17_callsWithoutAnswerFailInTime() {
        TestedLeaseStore store = openConfigured();
        String name = freshName();
        Claim claim = freshClaim();
        acquired(store, name, claim);
        backend().loseAnswers();
        everyCall(store, name, claim).forEach(this::fails);
    }

    @Requires(Need.CUTS_OFF)
    void ruleL17_neverUsedStoreFailsInTime() {
        TestedLeaseStore store = openConfigured();
        backend().cutOff();
        everyCall(store, freshName(), freshClaim()).forEach(this::fails);
    }

    @Requires(Need.CUTS_OFF)
    void ruleL17_manyCallsReturnAtOnceAndFailInTime() {
        TestedLeaseStore store = openConfigured();
        String name = freshName();
        read(store, name);
        backend().cutOff();
        long begun = System.nanoTime();
        List<TimedResult<?>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.addAll(everyCall(store, name, freshClaim()));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .as("time to begin many calls")
                .isLessThan(limit);
        answers.forEach(this::fails);
    }

    @Requires(Need.CUTS_OFF)
    void ruleL17_worksAgainByItself() {
        TestedLeaseStore store = openConfigured();
        String name = freshName();
        Claim claim = freshClaim();
        OptionalLong fence = acquired(store, name, claim).fencingToken();
        for (int outage = 0; outage < 2; outage++) {
            backend().cutOff();
            fails(store.reading(name));
            fails(store.renewing(lasting(name, claim)));
            backend().restore();
            read(store, name);
            StoredLease lease = read(store, name);
            assertHeldBy(claim, lease);
            assertThat(lease.fencingToken()).isEqualTo(fence);
            assertThat(answered(() -> store.renewing(lasting(name, claim)))).isInstanceOf(Renewed.class);
        }
        answered(() -> store.releasing(name, claim));
        assertThat(acquired(store, name, freshClaim()).fencingToken().getAsLong())
                .isGreaterThan(fence.getAsLong());
    }

    /** A call begun later than the time of recovery must succeed. */
    private <T> T answered(Supplier<TimedResult<T>> call) {
        return TimedResult.eventually(call, RECOVERY, limit);
    }

    /** Acquires a free lease; if the response was lost, the claim holds it all the same. */
    private StoredLease acquired(TestedLeaseStore store, String name, Claim claim) {
        answered(() -> store.acquiring(lasting(name, claim)));
        StoredLease lease = read(store, name);
        assertHeldBy(claim, lease);
        return lease;
    }

    private StoredLease read(TestedLeaseStore store, String name) {
        return answered(() -> store.reading(name));
    }

    @Requires(Need.CUTS_OFF)
    void ruleL17_grantedLeasesStay() {
        TestedLeaseStore store = openConfigured();
        Map<String, Claim> granted = new HashMap<>();
        for (int i = 0; i < 3 * NAMES; i++) {
            if (i == NAMES) {
                backend().cutOff();
            } else if (i == NAMES + 4) {
                backend().restore();
                read(store, freshName());
            }
            String name = freshName();
            Claim claim = freshClaim();
            if (store.acquiring(lasting(name, claim)).anyFailureOrNone(limit).isEmpty()) {
                granted.put(name, claim);
            }
        }
        assertThat(granted).hasSizeGreaterThanOrEqualTo(2 * NAMES);
        granted.forEach((name, claim) -> assertHeldBy(claim, read(store, name)));
    }

    @Requires(Need.CUTS_OFF)
    void ruleL17_failedAcquisitionHappensOnceAtMost() {
        TestedLeaseStore store = openConfigured();
        Map<String, Claim> failed = new HashMap<>();
        for (int i = 0; i < NAMES; i++) {
            failed.put(freshName(), freshClaim());
        }
        String other = freshName();
        read(store, other);
        backend().loseAnswers();
        List<TimedResult<?>> answers = new ArrayList<>();
        failed.forEach((name, claim) -> answers.add(store.acquiring(lasting(name, claim))));
        answers.forEach(this::fails);
        backend().restore();
        read(store, other);
        Set<String> happened = new HashSet<>();
        lookAgainAndAgain(() -> failed.forEach((name, claim) -> {
            if (answered(() -> store.releasing(name, claim))) {
                assertThat(happened.add(name))
                        .as("an acquisition happened for the first time")
                        .isTrue();
            }
        }));
    }

    @Requires(Need.CUTS_OFF)
    void ruleL17_failedForceHappensOnceAtMost() {
        TestedLeaseStore store = openConfigured();
        Map<String, Claim> holders = new HashMap<>();
        for (int i = 0; i < NAMES; i++) {
            String name = freshName();
            Claim claim = freshClaim();
            acquired(store, name, claim);
            holders.put(name, claim);
        }
        backend().loseAnswers();
        List<TimedResult<?>> answers = new ArrayList<>();
        holders.keySet().forEach(name -> answers.add(store.forcing(name)));
        answers.forEach(this::fails);
        backend().restore();
        read(store, freshName());
        Set<String> happened = new HashSet<>();
        lookAgainAndAgain(() -> holders.replaceAll((name, claim) -> {
            StoredLease lease = read(store, name);
            if (lease.claim().isPresent()) {
                assertHeldBy(claim, lease);
                return claim;
            }
            assertThat(happened.add(name))
                    .as("a force happened for the first time")
                    .isTrue();
            Claim next = freshClaim();
            acquired(store, name, next);
            return next;
        }));
    }

    private void lookAgainAndAgain(Runnable look) {
        for (int i = 0; i < 5; i++) {
            look.run();
            BackendTime.pause(suite.timeout().dividedBy(100));
        }
    }

    @Requires(Need.CUTS_OFF)
    void ruleL17_subscriptionsSurviveAnOutageWithAHint() {
        hintsComeAfter(() -> backend().cutOff());
    }

    @Requires(Need.CUTS_OFF)
    void ruleL17_missedReleaseIsHinted() {
        hintsComeAfter(() -> backend().loseAnswers());
    }

    private void hintsComeAfter(Runnable fault) {
        TestedLeaseStore store = openConfigured();
        TestedLeaseStore other = suite instanceof Conformance.Shares ? openConfigured() : store;
        String name = freshName();
        AtomicInteger hints = new AtomicInteger();
        answered(() -> store.subscribing(name, hints::incrementAndGet));
        for (int outage = 0; outage < 2; outage++) {
            Claim claim = freshClaim();
            acquired(other, name, claim);
            fault.run();
            fails(other.releasing(name, claim));
            fails(store.reading(name));
            int before = hints.get();
            backend().restore();
            read(store, name);
            read(other, name);
            time.eventually("a hint after the outage", () -> hints.get() > before);

            answered(() -> other.releasing(name, claim));
            for (int i = 0; i < 3; i++) {
                int again = hints.get();
                Claim next = freshClaim();
                acquired(other, name, next);
                answered(() -> other.releasing(name, next));
                time.eventually("a hint of a release after the outage", () -> hints.get() > again);
            }
        }
    }

    @Requires(Need.CUTS_OFF)
    void ruleL17_closesWhileTheBackendIsUnavailable() {
        TestedLeaseStore store = openConfigured();
        String name = freshName();
        store.granted(lasting(name, freshClaim()));
        answered(() -> store.subscribing(name, () -> {}));
        backend().cutOff();
        TimedResult<StoredLease> pending = store.reading(name);
        long begun = System.nanoTime();
        store.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .as("time to close")
                .isLessThan(limit);
        fails(pending);
        everyCall(store, name, freshClaim()).forEach(this::fails);
    }
}
