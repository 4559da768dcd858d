package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** The Redis processes of a data folder, as the operating system sees them. */
public record RedisProcesses(Path data) {
    /** The processes whose program is in the folder; a dead one has no program, even before it is reaped. */
    public List<ProcessHandle> running() {
        return ProcessHandle.allProcesses()
                .filter(process ->
                        process.info().command().filter(this::isInFolder).isPresent())
                .toList();
    }

    private boolean isInFolder(String program) {
        return Path.of(program).startsWith(data);
    }

    /** The only process. */
    public ProcessHandle only() {
        assertThat(running()).hasSize(1);
        return running().get(0);
    }

    /** Kills them (SIGKILL), and returns when they are gone; their bot may have started others by then. */
    public void kill() {
        List<ProcessHandle> killed = running();
        killed.forEach(ProcessHandle::destroyForcibly);
        await().until(() -> Collections.disjoint(killed, running()));
    }

    /** Sends the only one a signal. */
    public void signal(String name) throws IOException, InterruptedException {
        String command = String.format(Locale.ROOT, "kill -%s %d", name, only().pid());
        assertThat(new ProcessBuilder("sh", "-c", command).start().waitFor()).isZero();
    }
}
