package io.botfsm.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.botfsm.lock.Mutant.Change;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults that other locks have had, put into a copy of this one: the simulator must find each, and so would find it here.
 * What the simulator cannot see is tested elsewhere: fault 9 with the runner, 15 with the Redis store.
 */
class FifteenFaultsTest {
    private static final String TIMEOUT =
            "Scheduler.Task timeout = engine.later(limit, () -> failed(attempt, new TimeoutException(\"no answer in \" + limit)));";
    private static final int SEEDS = 3_000;

    @TempDir
    private Path folder;

    @Test
    void fault01_aFailedRenewalIsNotTriedAgain() throws Exception {
        assertThat(found(new Change(
                        "LeaseGeneration",
                        "nextRenewal = now + engine.timings().retryPause().toNanos(); } engine.renewAt(nextRenewal());",
                        "nextRenewal = now + engine.timings().retryPause().toNanos(); }")))
                .isIn(Violation.LOST_WITHOUT_REASON);
    }

    @Test
    void fault02_anExceptionEndsRenewing() throws Exception {
        assertThat(found(
                        new Change(
                                "LeaseEngine",
                                "return asked(() -> store.renew(request));",
                                "return store.renew(request);"),
                        new Change("LeaseEngine", "renewAt(clock.nanoTime() + timings.retryPause().toNanos()); }", "}"),
                        new Change(
                                "LeaseGeneration",
                                "try { ask(attempt, begun, limit); } catch (Throwable e) { failed(attempt, e); }",
                                "ask(attempt, begun, limit);"),
                        new Change("LeaseGeneration", TIMEOUT, "Scheduler.Task timeout = () -> {};")))
                .isIn(Violation.LOST_WITHOUT_REASON, Violation.NOT_TAKEN);
    }

    @Test
    void fault03_theNextLeaseIsNotRenewedAfterALoss() throws Exception {
        assertThat(found(
                        new Change("LeaseEngine", "if (current == generation) { current = null; }", ""),
                        new Change(
                                "LeaseEngine",
                                "current = generation;",
                                "if (current == null) { current = generation; }"),
                        new Change("LeaseEngine", "if (before != null) { before.lose(LossReason.EXPIRED); }", "")))
                .isIn(Violation.LOST_WITHOUT_REASON, Violation.NOT_TAKEN, Violation.LOSS_NOT_TOLD);
    }

    @Test
    void fault04_aRenewalThatWasScheduledSurvivesTheRelease() throws Exception {
        assertThat(found(
                        new Change("LeaseEngine", "if (current == generation) { current = null; }", ""),
                        new Change(
                                "LeaseGeneration",
                                "if (state.isOver() || attemptPending) { return; }",
                                "if (attemptPending) { return; }")))
                .isIn(Violation.RENEWED_AFTER_RELEASE);
    }

    @Test
    void fault05_renewingOutlivesTheWork() throws Exception {
        assertThat(found(new Change("LeaseGeneration", "state = State.RELEASED; } end(); active", "} active")))
                .isIn(Violation.RENEWED_AFTER_RELEASE, Violation.TWO_HOLDERS, Violation.LEFT_BEHIND);
    }

    @Test
    void fault06_aReleaseFreesAnothersLock() throws Exception {
        assertThat(found(new Change("SimulatedServer", "if (!claim.equals(holder())) { return false; }", "")))
                .isIn(Violation.TWO_HOLDERS);
    }

    @Test
    void fault07_theDeadlineMovesBeforeTheRenewalSucceeded() throws Exception {
        assertThat(found(new Change(
                        "LeaseGeneration",
                        "private void ask(int attempt, ClockReading begun, Duration limit) {",
                        "private void ask(int attempt, ClockReading begun, Duration limit) {"
                                + " hard = engine.timings().hardDeadline(begun.nanos());")))
                .isIn(Violation.TWO_HOLDERS, Violation.NOT_TAKEN, Violation.LOSS_NOT_TOLD);
    }

