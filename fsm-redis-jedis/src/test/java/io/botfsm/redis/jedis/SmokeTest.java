package io.botfsm.redis.jedis;

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
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A user's program, as its own process, with nothing but what is published and what that needs. */
@Timeout(120)
class SmokeTest {
    /** Everything else on this class path is for tests. */
    private static final Pattern PUBLISHED = Pattern.compile(".*/(fsm-core|fsm-redis|fsm-redis-jedis|instance-lock)"
            + "(/target/classes|-\\d[^/]*\\.jar)|.*/(jedis|redis-authx-core|commons-pool2|gson|json"
            + "|error_prone_annotations|slf4j-api|jackson-[a-z]+(-[a-z0-9]+)*|jspecify)-\\d[^/]*\\.jar");

    private static final String MODULE = """
            module smoke {
                requires io.botfsm.redis.jedis;
            }
            """;

    private static final String PROGRAM = """
            package smoke;

            import io.botfsm.Fsm;
            import io.botfsm.StorageKey;
            import io.botfsm.lock.store.Acquisition;
            import io.botfsm.lock.store.Claim;
            import io.botfsm.lock.store.LeaseRequest;
            import io.botfsm.lock.store.LeaseStore;
            import io.botfsm.redis.jedis.JedisRedis;
            import java.time.Duration;
            import java.util.UUID;

            public final class Smoke {
                private record Profile(String name, int age) {}

                public static void main(String[] args) {
                    try (JedisRedis redis = JedisRedis.connect(args[0])) {
                        StorageKey key = StorageKey.bot("smoke").chat(1).user(2).build();
                        Fsm fsm = Fsm.over(redis.stateStorage());
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

                private static String lease(JedisRedis redis) {
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

    @TempDir
    private static Path directory;

    private static Path classes;

    private static List<String> published() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> PUBLISHED.matcher(entry).matches())
                .toList();
    }

    private static String path(List<String> entries) {
        return String.join(File.pathSeparator, entries);
    }

    @BeforeAll
    static void compile() throws IOException {
        Path sources = Files.createDirectories(directory.resolve("src/smoke"));
        Path module = Files.writeString(directory.resolve("src/module-info.java"), MODULE);
        Path program = Files.writeString(sources.resolve("Smoke.java"), PROGRAM);
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
                        path(published()),
                        "-d",
                        classes.toString(),
                        module.toString(),
                        program.toString());
        assertThat(status).isZero();
    }

    private static String run(List<String> options, String uri) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(options);
        command.add(uri);
        Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(java.getInputStream().readAllBytes(), UTF_8);
        assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output + "exit " + java.exitValue();
    }

    @Test
    void thePublishedJarsAreAllThere() {
        String names = published().stream().map(e -> Path.of(e).toString()).collect(Collectors.joining("\n"));
        assertThat(names)
                .contains("fsm-core", "fsm-redis", "fsm-redis-jedis", "instance-lock")
                .contains("/jedis-", "commons-pool2", "slf4j-api")
                .doesNotContain("lettuce", "netty", "logback", "junit", "testkit", "conformance", "assertj");
    }

    @Test
    void runsOnTheClassPath() throws Exception {
        List<String> entries = new ArrayList<>(published());
        entries.add(classes.toString());

        assertThat(run(
                        List.of("-cp", path(entries), "smoke.Smoke"),
                        RedisServers.shared().uri(6)))
                .contains("A Ann unnamed module", "leased and given back")
                .endsWith("exit 0");
    }

    @Test
    void runsOnTheModulePath() throws Exception {
        List<String> entries = new ArrayList<>(published());
        entries.add(classes.toString());

        assertThat(run(
                        List.of("-p", path(entries), "-m", "smoke/smoke.Smoke"),
                        RedisServers.shared().uri(6)))
                .contains("A Ann module smoke", "leased and given back")
                .endsWith("exit 0");
    }
}
