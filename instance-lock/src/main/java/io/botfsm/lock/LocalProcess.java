package io.botfsm.lock;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process of this machine, told apart from every other there was or will be, where that can be done beyond doubt: on Linux,
 * by the machine's boot, the namespaces that its number and its ticks are from, the number, and the tick in which it started. The time of
 * day has no part in that, nor have names that two machines may share.
 *
 * @param space the boot and the namespaces
 * @param pid the number there
 * @param started the tick since the boot
 */
record LocalProcess(String space, long pid, long started) {
    private static final Path PROC = Path.of("/proc");
    private static final int STARTED = 19;

    /** This one; empty where that cannot be told. */
    static Optional<LocalProcess> current() {
        return current(PROC);
    }

    static Optional<LocalProcess> current(Path proc) {
        try {
            if (hidesProcesses(proc)) {
                return Optional.empty();
            }
            long pid = ProcessHandle.current().pid();
            String boot = Files.readString(proc.resolve("sys/kernel/random/boot_id"), US_ASCII)
                    .strip();
            String space = boot + namespace(proc, "pid") + namespace(proc, "time");
            return Optional.of(new LocalProcess(space, pid, started(proc, pid)));
        } catch (IOException | RuntimeException e) { // no Linux, or not as we know it
            return Optional.empty();
        }
    }

    /** Processes of others may be hidden; then one that is not seen may be there all the same. */
    private static boolean hidesProcesses(Path proc) throws IOException {
        return Files.readAllLines(proc.resolve("self/mounts"), US_ASCII).stream()
                .map(line -> line.split(" ", -1))
                .anyMatch(mount -> mount.length > 3
                        && mount[1].equals("/proc")
                        && (mount[3].contains("hidepid") || mount[3].contains("subset")));
    }

    /** The namespace that this process has its numbers, or its ticks, from; there are kernels without those of ticks. */
    private static String namespace(Path proc, String kind) throws IOException {
        Path link = proc.resolve("self/ns").resolve(kind);
        return Files.exists(link, LinkOption.NOFOLLOW_LINKS)
                ? "/" + Files.readSymbolicLink(link).toString().replaceAll("\\D", "")
                : "";
    }

    private static long started(Path proc, long pid) throws IOException {
        String line = Files.readString(proc.resolve(Long.toString(pid)).resolve("stat"), ISO_8859_1);
        String afterName = line.substring(line.lastIndexOf(')') + 2); // the name may hold anything
        return Long.parseLong(afterName.split(" ", -1)[STARTED]);
    }

    /** Whether the other one is surely not running any more; false where that cannot be told from here. */
    boolean knowsDead(LocalProcess other) {
        return knowsDead(other, PROC);
    }

    boolean knowsDead(LocalProcess other, Path proc) {
        if (!other.space.equals(space)) {
            return false;
        }
        try {
            return started(proc, other.pid) != other.started;
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }
}
