package io.botfsm.integration.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.integration.lock.Mark.Kind;
import io.botfsm.redis.client.testing.Proof;
import io.botfsm.redis.testkit.DeadHolders;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Instances in processes of their own: one goes, the one that stands by takes over, and the two are never active
 * together.
 */
@Timeout(900)
class TakeoverTest {
    private static final Duration TTL = Duration.ofSeconds(5);

    /** How often a standby polls without a hint. */
    private static final Duration POLL = TTL.dividedBy(3);

    private static final Duration MARGIN = Duration.ofMillis(500);

    /** For a machine that has other things to do. */
    private static final Duration BUSY = Proof.IS_WHOLE ? Duration.ZERO : Duration.ofSeconds(10);

    /** The same, but less than the time until a standby without a hint polls. */
    private static final Duration SLIGHTLY_BUSY = Proof.IS_WHOLE ? Duration.ZERO : Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    @Test
    void aHolderThatIsToldToStopIsReplacedAtOnce() throws Exception {
        Durations took = stopped(new RedisLeaseServer());
        assertThat(took.median()).isLessThanOrEqualTo(Duration.ofMillis(50).plus(SLIGHTLY_BUSY));
        assertThat(took.longest()).isLessThanOrEqualTo(Duration.ofMillis(250).plus(BUSY));
    }

    /** A standby polls a database for releases ten times a second. */
    @Test
    void aHolderThatIsToldToStopIsReplacedSoonOnADatabase() throws Exception {
        Durations took = stopped(new PostgresLeaseServer());
        assertThat(took.longest()).isLessThanOrEqualTo(Duration.ofSeconds(1).plus(BUSY));
    }

    private Durations stopped(LeaseServer leases) throws Exception {
        int runs = Proof.runs(30, 4);
        List<Duration> times = new ArrayList<>();
        try (InstanceProcesses instances = new InstanceProcesses(leases, directory, TTL, true)) {
            InstanceProcess active = instances.startActive();
            for (int i = 0; i < runs; i++) {
                InstanceProcess holder = active;
                InstanceProcess standby = instances.startStandby();
                holder.terminate();
                Mark begin = instances.await(mark -> mark.isOf(standby, Kind.BEGIN));
                Mark end = instances.await(mark -> mark.isOf(holder, Kind.END));
                assertThat(holder.awaitExit()).as("exit status").isZero();
                times.add(between(end.micros(), begin.micros()));
                active = standby;
            }
            requireOneAfterAnother(instances, runs);
        }
        Durations took = new Durations(times);
        took.print("SIGTERM, " + leases + ": from the old one's end to the new one's begin");
        assertThat(took.shortest()).isPositive();
        return took;
    }

    static Stream<Supplier<LeaseServer>> servers() {
        return Stream.of(RedisLeaseServer::new, PostgresLeaseServer::new);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aKilledHolderIsReplacedWhenItsLeaseExpires(Supplier<LeaseServer> start) throws Exception {
        LeaseServer leases = start.get();
        Durations took = killed(leases, false);
        took.print(
                String.format(Locale.ROOT, "SIGKILL, %s: from the kill to the new one's begin, TTL %s", leases, TTL));
        assertThat(took.shortest()).as("not before it expires").isGreaterThan(TTL.dividedBy(3));
        assertThat(took.longest()).isLessThanOrEqualTo(TTL.plus(MARGIN).plus(BUSY));
    }

    /**
     * On a machine that does not recognize dead processes, as in a container without a machine id, the lease has to
     * expire.
     */
    @Test
    void aKilledHolderOfTheSameMachineIsReplacedWhenAStandbyLooks() throws Exception {
        boolean recognized = DeadHolders.areRecognized();
        Durations took = killed(new RedisLeaseServer(), true);
        took.print(String.format(
                Locale.ROOT,
                "SIGKILL, dead holders replaced (recognized here: %s): from the kill to the new one's begin, TTL %s",
                recognized,
                TTL));
        if (!recognized) {
            assertThat(took.shortest()).as("not before it expires").isGreaterThan(TTL.dividedBy(3));
        }
        assertThat(took.longest())
                .isLessThanOrEqualTo((recognized ? POLL : TTL).plus(MARGIN).plus(BUSY));
    }

    private Durations killed(LeaseServer leases, boolean replaceDeadHolders) throws Exception {
        int runs = Proof.runs(30, 2);
        List<Duration> times = new ArrayList<>();
        try (InstanceProcesses instances = new InstanceProcesses(leases, directory, TTL, replaceDeadHolders)) {
            InstanceProcess active = instances.startActive();
            for (int i = 0; i < runs; i++) {
                InstanceProcess standby = instances.startStandby();
                instances.awaitRemaining(remaining(i, runs));
                long kill = instances.micros();
                active.kill();
                Mark begin = instances.await(mark -> mark.isOf(standby, Kind.BEGIN));
                times.add(between(kill, begin.micros()));
                active = standby;
            }
            requireOneAfterAnother(instances, runs);
        }
        return new Durations(times);
    }

    /** From the whole time to live, just after a renewal, to three quarters: the next renewal comes after a third. */
    private static Duration remaining(int run, int runs) {
        return TTL.minus(TTL.dividedBy(4).multipliedBy(run).dividedBy(runs - 1));
    }

    private static Duration between(long fromMicros, long toMicros) {
        return Duration.of(toMicros - fromMicros, ChronoUnit.MICROS);
    }

    private static void requireOneAfterAnother(InstanceProcesses instances, int takeovers) {
        Generations generations = Generations.of(instances.marks());
        generations.requireOneAfterAnother();
        assertThat(generations.count()).isEqualTo(takeovers + 1);
        System.out.printf(
                Locale.ROOT,
                "[measured] %d generations one after another, %d marks%n",
                generations.count(),
                generations.marks());
    }
}