    @Test
    void fault08_eachAcquireLeavesATimerBehind() throws Exception {
        assertThat(found(
                        new Change("Alarm", "if (setFor - time <= 0) { return; } set.cancel();", ""),
                        new Change("Alarm", "set = null;", "")))
                .isIn(Violation.PILES_UP);
    }

    @Test
    void fault10_releasedBeforeTheHolderHasStopped() throws Exception {
        assertThat(found(
                        new Change("LeaseGeneration", "state = State.RELEASED; } end(); active", "} active"),
                        new Change(
                                "LeaseGeneration",
                                ".whenComplete((confirmedByStore, never) -> engine.tell(",
                                ".whenComplete((confirmedByStore, never) -> { state = State.RELEASED; end(); })"
                                        + ".whenComplete((confirmedByStore, never) -> engine.tell(")))
                .isIn(Violation.TWO_HOLDERS);
    }

    @Test
    void fault11_theStoresTimeIsComparedWithTheLocalTimeOfDay() throws Exception {
        assertThat(found(new Change(
                        "LeaseGeneration",
                        "if (now.nanos() - hard >= 0) { return false; } if",
                        "if (now.wallMillis() >= fencingToken / 1_000 + 60_000) { return false; } if")))
                .isIn(Violation.TWO_HOLDERS, Violation.NOT_TAKEN, Violation.LOSS_NOT_TOLD);
    }

    @Test
    void fault12_aReleaseBeforeTheSubscriptionIsMissed() throws Exception {
        assertThat(found(
                        new Change(
                                "Standby",
                                "Scheduler.Task timeout = engine.later(engine.timings().requestTimeout(), this::tryNow);",
                                "tryNow(); Scheduler.Task timeout = () -> {};"),
                        new Change("Standby", "keep(subscribed); } tryNow(); });", "keep(subscribed); } });")))
                .isIn(Violation.NOT_TAKEN);
    }

    @Test
    void fault13_theEndOfAnEarlierGenerationEndsALaterOne() throws Exception {
        assertThat(found(
                        new Change("LeaseEngine", "if (current == generation) { current = null; }", "current = null;"),
                        new Change(
                                "LeaseGeneration",
                                "state = State.RELEASED; } end(); active",
                                "state = State.RELEASED; } active"),
                        new Change(
                                "LeaseGeneration",
                                ".whenComplete((confirmedByStore, never) -> engine.tell(",
                                ".whenComplete((confirmedByStore, never) -> end())"
                                        + ".whenComplete((confirmedByStore, never) -> engine.tell(")))
                .isIn(Violation.LOSS_NOT_TOLD, Violation.LOST_WITHOUT_REASON);
    }

    @Test
    void fault14_aStaleLeaseShowsItsSuccessorsToken() throws Exception {
        assertThat(found(
                        new Change(
                                "LeaseEngine",
                                "void renewAt(long time) {",
                                "volatile long lastToken; void renewAt(long time) {"),
                        new Change(
                                "LeaseEngine",
                                "LeaseGeneration before;",
                                "lastToken = granted.fence(); LeaseGeneration before;"),
                        new Change(
                                "LeaseGeneration",
                                "public long fencingToken() { return fencingToken; }",
                                "public long fencingToken() { return engine.lastToken; }")))
                .isIn(Violation.TOKEN_CHANGED);
    }

    /** The first thing that the mutant is caught at. */
    private Violation found(Change... changes) throws Exception {
        Mutant mutant = Mutant.of(folder, changes);
        for (long seed = 0; seed < SEEDS; seed++) {
            Optional<String> violation = mutant.violation(seed);
            if (violation.isPresent()) {
                String text = violation.get();
                return Violation.valueOf(text.substring(0, text.indexOf(':')));
            }
        }
        return fail("not caught in %d worlds", SEEDS);
    }
}
