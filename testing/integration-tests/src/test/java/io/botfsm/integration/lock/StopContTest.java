package io.botfsm.integration.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.integration.lock.Mark.Kind;
import io.botfsm.redis.client.testing.Proof;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A holder that is suspended (SIGSTOP) for longer than its lease lasts notices the loss when it resumes. */
@Timeout(600)
class StopContTest {
    private static final Duration TTL = Duration.ofSeconds(2);

    @TempDir
    private Path directory;

    @Test
    void aHolderThatStoodStillNoticesAtOnceAndStandsByAgain() throws Exception {
        int runs = Proof.runs(20, 2);
        List<Duration> delays = new ArrayList<>();
        int late = 0;
        // Dead holders are replaced: one that stands still is not dead.
        try (InstanceProcesses instances = new InstanceProcesses(directory, TTL, true)) {
            InstanceProcess active = instances.startActive();
            InstanceProcess standby = instances.startStandby();
            for (int i = 0; i < runs; i++) {
                InstanceProcess stopped = active;
                InstanceProcess next = standby;
                long token = lastBegin(instances, stopped).token();
                stopped.suspend();
                Mark begin = instances.await(mark -> mark.isOf(next, Kind.BEGIN) && mark.token() > token);
                stopped.resume();
                instances.await(mark -> mark.token() == token && mark.kind() == Kind.ENDED_WITHOUT_LEASE);
                instances.awaitStandbys(1);
                List<Mark> after = instances.marks().stream()
                        .filter(mark -> mark.token() == token && mark.micros() > begin.micros())
                        .toList();
                delays.add(requireNoticed(after));
                late += lateActivity(after);
                active = next;
                standby = stopped;
            }
            assertThat(instances.marks())
                    .filteredOn(mark -> mark.kind() == Kind.LOST)
                    .hasSize(runs);
            active.terminate();
            assertThat(active.awaitExit()).isZero();
        }
        Durations took = new Durations(delays);
        took.print("SIGSTOP past the TTL: from noticing, after SIGCONT, to the loss callback");
        System.out.printf(
                Locale.ROOT,
                "[measured] writes that were under way when the process was stopped: %d of %d%n",
                late,
                runs);
        assertThat(took.longest()).isLessThanOrEqualTo(Duration.ofMillis(Proof.IS_WHOLE ? 100 : 10_000));
    }

    private static Mark lastBegin(InstanceProcesses instances, InstanceProcess process) {
        return instances.marks().stream()
                .filter(mark -> mark.isOf(process, Kind.BEGIN))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    /**
     * Checks the marks of a holder that resumed after another had begun; returns the time from noticing to the
     * callback.
     */
    private static Duration requireNoticed(List<Mark> after) {
        List<Mark> wakings =
                after.stream().filter(mark -> mark.kind() == Kind.WOKE).toList();
        List<Mark> lost =
                after.stream().filter(mark -> mark.kind() == Kind.LOST).toList();
        assertThat(wakings)
                .isNotEmpty()
                .allSatisfy(mark -> assertThat(mark.detail()).endsWith(" false"));
        assertThat(lost).as("calls for the loss").hasSize(1);
        assertThat(lost.get(0).detail()).matches(".* (EXPIRED|TAKEN)");
        return Duration.ofNanos(nanos(lost.get(0)) - nanos(wakings.get(0)));
    }

    private static long nanos(Mark mark) {
        return Long.parseLong(mark.detail().split(" ", 2)[0]);
    }

    /** Counts writes whose check came before the suspension: at most one, which is what fencing is for. */
    private static int lateActivity(List<Mark> after) {
        List<Mark> active = after.stream().filter(Mark::isActivity).toList();
        assertThat(active).hasSizeLessThanOrEqualTo(1);
        assertThat(active).allSatisfy(mark -> assertThat(after.indexOf(mark)).isZero());
        return active.size();
    }
}
