package io.botfsm.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.botfsm.lock.Mutant.Change;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults that other locks have had, put into a copy of this one: the simulator must find each, and so would find it
 * here. What the simulator cannot see is tested elsewhere: fault 9 with the runner, 15 with the Redis store.
 */
class FifteenFaultsTest {
    private static final String LOCK = "runLock";
    private static final String CONVERSATIONS = "runConversations";
    private static final String TIMER =
            "Scheduler.Task timer = engine.later(timeout, () -> failed(attempt, new TimeoutException(\"no answer within \" + timeout)));";
    private static final String ENDING = "state = end; } renewals.end(); deadlines.end(); engine.giveUp(claim());";
    private static final int SEEDS = 3_000;

    @TempDir
    private Path folder;

    @Test
    void fault01_aFailedRenewalIsNotTriedAgain() throws Exception {
        assertThat(found(new Change(
                        "LeaseGeneration",
                        "state = State.DEGRADED; } } renewals.atLatest(nextRenewal()); if (first)",
                        "state = State.DEGRADED; } } if (first)")))
                .isIn(Violation.LOST_WITHOUT_REASON);
    }

    @Test
    void fault02_anExceptionEndsRenewing() throws Exception {
        assertThat(found(
                        new Change(
                                "LeaseEngine",
                                "return asked(() -> store.renew(request));",
                                "return store.renew(request);"),
                        new Change(
                                "LeaseGeneration",
                                "renewals.atLatest( engine.clock().nanoTime() + engine.timings().retryPause().toNanos());",
                                ""),
                        new Change("LeaseGeneration", "catch (Throwable e) { failed(attempt, e); }", "finally {}"),
                        new Change("LeaseGeneration", TIMER, "Scheduler.Task timer = () -> {};")))
                .isIn(Violation.LOST_WITHOUT_REASON, Violation.NOT_TAKEN);
    }

    @Test
    void fault03_theNextLeaseIsNotRenewedAfterALoss() throws Exception {
        assertThat(
                        found(
                                new Change(
                                        "LeaseEngine",
                                        "double random() {",
                                        "volatile boolean stale; double random() {"),
                                new Change(
                                        "LeaseGeneration",
                                        "if (endsAs(State.LOST)) {",
                                        "if (endsAs(State.LOST)) { engine.stale = true;"),
                                new Change(
                                        "LeaseGeneration",
                                        "renewals.atLatest(nextRenewal()); deadlines.atLatest(confirmed.soft()); }",
                                        "if (!engine.stale) { renewals.atLatest(nextRenewal()); deadlines.atLatest(confirmed.soft()); } }")))
                .isIn(Violation.LOST_WITHOUT_REASON, Violation.NOT_TAKEN, Violation.NOT_NOTIFIED);
    }

    @Test
    void fault04_aRenewalThatWasScheduledSurvivesTheRelease() throws Exception {
        assertThat(found(
                        new Change("LeaseGeneration", ENDING, "state = end; } engine.giveUp(claim());"),
                        new Change(
                                "LeaseGeneration",
                                "if (state.isOver() || schedule.isPending()) { return; }",
                                "if (schedule.isPending()) { return; }")))
                .isIn(Violation.RENEWED_AFTER_RELEASE);
    }

    @Test
    void fault05_renewingOutlivesTheWork() throws Exception {
        assertThat(found(new Change("LeaseGeneration", "return endsAs(State.RELEASED);", "return true;")))
                .isIn(Violation.RENEWED_AFTER_RELEASE, Violation.TWO_HOLDERS, Violation.LEFT_BEHIND);
    }

    @Test
    void fault06_aReleaseFreesAnothersLock() throws Exception {
        assertThat(found(new Change("SimulatedServer", "if (!claim.equals(holder(name))) { return false; }", "")))
                .isIn(Violation.TWO_HOLDERS);
    }

    @Test
    void fault07_theDeadlineMovesBeforeTheRenewalSucceeded() throws Exception {
        assertThat(found(new Change(
                        "LeaseGeneration",
                        "private void ask(int attempt, ClockReading start) {",
                        "private void ask(int attempt, ClockReading start) {"
                                + " confirmed = Confirmation.of(start, engine.timings());")))
                .isIn(Violation.TWO_HOLDERS, Violation.NOT_TAKEN, Violation.NOT_NOTIFIED);
    }

    @Test
    void fault08_eachAcquireLeavesATimerBehind() throws Exception {
        assertThat(found(new Change("Alarm", "over = true; if (set != null) { set.cancel(); }", "over = true;")))
                .isIn(Violation.PILES_UP);
    }

    @Test
    void fault10_releasedBeforeTheHolderHasStopped() throws Exception {
        assertThat(found(
                        new Change("LeaseGeneration", "return endsAs(State.RELEASED);", "return !state.isOver();"),
                        new Change(
                                "LeaseGeneration",
                                "return ConfirmedRelease.begin(engine, name(), claim(), false);",
                                "return ConfirmedRelease.begin(engine, name(), claim(), false)"
                                        + ".whenComplete((confirmed, never) -> endsAs(State.RELEASED));")))
                .isIn(Violation.TWO_HOLDERS);
    }

