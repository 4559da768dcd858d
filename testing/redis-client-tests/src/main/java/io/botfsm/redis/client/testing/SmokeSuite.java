package io.botfsm.redis.client.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.testkit.RedisServers;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A user's program in its own process, with only the published artifacts of one of the clients and their dependencies.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SmokeSuite {
    private static final String MODULE = """
            module smoke {
                requires PACKAGE;
            }
            """;

    private static final String PROGRAM = """
            package smoke;

            import io.botfsm.Fsm;
            import io.botfsm.storage.StorageKey;
            import io.botfsm.lock.store.Acquisition;
            import io.botfsm.lock.store.Claim;
            import io.botfsm.lock.store.LeaseRequest;
            import io.botfsm.lock.store.LeaseStore;
            import io.botfsm.redis.BotRedis;
            import PACKAGE.CLIENT;
            import java.time.Duration;
            import java.util.UUID;

            public final class Smoke {
                private record Profile(String name, int age) {}

                public static void main(String[] args) {
                    try (BotRedis redis = CLIENT.connect(args[0])) {
                        StorageKey key = StorageKey.bot("smoke").chat(1).user(2).build();
                        Fsm fsm = Fsm.of(redis.stateStorage());
                        fsm.context(key).clear();
                        fsm.context(key).setState("A");
                        fsm.context(key).updateData("name", "Ann");
                        System.out.println(fsm.context(key).state().get() + " "
                                + fsm.context(key).value("name", String.class).get() + " "
                                + Smoke.class.getModule());
                        fsm.context(key).clear();
                        System.out.println(lease(redis));
                    }
                }

                private static String lease(BotRedis redis) {
                    try (LeaseStore leases = redis.leaseStore()) {
                        Claim claim = new Claim(UUID.randomUUID().toString(), "smoke");
                        LeaseRequest request = new LeaseRequest(
                                "smoke", claim, Duration.ofSeconds(5), 0, LeaseStore.Fences.EXPIRING);
                        leases.subscribe("smoke", () -> {}).toCompletableFuture().join();
                        Acquisition answer = leases.acquire(request).toCompletableFuture().join();
                        return answer instanceof Acquisition.Granted
                                        && leases.release("smoke", claim).toCompletableFuture().join()
                                ? "leased and given back"
                                : answer.toString();
                    }
                }
            }
            """;

    private final Class<?> entry;
    private final String artifact;
    private final Pattern published;
    private Path classes;

    /**
     * The tests of a client.
     *
     * @param brought a pattern of the names of the artifacts that the client brings
     */
    protected SmokeSuite(ClientInTest client, String brought) {
        entry = client.entry();
        artifact = entry.getPackageName().replace("io.botfsm.", "fsm-").replace('.', '-');
        // Everything else on this class path is for tests.
        published = Pattern.compile(".*/(fsm-core|fsm-redis|" + artifact + "|instance-lock)"
                + "(/target/classes|-\\d[^/]*\\.jar)|.*/(" + brought
                + "|slf4j-api|jackson-[a-z]+(-[a-z0-9]+)*|jspecify)-\\d[^/]*\\.jar");
    }

    /** Parts of paths that the published class path must contain. */
    protected abstract List<String> has();

    /** Parts of paths that the published class path must not contain. */
    protected abstract List<String> lacks();

    private List<String> published() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(element -> published.matcher(element).matches())
                .toList();
    }

    /** Jars that only modules need: a module's requirements are not optional. None unless the build names some. */
    private static List<String> forModules() {
        return Arrays.stream(System.getProperty("botfsm.for.modules", "").split(File.pathSeparator))
                .filter(element -> !element.isEmpty())
                .toList();
    }

    private List<String> modulePath(List<String> elements) {
        return Stream.concat(elements.stream(), forModules().stream()).toList();
    }

    private String of(String source) {
        return source.replace("PACKAGE", entry.getPackageName()).replace("CLIENT", entry.getSimpleName());
    }

    private static String path(List<String> entries) {
        return String.join(File.pathSeparator, entries);
    }

    @BeforeAll
    void compile(@TempDir Path directory) throws IOException {
        Path sources = Files.createDirectories(directory.resolve("src/smoke"));
        Path module = Files.writeString(directory.resolve("src/module-info.java"), of(MODULE));
        Path program = Files.writeString(sources.resolve("Smoke.java"), of(PROGRAM));
        classes = Files.createDirectory(directory.resolve("classes"));
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-Xlint:all,-requires-automatic,-requires-transitive-automatic",
                        "-Werror",
                        "--release",
                        "17",
                        "-p",
                        path(modulePath(published())),
                        "-d",
                        classes.toString(),
                        module.toString(),
                        program.toString());
        assertThat(status).isZero();
    }

    /** The output of a program, and how it ended. */
    private static String run(List<String> options, String uri) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(options);
        command.add(uri);
        Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(java.getInputStream().readAllBytes(), UTF_8);
        assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output + "exit " + java.exitValue();
    }

    /** The output of the program on the class path, and how it ended. */
    protected final String runOnTheClassPath(String uri) throws Exception {
        return run(List.of("-cp", path(withProgram()), "smoke.Smoke"), uri);
    }

    private List<String> withProgram() {
        List<String> entries = new ArrayList<>(published());
        entries.add(classes.toString());
        return entries;
    }

    @Test
    void thePublishedJarsAreAllThere() {
        String names = published().stream().map(e -> Path.of(e).toString()).collect(Collectors.joining("\n"));
        assertThat(names)
                .contains("fsm-core", "fsm-redis", artifact, "instance-lock", "slf4j-api")
                .contains(has())
                .doesNotContain("logback", "junit", "testkit", "conformance", "client-tests", "assertj")
                .doesNotContain(lacks());
    }

    @Test
    void runsOnTheClassPath() throws Exception {
        assertThat(runOnTheClassPath(RedisServers.shared().uri(6)))
                .contains("A Ann unnamed module", "leased and given back")
                .endsWith("exit 0");
    }

    @Test
    void runsOnTheModulePath() throws Exception {
        assertThat(run(
                        List.of("-p", path(modulePath(withProgram())), "-m", "smoke/smoke.Smoke"),
                        RedisServers.shared().uri(6)))
                .contains("A Ann module smoke", "leased and given back")
                .endsWith("exit 0");
    }
}
