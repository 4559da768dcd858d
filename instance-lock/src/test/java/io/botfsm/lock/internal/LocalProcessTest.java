package io.botfsm.lock.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.AcquireResult;
import io.botfsm.lock.InstanceLock;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LocalProcessTest {
    private static final long PID = ProcessHandle.current().pid();

    @TempDir
    private Path root;

    /** A file system like that of a Linux machine, on which this process started at tick 700. */
    private Optional<LocalProcess> machine() throws IOException {
        write("proc/sys/kernel/random/boot_id", "b0-07\n");
        write("proc/sys/kernel/hostname", "vm\n");
        write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        Files.createSymbolicLink(root.resolve("proc/self"), Path.of(Long.toString(PID)));
        process(PID, 'S', 1, 700);
        write("proc/self/status", "Name:\tjava\nPid:\t" + PID + "\nNSpid:\t" + PID + "\nNSpgid:\t1\n");
        Files.createDirectories(root.resolve("proc/self/ns"));
        Files.createSymbolicLink(root.resolve("proc/self/ns/pid"), Path.of("pid:[4026]"));
        Files.createSymbolicLink(root.resolve("proc/self/ns/time"), Path.of("time:[4027]"));
        mountProc("rw,nosuid");
        networkCard("eth0", "02:fc:00:00:00:01");
        return LocalProcess.current(root);
    }

    private LocalProcess self() throws IOException {
        return machine().orElseThrow();
    }

    private void mountProc(String options) throws IOException {
        write("proc/self/mounts", "tmpfs / tmpfs rw 0 0\nproc /proc proc " + options + " 0 0\n");
    }

    private void networkCard(String name, String address) throws IOException {
        write("sys/class/net/" + name + "/device/vendor", "0x1af4");
        write("sys/class/net/" + name + "/address", address + "\n");
    }

    private void process(long pid, char state, int threads, long started) throws IOException {
        write(
                "proc/" + pid + "/stat",
                pid + " (a ) b) " + state + " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 " + threads + " 18 " + started
                        + " 1 2");
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text, UTF_8);
    }

    @Nested
    class ThisOne {
        @Test
        void isTheBootTheNamespacesTheMachineTheNumberAndTheTick() throws IOException {
            LocalProcess self = self();

            assertThat(self.space()).matches("b0-07/4026/4027/[0-9a-f]{24}");
            assertThat(self.pid()).isEqualTo(PID);
            assertThat(self.started()).isEqualTo(700);
        }

        /** A machine id is confidential, and claims are logged. */
        @Test
        void doesNotRevealTheMachinesId() throws IOException {
            assertThat(self().space()).doesNotContain("0123456789abcdef");
        }

        @ParameterizedTest
        @CsvSource({
            "proc/sys/kernel/hostname, clone-b",
            "etc/machine-id, 1123456789abcdef0123456789abcdef",
            "sys/class/dmi/id/product_uuid, 4c4c4544-0042-3010-8052-b4c04f4e4e32",
            "sys/class/net/eth0/address, 02:fc:00:00:00:02",
            "proc/sys/kernel/random/boot_id, b0-08"
        })
        void isAnotherOnACopyOfTheMachineThatDiffersIn(String file, String text) throws IOException {
            LocalProcess before = self();
            write(file, text + "\n");

            assertThat(LocalProcess.current(root))
                    .isPresent()
                    .get()
                    .satisfies(copy -> assertThat(copy.space()).isNotEqualTo(before.space()));
        }

        @Test
        void staysTheSameWhenAContainersNetworkComes() throws IOException {
            LocalProcess before = self();
            write("sys/class/net/veth17/address", "02:fc:00:00:00:17\n");

            assertThat(LocalProcess.current(root)).contains(before);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "uninitialized\n"})
        void isUnknownOnAMachineWithoutId(String id) throws IOException {
            machine();
            write("etc/machine-id", id);

            assertThat(LocalProcess.current(root)).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"rw,hidepid=2", "rw,hidepid=invisible", "rw,subset=pid"})
        void isUnknownWhereProcessesAreHidden(String options) throws IOException {
            machine();
            mountProc(options);

            assertThat(LocalProcess.current(root)).isEmpty();
        }

        @Test
        void isUnknownElsewhere() {
            assertThat(LocalProcess.current(root)).isEmpty();
        }

        /** In a namespace without a {@code /proc} of its own. */
        @Test
        void isUnknownWhereTheFolderShowsAnotherNamespace() throws IOException {
            machine();
            Path outer = root.resolve("proc").resolve(Long.toString(PID + 1));
            Files.move(root.resolve("proc").resolve(Long.toString(PID)), outer);
            Files.delete(root.resolve("proc/self"));
            Files.createSymbolicLink(root.resolve("proc/self"), Path.of(Long.toString(PID + 1)));
            process(PID, 'S', 1, 700); // a process of the outer namespace

            assertThat(LocalProcess.current(root)).isEmpty();
        }

        /** The outer number may happen to be the same. */
        @Test
        void isUnknownWhereItHasANumberInAnotherNamespaceToo() throws IOException {
            machine();
            write("proc/self/status", "Name:\tjava\nNSpid:\t" + PID + "\t" + PID + "\n");
            assertThat(LocalProcess.current(root)).isEmpty();

            write("proc/self/status", "Name:\tjava\n"); // an old kernel does not say
            assertThat(LocalProcess.current(root)).isEmpty();
        }
    }

    @Nested
    class AnotherOne {
        private boolean isKnownDead(LocalProcess self, String space, long pid, long started) {
            return self.isKnownDead(new LocalProcess(space, pid, started), root);
        }

        @Test
        void isDeadIfItsNumberIsGoneOrAnothers() throws IOException {
            LocalProcess self = self();
            process(41, 'S', 1, 900);

            assertThat(isKnownDead(self, self.space(), 41, 900)).isFalse();
            assertThat(isKnownDead(self, self.space(), 41, 899)).isTrue();
            assertThat(isKnownDead(self, self.space(), 42, 900)).isTrue();
        }

        @ParameterizedTest
        @CsvSource({"Z, 1, true", "X, 1, true", "x, 0, true", "Z, 2, false", "T, 1, false", "D, 1, false", "t, 1, false"
        })
        void isDeadIfItHasEndedAndItsParentHasNotNoticed(char state, int threads, boolean dead) throws IOException {
            LocalProcess self = self();
            process(41, state, threads, 900);

            assertThat(isKnownDead(self, self.space(), 41, 900)).isEqualTo(dead);
        }

        @Test
        void isNotKnownToBeDeadIfItIsOfAnotherSpace() throws IOException {
            assertThat(isKnownDead(self(), "another", 42, 900)).isFalse();
        }

        @Test
        void isNotKnownToBeDeadIfItsStatusCannotBeRead() throws IOException {
            LocalProcess self = self();
            write("proc/41/stat", "41 (no more");

            assertThat(isKnownDead(self, self.space(), 41, 900)).isFalse();
        }

        /** This may have changed since this process started. */
        @Test
        void isNotKnownToBeDeadWhereProcessesAreHiddenByNow() throws IOException {
            LocalProcess self = self();
            mountProc("rw,hidepid=2");
            assertThat(isKnownDead(self, self.space(), 42, 900)).isFalse();

            mountProc("rw");
            assertThat(isKnownDead(self, self.space(), 42, 900)).isTrue();
            Files.delete(root.resolve("proc/self"));
            assertThat(isKnownDead(self, self.space(), 42, 900))
                    .as("/proc is not mounted any more")
                    .isFalse();
        }

        /** The operator gave the copy a name of its own after this process had begun. */
        @Test
        void isNotKnownToBeDeadOnAMachineThatIsACopyByNow() throws IOException {
            LocalProcess self = self();
            write("proc/sys/kernel/hostname", "clone-b\n");

            assertThat(isKnownDead(self, self.space(), 42, 900)).isFalse();
        }
    }

    /** Real processes, real locks. On a machine without Linux or a machine id, every holder has to expire. */
    @Nested
    class AHolder {
        private final LeaseStore store = new MemoryLeaseStore();

        private void isReplaced(boolean atOnce) {
            boolean replaced = atOnce && LocalProcess.current().isPresent();
            try (InstanceLock lock = InstanceLock.builder(store, "bot").build()) {
                assertThat(lock.tryAcquire())
                        .isInstanceOf(replaced ? AcquireResult.Acquired.class : AcquireResult.HeldBy.class);
            }
        }

        @Test
        void isReplacedAtOnceIfItIsDead() throws Exception {
            Process ended = new ProcessBuilder(java("-version"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Claim dead = held(ended.pid(), started());
            ended.waitFor();
            try (InstanceLock patient =
                    InstanceLock.builder(store, "bot").replaceDeadHolders(false).build()) {
                assertThat(patient.tryAcquire()).isInstanceOf(AcquireResult.HeldBy.class);
            }
            assertThat(store.read("bot").toCompletableFuture().join().claim()).contains(dead);
            isReplaced(true);
        }

        /** The shell's child is killed; the shell has been replaced by a program that never waits for it. */
        @Test
        void isReplacedAtOnceIfItIsDeadAndItsParentHasNotNoticed() throws Exception {
            Process parent = new ProcessBuilder("sh", "-c", "sleep 100 & echo $!; exec sleep 100").start();
            try {
                long pid = Long.parseLong(parent.inputReader(UTF_8).readLine());
                held(pid, startOf(pid));
                isReplaced(false);
                var unused = ProcessHandle.of(pid).orElseThrow().destroyForcibly();
                awaitState(pid, "Z");

                isReplaced(true);
            } finally {
                parent.destroyForcibly();
            }
        }

        @Test
        void isNotReplacedIfItIsAlive() {
            held(PID, started());
            isReplaced(false);
        }

        @Test
        void isReplacedAtOnceIfItsNumberBelongsToAnotherProcess() {
            held(PID, started() + 1);
            isReplaced(true);
        }

        /** The claim of a copy of this machine that differs only in its name. */
        @Test
        void isNotReplacedIfItsHostHasAnotherName() {
            Claim claim = identity(noSuchProcess(), 1).newClaim();
            Claim claimOfCopy = new Claim(claim.token(), claim.holder().replaceFirst("^\\S+", "clone-b"));
            held(claimOfCopy);
            isReplaced(false);
        }

        @Test
        void isNotReplacedIfItsMachineHasAnotherIdentity() {
            String space = LocalProcess.current().map(LocalProcess::space).orElse("boot/1/2/3");
            Claim claim = new Identity(
                            "other",
                            host(),
                            noSuchProcess(),
                            Instant.EPOCH,
                            () -> Optional.of(new LocalProcess(space + "0", noSuchProcess(), 1)),
                            () -> "1")
                    .newClaim();
            held(claim);
            isReplaced(false);
        }

        private Claim held(long pid, long started) {
            return held(identity(pid, started).newClaim());
        }

        private Claim held(Claim claim) {
            LeaseRequest request = new LeaseRequest("bot", claim, Duration.ofMinutes(1), 0, LeaseStore.Fences.KEPT);
            assertThat(store.acquire(request).toCompletableFuture().join()).isInstanceOf(Acquisition.Granted.class);
            return claim;
        }

        private Identity identity(long pid, long started) {
            Optional<LocalProcess> process =
                    LocalProcess.current().map(self -> new LocalProcess(self.space(), pid, started));
            return new Identity("other", host(), pid, Instant.EPOCH, () -> process, () -> "1");
        }

        private String host() {
            return Identity.ofThisProcess(true).self(Duration.ZERO).host();
        }

        private long started() {
            return LocalProcess.current().map(LocalProcess::started).orElse(0L);
        }

        private long startOf(long pid) throws IOException {
            Path stat = Path.of("/proc", Long.toString(pid), "stat");
            return Files.exists(stat) ? Long.parseLong(afterName(stat)[19]) : 0;
        }

        private void awaitState(long pid, String state) throws IOException, InterruptedException {
            Path stat = Path.of("/proc", Long.toString(pid), "stat");
            while (Files.exists(stat) && !afterName(stat)[0].equals(state)) {
                Thread.sleep(5); // bounded by the test's timeout
            }
        }

        private static String[] afterName(Path stat) throws IOException {
            String line = Files.readString(stat, UTF_8);
            return line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        }

        private long noSuchProcess() {
            return 999_999_999_999L;
        }
    }

    /**
     * A process in its own namespace, once with the machine's {@code /proc}, once with its own. Requires Linux and the
     * permission to create a namespace ({@code unshare}); elsewhere, the test only reports that this was not run.
     * {@link ThisOne} tests it everywhere, on a folder like {@code /proc}.
     */
    @Test
    void isKnownInANamespaceOnlyIfProcIsItsOwn(TestReporter report) throws Exception {
        List<String> unshare = List.of("unshare", "--user", "--map-root-user", "--pid", "--fork");
        if (!succeeds(with(unshare, "--mount-proc", "true"))) {
            report.publishEntry("unshare", "not available here: the case of a real namespace was not run");
            return;
        }
        List<String> program = java("-cp", System.getProperty("java.class.path"), WhoAmI.class.getName());
        assertThat(output(with(unshare, program.toArray(String[]::new)))).isEqualTo("unknown");
        assertThat(output(with(with(unshare, "--mount-proc"), program.toArray(String[]::new))))
                .isEqualTo(LocalProcess.current().isPresent() ? "known" : "unknown");
    }

    private static List<String> java(String... arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return with(List.of(java, "-XX:TieredStopAtLevel=1"), arguments);
    }

    private static List<String> with(List<String> command, String... arguments) {
        List<String> longer = new ArrayList<>(command);
        longer.addAll(List.of(arguments));
        return longer;
    }

    private static boolean succeeds(List<String> command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) { // no such program
            return false;
        }
    }

    private static String output(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    }

    /** A program that prints whether it can be distinguished from other processes. */
    static final class WhoAmI {
        private WhoAmI() {}

        public static void main(String[] arguments) {
            System.out.println(LocalProcess.current().isPresent() ? "known" : "unknown");
        }
    }
}