    @Test
    void fault11_theStoresTimeIsComparedWithTheLocalTimeOfDay() throws Exception {
        assertThat(found(new Change(
                        "LeaseGeneration",
                        "if (confirmed.isOver(now.nanos())) { return false; } if",
                        "if (now.wallMillis() >= fencingToken / 1_000 + 60_000) { return false; } if")))
                .isIn(Violation.TWO_HOLDERS, Violation.NOT_TAKEN, Violation.NOT_NOTIFIED);
    }

    @Test
    void fault12_aReleaseBeforeTheSubscriptionIsMissed() throws Exception {
        Change missed = new Change("LeaseWait", "keep(started); wake();", "keep(started);");
        assertThat(found(missed)).isIn(Violation.NOT_TAKEN);
        assertThat(found(CONVERSATIONS, missed)).isIn(Violation.NOT_TAKEN);
    }

    @Test
    void fault13_theEndOfAnEarlierGenerationEndsALaterOne() throws Exception {
        assertThat(found(
                        new Change(
                                "LeaseEngine",
                                "double random() {",
                                "volatile LeaseGeneration latest; double random() {"),
                        new Change(
                                "LeaseGeneration",
                                "listener = notified;",
                                "listener = notified; engine.latest = this;"),
                        new Change(
                                "LeaseGeneration",
                                "return ConfirmedRelease.begin(engine, name(), claim(), false);",
                                "return ConfirmedRelease.begin(engine, name(), claim(), false)"
                                        + ".whenComplete((confirmed, never) -> { engine.latest.renewals.end();"
                                        + " engine.latest.deadlines.end(); });")))
                .isIn(Violation.NOT_NOTIFIED, Violation.LOST_WITHOUT_REASON);
    }

    @Test
    void fault14_aStaleLeaseShowsItsSuccessorsToken() throws Exception {
        assertThat(found(
                        new Change("LeaseEngine", "double random() {", "volatile long lastToken; double random() {"),
                        new Change(
                                "LeaseGeneration",
                                "this.fencingToken = granted.fencingToken();",
                                "this.fencingToken = granted.fencingToken(); engine.lastToken = fencingToken;"),
                        new Change(
                                "LeaseGeneration",
                                "public long fencingToken() { return fencingToken; }",
                                "public long fencingToken() { return engine.lastToken; }")))
                .isIn(Violation.TOKEN_CHANGED);
    }

    // Faults of many short leases.

    @Test
    void aLeaseOfAnotherConversationIsReleased() throws Exception {
        assertThat(found(
                        CONVERSATIONS,
                        new Change("SimulatedServer", "if (!claim.equals(holder(name))) { return false; }", "")))
                .isIn(Violation.TWO_HOLDERS);
    }

    @Test
    void theTimeToLiveIsCountedFromTheGrant() throws Exception {
        assertThat(found(
                        CONVERSATIONS,
                        new Change(
                                "AcquireAttempt",
                                "new LeaseGeneration(engine, sent, granted, start)",
                                "new LeaseGeneration(engine, sent, granted, ClockReading.of(engine.clock()))"),
                        new Change("AcquireAttempt", "if (tooLate) {", "if (false) {")))
                .isIn(Violation.TWO_HOLDERS, Violation.TOKEN_FELL);
    }

    @Test
    void aLeaseThatWasReleasedIsRenewed() throws Exception {
        assertThat(found(
                        CONVERSATIONS,
                        new Change("LeaseGeneration", ENDING, "state = end; } engine.giveUp(claim());"),
                        new Change(
                                "LeaseGeneration",
                                "if (state.isOver() || schedule.isPending()) { return; }",
                                "if (schedule.isPending()) { return; }")))
                .isIn(Violation.RENEWED_AFTER_RELEASE, Violation.PILES_UP);
    }

    @Test
    void aHintIsMissedWhileTheStoreIsAsked() throws Exception {
        assertThat(found(CONVERSATIONS, new Change("LeaseWait", "hinted = again == null;", "hinted = false;")))
                .isIn(Violation.NOT_TAKEN);
    }

    private Violation found(Change... changes) throws Exception {
        return found(LOCK, changes);
    }

    /** Returns the first violation that the simulator finds in the mutant. */
    private Violation found(String world, Change... changes) throws Exception {
        Mutant mutant = Mutant.of(Files.createTempDirectory(folder, "mutant"), changes);
        for (long seed = 0; seed < SEEDS; seed++) {
            Optional<String> violation = mutant.violation(world, seed);
            if (violation.isPresent()) {
                String text = violation.get();
                return Violation.valueOf(text.substring(0, text.indexOf(':')));
            }
        }
        return fail("not caught in %d worlds", SEEDS);
    }
}
