package io.botfsm.integration.lock;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.integration.lock.Mark.Kind;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ConditionTimeoutException;

/** Instances of one bot in processes of their own, the servers they use, and what they marked. One thread at a time. */
final class InstanceProcesses implements AutoCloseable {
    private final Path directory;
    private final Duration ttl;
    private final boolean replaceDeadHolders;

    private final LeaseServer leases;
    private final RedisServerProcess journal = RedisServerProcess.start();
    private final RespConnection journalAdmin = journal.connect();
    private final List<InstanceProcess> started = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();

    InstanceProcesses(Path directory, Duration ttl, boolean replaceDeadHolders) {
        this(new RedisLeaseServer(), directory, ttl, replaceDeadHolders);
    }

    /** Instances whose leases are on a server, which is closed with them. */
    InstanceProcesses(LeaseServer leases, Path directory, Duration ttl, boolean replaceDeadHolders) {
        this.leases = leases;
        this.directory = directory;
        this.ttl = ttl;
        this.replaceDeadHolders = replaceDeadHolders;
    }

    private static ConditionFactory soon() {
        return Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(60));
    }

    /** Starts the first one, and waits until it is active. */
    InstanceProcess startActive() throws IOException {
        InstanceProcess first = start();
        await(mark -> mark.isOf(first, Kind.BEGIN));
        return first;
    }

    /** Starts one beside an active one, and waits until it stands by. */
    InstanceProcess startStandby() throws IOException {
        awaitStandbys(0); // of earlier ones, who have become active
        InstanceProcess standby = start();
        awaitStandbys(1);
        return standby;
    }

    private InstanceProcess start() throws IOException {
        InstanceProcess process = InstanceProcess.start(
                directory,
                ActiveInstance.class,
                leases.uri(),
                journal.uri(0),
                Long.toString(ttl.toMillis()),
                Boolean.toString(replaceDeadHolders));
        started.add(process);
        return process;
    }

    /** Waits until so many wait for the lock. */
    void awaitStandbys(long wanted) {
        await(() -> leases.standbys(started), count -> count == wanted);
    }

    /** Waits until the lease, which is renewed, has this left, or up to 50 ms less. */
    void awaitRemaining(Duration left) {
        long most = left.toMillis();
        await(leases::remainingMillis, millis -> millis <= most && millis > most - 50);
    }

    /** Waits for the first mark that is wanted. */
    Mark await(Predicate<Mark> wanted) {
        return await(() -> marks().stream().filter(wanted).findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    private <T> T await(Callable<T> what, Predicate<T> wanted) {
        try {
            return soon().until(what, wanted);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(logs(), e);
        }
    }

    /** Everything that was marked so far, in order. */
    List<Mark> marks() {
        if (journalAdmin.call("LRANGE", Journal.KEY, Integer.toString(marks.size()), "-1") instanceof List<?> more) {
            more.forEach(entry -> marks.add(Mark.parse(new String((byte[]) entry, UTF_8))));
        }
        return List.copyOf(marks);
    }

    /** Now, by the clock of the marks. */
    long micros() {
        List<?> time = (List<?>) journalAdmin.call("TIME");
        return Long.parseLong(new String((byte[]) time.get(0), UTF_8)) * 1_000_000
                + Long.parseLong(new String((byte[]) time.get(1), UTF_8));
    }

    private String logs() {
        StringBuilder logs = new StringBuilder();
        started.forEach(process ->
                logs.append(process.pid()).append(":\n").append(process.log()).append('\n'));
        return logs.toString();
    }

    @Override
    public void close() {
        started.forEach(InstanceProcess::close);
        journalAdmin.close();
        leases.close();
        journal.close();
    }
}
