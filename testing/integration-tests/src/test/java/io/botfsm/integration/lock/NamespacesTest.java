package io.botfsm.integration.lock;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.integration.JavaProgram;
import io.botfsm.lock.AcquireResult;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.client.testing.Leases;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.DeadHolders;
import io.botfsm.redis.testkit.RedisServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/**
 * A holder is replaced at once only if the contender can know that it is dead. Real processes in real namespaces: the
 * machine that they see has process ids of its own, beginning with 1. Needs Linux and the right to create namespaces
 * ({@code unshare}); on other machines, the report of the run says that this was not tested.
 */
@Timeout(400)
class NamespacesTest {
    /** So long that no lease expires while a test runs. */
    private static final Duration TTL = Duration.ofMinutes(10);

    private static final List<String> MACHINE =
            List.of("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc", "--uts");

    private static final List<String> ANSWERS = List.of("acquired", "held", "killed");
    private static final int PATIENCE_SECONDS = 60;

    private static RedisServerProcess server;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start("appendonly yes", "appendfsync always"); // forgets nothing: nobody waits
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /**
     * Takes the lock and keeps it. Arguments: URI of the server, name of the lock, new name of the machine or nothing.
     */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            InstanceLock lock = lock(arguments);
            if (!arguments[2].isEmpty()) { // as the operator names a machine that was copied while it ran
                assertThat(new ProcessBuilder("hostname", arguments[2]).start().waitFor())
                        .isZero();
            }
            boolean held = lock.tryAcquire().orThrow().isHeld();
            System.out.println("holder " + ProcessHandle.current().pid() + ' ' + held);
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    /**
     * Reads {@code try}, and answers {@code acquired} or {@code held}; or {@code kill number}, and answers
     * {@code killed}. Arguments: URI of the server, name of the lock.
     */
    static final class Asker {
        private Asker() {}

        public static void main(String[] arguments) throws Exception {
            InstanceLock lock = lock(arguments);
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(line.startsWith("kill ") ? kill(line.substring(5)) : attempt(lock));
            }
            Runtime.getRuntime().halt(0);
        }

        private static String attempt(InstanceLock lock) {
            return lock.tryAcquire() instanceof AcquireResult.Acquired ? "acquired" : "held";
        }

        private static String kill(String number) throws Exception {
            ProcessHandle victim = ProcessHandle.of(Long.parseLong(number)).orElseThrow();
            assertThat(victim.destroyForcibly()).isTrue();
            victim.onExit().get(60, TimeUnit.SECONDS);
            return "killed";
        }
    }

    private static InstanceLock lock(String... arguments) {
        LeaseStore leases = Leases.opened(() -> LettuceRedis.builder(arguments[0])
                .commandTimeout(Duration.ofSeconds(30))
                .leaseStore());
        return InstanceLock.builder(leases, arguments[1]).ttl(TTL).build();
    }

    /** A machine of its own, on which a shell runs a script. All its processes end when it is closed. */
    private static final class Machine implements AutoCloseable {
        private final Process process;
        private final BlockingQueue<String> output = new LinkedBlockingQueue<>();

        Machine(String script) throws IOException {
            List<String> command = new ArrayList<>(MACHINE);
            command.addAll(List.of("sh", "-c", script));
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
            Thread reader = new Thread(() -> process.inputReader(UTF_8).lines().forEach(output::add), "machine");
            reader.setDaemon(true);
            reader.start();
        }

        /** The next line with this beginning, without the beginning. */
        String await(String beginning) throws InterruptedException {
            return next(line -> line.startsWith(beginning), "what begins with \"" + beginning + '"')
                    .substring(beginning.length());
        }

        void requireAnswer(String question, String expected) throws Exception {
            Writer input = process.outputWriter(UTF_8);
            input.write(question + '\n');
            input.flush();
            assertThat(next(ANSWERS::contains, "the answer to \"" + question + '"'))
                    .as("the answer to \"%s\"", question)
                    .isEqualTo(expected);
        }

        private String next(Predicate<String> wanted, String what) throws InterruptedException {
            List<String> before = new ArrayList<>();
            String line = output.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            while (line != null && !wanted.test(line)) {
                before.add(line);
                line = output.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            if (line == null) {
                throw new AssertionError(what + " does not come; came " + before);
            }
            return line;
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private static String shell(List<String> words) {
        return words.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
    }

    private static String holder(String lock, String newHostName) {
        return shell(
                JavaProgram.of(Holder.class, server.uri(0), lock, newHostName).command());
    }

    private static String asker(String lock) {
        return shell(JavaProgram.of(Asker.class, server.uri(0), lock).command());
    }

    private static boolean canBeShown(TestReporter report) throws InterruptedException {
        List<String> nested = new ArrayList<>(MACHINE);
        nested.addAll(List.of("sh", "-c", "unshare --pid --fork true && unshare --uts hostname clone-b"));
        try {
            Process process = new ProcessBuilder(nested)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() == 0) {
                return true;
            }
        } catch (IOException e) {
            // no such program
        }
        report.publishEntry("unshare", "not available here: dead holders were not looked for in real namespaces");
        return false;
    }

    /** The process id of the holder is that of another process here, too, which ends. */
    @Test
    void aHolderInANamespaceWithoutAProcOfItsOwnIsNotTakenForDead(TestReporter report) throws Exception {
        if (!canBeShown(report)) {
            return;
        }
        String nested = shell(List.of("unshare", "--pid", "--fork", "sh", "-c", holder("nested", "") + "; :"));
        try (Machine machine =
                new Machine("sleep 1000 & echo victim $!; " + nested + " & " + asker("nested") + "; :")) {
            String victim = machine.await("victim ");
            assertThat(machine.await("holder "))
                    .as("number of the holder, which is another's too")
                    .isEqualTo(victim + " true");
            machine.requireAnswer("try", "held");
            machine.requireAnswer("kill " + victim, "killed");
            machine.requireAnswer("try", "held");
        }
    }

    /** Everything but the host name is as on the original machine, in the memory of the processes too. */
    @Test
    void aHolderOnACopyOfTheMachineIsNotTakenForDead(TestReporter report) throws Exception {
        if (!canBeShown(report)) {
            return;
        }
        try (Machine machine =
                new Machine("unshare --uts " + holder("clone", "clone-b") + " & " + asker("clone") + "; :")) {
            killsTheHolder(machine);
            machine.requireAnswer("try", "held");
        }
    }

    /** Without this one, the two others would prove nothing. */
    @Test
    void aHolderOnTheSameMachineIs(TestReporter report) throws Exception {
        if (!canBeShown(report)) {
            return;
        }
        try (Machine machine = new Machine("unshare --uts " + holder("same", "") + " & " + asker("same") + "; :")) {
            killsTheHolder(machine);
            machine.requireAnswer("try", DeadHolders.areRecognized() ? "acquired" : "held");
        }
    }

    private static void killsTheHolder(Machine machine) throws Exception {
        String holder = machine.await("holder ").replace(" true", "");
        machine.requireAnswer("try", "held");
        machine.requireAnswer("kill " + holder, "killed");
    }
}
