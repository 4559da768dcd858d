package io.botfsm.lock.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A process of this machine, identified uniquely among all past and future processes, where that is possible with
 * certainty: on Linux, by the machine and its boot, the namespaces of its process id and its ticks, the process id, and
 * the tick in which it started. It does not depend on the time of day.
 *
 * @param space the boot, the namespaces and the machine
 * @param pid the process id there
 * @param started the start tick, counted from the boot
 */
record LocalProcess(String space, long pid, long started) {
    private static final Path ROOT = Path.of("/");

    /** Returns the current process; empty if processes cannot be distinguished with certainty. */
    static Optional<LocalProcess> current() {
        return current(ROOT);
    }

    /** @param root the file system's root, for tests */
    static Optional<LocalProcess> current(Path root) {
        Path proc = root.resolve("proc");
        try {
            long pid = ProcessHandle.current().pid();
            if (!isOfOwnNamespace(proc, pid) || hidesProcesses(proc)) {
                return Optional.empty();
            }
            String boot = Files.readString(proc.resolve("sys/kernel/random/boot_id"), US_ASCII)
                    .strip();
            String namespaces = namespace(proc, "pid") + namespace(proc, "time");
            long started = Status.of(proc, pid).started();
            return MachineIdentity.read(root)
                    .map(machine -> new LocalProcess(boot + namespaces + '/' + machine, pid, started));
        } catch (IOException | RuntimeException e) { // no Linux, or not as we know it
            return Optional.empty();
        }
    }

    /**
     * Returns whether the folder shows the processes of this process's own namespace, rather than those of an outer
     * one, as in a namespace without its own {@code /proc}. There this process has another process id, or more than
     * one.
     */
    private static boolean isOfOwnNamespace(Path proc, long pid) throws IOException {
        String self = Long.toString(pid);
        return Files.readSymbolicLink(proc.resolve("self")).toString().equals(self)
                && lines(proc.resolve("self/status")).contains("NSpid:\t" + self);
    }

    /** Returns whether processes of other users are hidden, so that a process that is not visible may still exist. */
    private static boolean hidesProcesses(Path proc) throws IOException {
        return lines(proc.resolve("self/mounts")).stream()
                .map(line -> line.split(" ", -1))
                .anyMatch(mount -> mount.length > 3
                        && mount[1].equals("/proc")
                        && (mount[3].contains("hidepid") || mount[3].contains("subset")));
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file, ISO_8859_1);
    }

    /** Returns the namespace of this process's ids or ticks; some kernels have no namespaces for ticks. */
    private static String namespace(Path proc, String kind) throws IOException {
        Path link = proc.resolve("self/ns").resolve(kind);
        return Files.exists(link, LinkOption.NOFOLLOW_LINKS)
                ? "/" + Files.readSymbolicLink(link).toString().replaceAll("\\D", "")
                : "";
    }

    /**
     * Returns whether the other process is certainly no longer running; false if that cannot be determined from here.
     */
    boolean isKnownDead(LocalProcess other) {
        return isKnownDead(other, ROOT);
    }

    /** @param root the file system's root, for tests */
    boolean isKnownDead(LocalProcess other, Path root) {
        return other.space.equals(space)
                && hasEnded(other, root.resolve("proc"))
                && current(root).equals(Optional.of(this)); // nothing that the answer relies on has changed
    }

    private static boolean hasEnded(LocalProcess other, Path proc) {
        try {
            Status status = Status.of(proc, other.pid);
            return status.started() != other.started || status.hasEnded();
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /**
     * The status of a process as the kernel reports it.
     *
     * @param state a letter; {@code Z} (zombie) and {@code X} (dead) have ended, but their parents have not noticed yet
     * @param threads the number of threads; more than one in a process of which only the first thread has ended
     */
    private record Status(String state, int threads, long started) {
        private static final int THREADS = 17;
        private static final int STARTED = 19;

        static Status of(Path proc, long pid) throws IOException {
            String line = Files.readString(proc.resolve(Long.toString(pid)).resolve("stat"), ISO_8859_1);
            String afterName = line.substring(line.lastIndexOf(')') + 2); // the name may hold anything
            String[] fields = afterName.split(" ", -1);
            return new Status(fields[0], Integer.parseInt(fields[THREADS]), Long.parseLong(fields[STARTED]));
        }

        boolean hasEnded() {
            return (state.equals("Z") || state.equalsIgnoreCase("X")) && threads <= 1;
        }
    }
}
