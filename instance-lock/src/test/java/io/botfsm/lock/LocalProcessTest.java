package io.botfsm.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.InstanceLock.Attempt;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.MemoryLeaseStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalProcessTest {
    @TempDir
    private Path proc;

    /** A folder like {@code /proc}, in which this process started at tick 700. */
    private Optional<LocalProcess> machine(String mountOptions) throws IOException {
        Files.createDirectories(proc.resolve("sys/kernel/random"));
        Files.writeString(proc.resolve("sys/kernel/random/boot_id"), "b0-07\n");
        Files.createDirectories(proc.resolve("self/ns"));
        Files.createSymbolicLink(proc.resolve("self/ns/pid"), Path.of("pid:[4026]"));
        Files.createSymbolicLink(proc.resolve("self/ns/time"), Path.of("time:[4027]"));
        Files.writeString(
                proc.resolve("self/mounts"), "tmpfs / tmpfs rw 0 0\nproc /proc proc " + mountOptions + " 0 0\n");
        process(ProcessHandle.current().pid(), 700);
        return LocalProcess.current(proc);
    }

    private void process(long pid, long started) throws IOException {
        Path folder = Files.createDirectories(proc.resolve(Long.toString(pid)));
        Files.writeString(
                folder.resolve("stat"),
                pid + " (a ) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 " + started + " 1 2");
    }

    @Test
    void isTheBootTheNamespacesTheNumberAndTheTick() throws IOException {
        assertThat(machine("rw,nosuid"))
                .contains(new LocalProcess(
                        "b0-07/4026/4027", ProcessHandle.current().pid(), 700));
    }

    @Test
    void isUnknownWhereProcessesAreHidden() throws IOException {
        assertThat(machine("rw,hidepid=2")).isEmpty();
    }

    @Test
    void isUnknownElsewhere() {
        assertThat(LocalProcess.current(proc)).isEmpty();
    }

    @Test
    void knowsWhoIsDead() throws IOException {
        LocalProcess self = machine("rw").orElseThrow();
        process(41, 900);

        assertThat(self.knowsDead(new LocalProcess(self.space(), 41, 900), proc))
                .isFalse();
        assertThat(self.knowsDead(new LocalProcess(self.space(), 41, 899), proc))
                .as("the number belongs to another now")
                .isTrue();
        assertThat(self.knowsDead(new LocalProcess(self.space(), 42, 900), proc))
                .isTrue();
        assertThat(self.knowsDead(new LocalProcess("another", 42, 900), proc)).isFalse();
        Files.writeString(proc.resolve("41/stat"), "41 (no more");
        assertThat(self.knowsDead(new LocalProcess(self.space(), 41, 900), proc))
                .isFalse();
    }

    /** Where processes cannot be told apart, nobody is taken for dead. */
    @Test
    void aDeadHolderIsReplacedAtOnce() throws Exception {
        LeaseStore store = new MemoryLeaseStore();
        try (InstanceLock lock = InstanceLock.over(store, "bot").build();
                InstanceLock patient = InstanceLock.over(store, "bot")
                        .replaceDeadHolders(false)
                        .build()) {
            Process java = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-version")
                    .redirectErrorStream(true)
                    .start();
            Identity dead = identity(java.pid());
            java.getInputStream().readAllBytes();
            java.waitFor();
            long token = held(store, dead);

            assertThat(patient.tryAcquire()).isInstanceOf(Attempt.HeldBy.class);
            if (LocalProcess.current().isPresent()) {
                assertThat(lock.tryAcquire().orThrow().fencingToken()).isGreaterThan(token);
            } else {
                assertThat(lock.tryAcquire()).isInstanceOf(Attempt.HeldBy.class);
            }
        }
    }

    @Test
    void aLivingHolderIsNot() throws Exception {
        LeaseStore store = new MemoryLeaseStore();
        try (InstanceLock lock = InstanceLock.over(store, "bot").build()) {
            held(store, identity(ProcessHandle.current().pid()));

            assertThat(lock.tryAcquire()).isInstanceOf(Attempt.HeldBy.class);
        }
    }

    private static Identity identity(long pid) {
        Optional<LocalProcess> process =
                LocalProcess.current().map(self -> new LocalProcess(self.space(), pid, self.started()));
        return new Identity("other", "host", pid, Instant.EPOCH, process);
    }

    private static long held(LeaseStore store, Identity by) {
        Claim claim = by.newClaim();
        LeaseRequest request = new LeaseRequest("bot", claim, Duration.ofMinutes(1), 0, LeaseStore.Fences.KEPT);
        return ((Acquisition.Granted)
                        store.acquire(request).toCompletableFuture().join())
                .fence();
    }
}
